"""A GraphQL client for tests: data out, errors as a list of messages."""

import json

from django.test import Client


class GraphQL:
    """Sends queries as one user."""

    def __init__(self, user=None, **headers):
        self.client = Client(headers=headers)
        if user is not None:
            self.client.force_login(user)

    def send(self, query, **variables):
        """Return the answer as it is sent: `data` and `errors`."""
        body = {'query': query, 'variables': variables}
        self.response = self.client.post('/graphql/', json.dumps(body), content_type='application/json')
        assert self.response.status_code == 200, (self.response.status_code, self.response.content)
        return json.loads(self.response.content)

    def __call__(self, query, **variables):
        """Return the data of a query that must have no errors."""
        answer = self.send(query, **variables)
        assert 'errors' not in answer, answer['errors']
        return answer['data']

    def errors(self, query, **variables):
        """Return the errors of a query that must have some."""
        return self.send(query, **variables)['errors']

    def message(self, query, **variables):
        """Return the text of all errors of a query."""
        return ' '.join(error['message'] for error in self.errors(query, **variables))

    def names(self):
        """Return the names of all types, fields and arguments of the schema."""
        types = self(NAMES)['__schema']['types']
        parts = [part for found in types for part in (found['fields'] or []) + (found['inputFields'] or [])]
        arguments = [argument for part in parts for argument in part.get('args', ())]
        return {found['name'] for found in (*types, *parts, *arguments)}


NAMES = """{ __schema { types { name fields { name args { name } } inputFields { name } } } }"""
