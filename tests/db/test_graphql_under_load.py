"""
GraphQL in a NetBox as in production: clients query a type while its fields are added, renamed and deleted, and branches
while they are merged and deleted.

Each process must have the new schema with its next request, and nothing may fail but a query for a name that is gone.
`NCO_LONG=1` goes on for half a minute.
"""

import os
import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest
import requests

from dev.serve import start_netbox
from tests.support.branches import Lab
from tests.support.factories import make_field, make_object, make_type
from tests.support.processes import Fork

CLIENTS = 8
SECONDS = 30 if os.environ.get('NCO_LONG') else 3
API = '/api/plugins/custom-objects/custom-object-type-fields/'
# What netbox-branching answers.
NOT_READY = (400, 'Selected branch is not ready.')
DELETED = (400, 'Invalid branch identifier')
# What a query is answered that was under way.
GONE = (404, 'The branch has been deleted.')

pytestmark = pytest.mark.slow


class Clients:
    """Several at once, which query a server until they are stopped; `failures` are answers that none may get."""

    def __init__(self, server):
        self.server = server
        self.failures: list = []
        self.answers: Counter = Counter()

    def query(self, *fields, **headers):
        body = {'query': f'{{ custom_objects_thing_list {{ {" ".join(fields)} }} }}'}
        headers |= self.server.headers
        answer = requests.post(f'{self.server.url}/graphql/', json=body, headers=headers, timeout=60)
        return answer.status_code, answer.json() if answer.status_code == 200 else answer.text

    def send(self, method, path, **data):
        url, headers = self.server.url + API + path, self.server.headers
        answer = requests.request(method, url, json=data, headers=headers, timeout=60)
        assert answer.status_code in (200, 201, 204), answer.text
        return answer.json() if answer.content else None

    @contextmanager
    def at_work(self, read):
        """Call a function over and over, in many threads, while the block runs."""
        stopped = threading.Event()

        def work():
            while not stopped.is_set():
                try:
                    read()
                except Exception as error:
                    self.failures.append(error)

        threads = [threading.Thread(target=work, daemon=True) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopped.set()
            for thread in threads:
                thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
        assert not self.failures, self.failures[:3]


def test_schemas_change_while_clients_query(fresh_database):
    thing = make_type('thing', fields=[{'name': 'name', 'type': 'text', 'primary': True}])
    make_object(thing, name='One')
    with start_netbox(fresh_database.name, processes=2, threads=8, jobs=False, start=Fork) as server:
        clients = Clients(server)
        change_fields(clients, thing)
        end_branches(clients, thing)


def change_fields(clients, thing):
    names = ['name']

    def read():
        asked = names[-1]
        status, answer = clients.query('name', asked)
        messages = [error['message'] for error in answer.get('errors', ())]
        clients.answers['gone' if messages else 'found'] += 1
        if status != 200 or not all(text.startswith(f"Cannot query field '{asked}'") for text in messages):
            clients.failures.append((status, answer))

    with clients.at_work(read):
        end, number = time.monotonic() + SECONDS, 0
        while time.monotonic() < end:
            number += 1
            field = clients.send('POST', '', custom_object_type=thing.pk, name=f'field_{number}', type='integer')
            names.append(f'field_{number}')
            # Whichever process answers, the new name is there and the old one is gone.
            assert clients.query(f'field_{number}')[1]['data']
            clients.send('PATCH', f'{field["id"]}/', name=f'renamed_{number}')
            names.append(f'renamed_{number}')
            assert 'errors' in clients.query(f'field_{number}')[1]
            assert clients.query(f'renamed_{number}')[1]['data']
            clients.send('DELETE', f'{field["id"]}/')
            names.append('name')
    assert clients.answers['found']


def end_branches(clients, thing):
    """A branch is answered for until it is merged or deleted, and then refused."""
    lab = Lab()
    for end, refusal in ((lab.merge, NOT_READY), (lambda branch: lab.fresh(branch).delete(), DELETED)):
        branch = lab.branch(end.__name__)
        name = f'inside_{branch.pk}'
        with lab.request(branch):
            make_field(thing, name)
        header = {'X-NetBox-Branch': branch.schema_id}
        shown = {'data': {'custom_objects_thing_list': [{'name': 'One', name: None}]}}
        assert clients.query('name', name, **header) == (200, shown)

        def read(name=name, header=header, allowed=((200, shown), NOT_READY, GONE, refusal)):
            found = clients.query('name', name, **header)
            if found not in allowed:
                clients.failures.append(found)

        with clients.at_work(read):
            end(branch)
            assert clients.query('name', **header) == refusal
