"""A REST client for tests: JSON in and out, the status asserted with every call."""

import json

from rest_framework.test import APIClient

from core.models import ObjectType
from users.models import ObjectPermission, User

from netbox_custom_objects.models import CustomObjectType

API = '/api/plugins/custom-objects/'


class Rest:
    """Sends requests as one user; paths are relative to the plugin's root unless they begin with a slash."""

    def __init__(self, user=None, **headers):
        self.client = APIClient()
        if user is not None:
            self.client.force_login(user)
        self.headers = headers

    def get(self, path='', expect=200, **params):
        return self._send('get', path, expect, params)

    def post(self, path, data, expect=201):
        return self._send('post', path, expect, data, format='json')

    def patch(self, path, data, expect=200, **headers):
        return self._send('patch', path, expect, data, format='json', **headers)

    def put(self, path, data, expect=200):
        return self._send('put', path, expect, data, format='json')

    def delete(self, path, data=None, expect=204, **headers):
        return self._send('delete', path, expect, data, format='json', **headers)

    def options(self, path, expect=200):
        return self._send('options', path, expect, None, format='json')

    def _send(self, method, path, expect, data, **extra):
        url = path if path.startswith('/') else API + path
        if extra.pop('format', None) and not (method == 'delete' and data is None):
            # Encoded here, because Django's encoder refuses what a careless client may well send.
            data, extra['content_type'] = json.dumps(data), 'application/json'
        self.response = getattr(self.client, method)(url, data, **{**self.headers, **extra})
        body = json.loads(self.response.content) if self.response.content else None
        assert self.response.status_code == expect, (self.response.status_code, body)
        return body


def superuser():
    return User.objects.create_superuser('root')


def make_user(name, *grants):
    """Create a user; each grant is (model or type, actions, constraints)."""
    return grant(User.objects.create_user(name), *grants)


def grant(user, *grants):
    """Grant more to a user, as `make_user` does."""
    for model, actions, constraints in grants:
        name = f'{user.username} {model}'
        permission = ObjectPermission.objects.create(name=name, actions=actions, constraints=constraints)
        permission.users.add(user)
        is_type = isinstance(model, CustomObjectType)
        permission.object_types.add(model.object_type if is_type else ObjectType.objects.get_for_model(model))
    return user
