"""
GraphQL in a NetBox as in production: clients query a type while its fields are added, renamed and deleted.

Each process must have the new schema with its next request, and nothing may fail but a query for a name that is gone.
`NCO_LONG=1` goes on for half a minute.
"""

import os
import threading
import time
from collections import Counter

import pytest
import requests

from dev.serve import start_netbox
from tests.support.factories import make_object, make_type
from tests.support.processes import Fork

CLIENTS = 8
SECONDS = 30 if os.environ.get('NCO_LONG') else 3
API = '/api/plugins/custom-objects/custom-object-type-fields/'

pytestmark = pytest.mark.slow


def test_fields_change_while_clients_query(fresh_database):
    thing = make_type('thing', fields=[{'name': 'name', 'type': 'text', 'primary': True}])
    make_object(thing, name='One')
    names, failures, answers = ['name'], [], Counter()
    stopped = threading.Event()
    with start_netbox(fresh_database.name, processes=2, threads=8, jobs=False, start=Fork) as server:

        def query(*fields):
            body = {'query': f'{{ custom_objects_thing_list {{ {" ".join(fields)} }} }}'}
            answer = requests.post(f'{server.url}/graphql/', json=body, headers=server.headers, timeout=60)
            return answer.status_code, answer.json()

        def read():
            while not stopped.is_set():
                asked = names[-1]
                status, answer = query('name', asked)
                messages = [error['message'] for error in answer.get('errors', ())]
                answers['gone' if messages else 'found'] += 1
                if status != 200 or not all(text.startswith(f"Cannot query field '{asked}'") for text in messages):
                    failures.append((status, answer))

        def send(method, path, **data):
            answer = requests.request(method, f'{server.url}{API}{path}', json=data, headers=server.headers, timeout=60)
            assert answer.status_code in (200, 201, 204), answer.text
            return answer.json() if answer.content else None

        threads = [threading.Thread(target=read, daemon=True) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        end, number = time.monotonic() + SECONDS, 0
        while time.monotonic() < end:
            number += 1
            field = send('POST', '', custom_object_type=thing.pk, name=f'field_{number}', type='integer')
            names.append(f'field_{number}')
            # Whichever process answers, the new name is there and the old one is gone.
            assert query(f'field_{number}')[1]['data']
            send('PATCH', f'{field["id"]}/', name=f'renamed_{number}')
            names.append(f'renamed_{number}')
            assert 'errors' in query(f'field_{number}')[1]
            assert query(f'renamed_{number}')[1]['data']
            send('DELETE', f'{field["id"]}/')
            names.append('name')
        stopped.set()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
    assert not failures, failures[:3]
    assert answers['found']
