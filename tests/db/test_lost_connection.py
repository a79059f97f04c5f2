"""A connection that is lost in the middle of a schema change: nothing was changed, and the next request works."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections
from rest_framework.test import APIClient

from users.models import Token

from dev import postgres
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.models.revision import read_token
from netbox_custom_objects.services import reconcile as reconcile_module
from tests.support.branches import assert_schema_is_clean, rows
from tests.support.factories import make_object, make_type

API = '/api/plugins/custom-objects/'
MAIN = Target.for_alias('default')


@pytest.fixture
def client(fresh_database):
    user = get_user_model().objects.create_superuser(username='engineer', password='engineer')
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(user, token=Token(user=user, write_enabled=True))
    return client


def cut_connection():
    """End the session of this thread's connection, as a failover or an administrator does."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT pg_backend_pid()')
        (pid,) = cursor.fetchone()
    with postgres.connect(user='postgres') as other:
        other.execute('SELECT pg_terminate_backend(%s)', [pid])


@pytest.mark.parametrize('when', ['before the column is added', 'after the column is added'])
def test_field_creation_over_rest(client, monkeypatch, when):
    server = make_type('server', slug='servers', fields=[('title', 'text')])
    make_object(server, title='a')
    token, execute = read_token(MAIN), reconcile_module.execute

    def cut(*args):
        if when.startswith('after'):
            execute(*args)
        cut_connection()
        return execute(*args)

    data = {'custom_object_type': server.pk, 'name': 'serial', 'type': 'text'}
    monkeypatch.setattr(reconcile_module, 'execute', cut)
    assert client.post(f'{API}custom-object-type-fields/', data, format='json').status_code >= 500
    monkeypatch.undo()
    connections['default'].close()

    assert read_token(MAIN) == token
    assert rows(CustomObjectTypeField, 'name') == [('title',)]
    assert_schema_is_clean()
    assert client.post(f'{API}custom-object-type-fields/', data, format='json').status_code == 201
    assert rows(CustomObjectType.objects.get().get_model(), 'title', 'serial') == [('a', None)]
