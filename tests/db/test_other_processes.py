"""What one process defines, every other one sees at its next request: no restart, one query a request."""

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from users.models import Token

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.models.revision import REVISION_TABLE
from tests.support.factories import make_field, make_object, make_type
from tests.support.processes import Worker

API = '/api/plugins/custom-objects/'


@pytest.fixture
def client(fresh_database):
    user = get_user_model().objects.create_superuser('engineer')
    client = APIClient()
    client.force_authenticate(user, token=Token(user=user, write_enabled=True))
    return client


@pytest.fixture
def server(client):
    server = make_type('server', slug='servers', fields=[('title', 'text')])
    make_object(server, title='a')
    return server


def shown(client):
    """Return the keys and values of the only server, as a request of this process shows them."""
    (found,) = client.get(f'{API}servers/').json()['results']
    return {name: value for name, value in found.items() if name in ('title', 'label', 'serial')}


@pytest.mark.slow
def test_changes_of_another_process_are_seen_at_the_next_request(fresh_database, client, server):
    assert shown(client) == {'title': 'a'}
    with Worker(fresh_database.name) as other:
        other.run("make_field(CustomObjectType.objects.get(), 'serial', default='none')")
        assert shown(client) == {'title': 'a', 'serial': 'none'}
        other.run(
            "field = CustomObjectTypeField.objects.get(name='title'); field.name = 'label'; field.full_clean(); "
            'field.save()'
        )
        assert shown(client) == {'label': 'a', 'serial': 'none'}
        other.run("CustomObjectTypeField.objects.get(name='serial').delete()")
        assert shown(client) == {'label': 'a'}
        # An update of many rows at once sends no signal, and is seen all the same.
        other.run("CustomObjectType.objects.filter(slug='servers').update(slug='machines')")
        assert client.get(f'{API}servers/').status_code == 404
        assert client.get(f'{API}machines/').json()['count'] == 1
        other.run("make_type('rack', slug='racks')")
        assert client.get(f'{API}racks/').json()['results'] == []
        # And the other way round: that process holds classes of its own by now.
        make_field(CustomObjectType.objects.get(name='server'), 'color')
        other.run("""
            model = CustomObjectType.objects.get(name='server').get_model()
            result = model.objects.create(label='b', color='red').pk
        """)
    assert apps.get_model('netbox_custom_objects', f'table{server.pk}model').objects.filter(color='red').exists()


def test_a_request_reads_the_revision_once(client, server):
    client.get(f'{API}servers/')
    with CaptureQueriesContext(connection) as queries:
        client.get(f'{API}servers/')
    read = [query['sql'] for query in queries if REVISION_TABLE in query['sql']]
    assert len(read) == 1
    assert not [query for query in queries if 'FROM "netbox_custom_objects_customobjecttype' in query['sql']]


def test_a_change_that_is_rolled_back_elsewhere_is_never_seen(fresh_database, client, server):
    with Worker(fresh_database.name) as other:
        other.run("transaction.set_autocommit(False); make_field(CustomObjectType.objects.get(), 'serial')")
        # Whoever reads the table itself waits for it; the definitions can be read all the while.
        types = client.get(f'{API}custom-object-types/').json()['results']
        assert [field['name'] for field in types[0]['fields']] == ['title']
        other.run('transaction.rollback()')
        assert shown(client) == {'title': 'a'}
    assert not CustomObjectTypeField.objects.filter(name='serial').exists()
