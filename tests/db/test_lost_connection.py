"""The database connection is cut in the middle of a schema change: nothing happened, and the next request works."""

import threading
import time

import pytest
from django.contrib.auth import get_user_model
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction
from django.test import Client

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectTypeField
from netbox_custom_objects.models.revision import read_token
from netbox_custom_objects.services.reconcile import reconcile_all
from tests.support.factories import make_field, make_object, make_type
from tests.support.sessions import other_session

MAIN = Target.for_alias('default')
FIELDS = '/api/plugins/custom-objects/custom-object-type-fields/'


class Cut:
    """Cuts the connection of whoever waits for a reader of a table."""

    def __init__(self, table):
        self.table = table

    def __enter__(self):
        self.reading = threading.Event()
        self.thread = threading.Thread(target=self.cut)
        self.thread.start()
        self.reading.wait()

    def __exit__(self, *exception):
        self.thread.join()
        # What a web server does between two requests.
        close_old_connections()

    def cut(self):
        with other_session() as cursor:
            cursor.execute(f'SELECT count(*) FROM {self.table}')
            self.reading.set()
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                cursor.execute(
                    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity '
                    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
                if cursor.fetchall():
                    return
                time.sleep(0.02)


@pytest.fixture
def thing(fresh_database):
    return make_type('thing', fields=[('title', 'text')])


def state(thing):
    return introspect(MAIN, thing.pk), read_token(MAIN), sorted(CustomObjectTypeField.objects.values_list('pk', 'name'))


def test_orm(thing):
    before = state(thing)
    with Cut(thing.get_database_table_name()), pytest.raises(OperationalError, match='terminating connection'):
        make_field(thing, 'more')
    assert state(thing) == before
    make_field(thing, 'more', default='x')
    assert make_object(thing, title='a').more == 'x'
    assert reconcile_all('default') == {}


def add_field_and_be_cut(thing, then):
    """Make a change whose transaction is still open when its connection ends, and go on with a query or the commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        make_field(thing, 'more')
        cursor.execute('SELECT pg_backend_pid()')
        (pid,) = cursor.fetchone()
        with other_session() as other:
            other.execute('SELECT pg_terminate_backend(%s)', [pid])
        if then:
            cursor.execute(then)


@pytest.mark.parametrize('then', ['SELECT 1', None], ids=['at the next query', 'at the commit'])
def test_after_the_ddl(thing, then):
    before = state(thing)
    with pytest.raises((OperationalError, InterfaceError)):
        add_field_and_be_cut(thing, then)
    close_old_connections()
    assert state(thing) == before
    make_field(thing, 'more')
    assert reconcile_all('default') == {}


def test_rest(thing):
    get_user_model().objects.create_superuser('admin')
    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.get())
    assert client.get(FIELDS).status_code == 200  # the first request of a process loads a lot
    body = {'custom_object_type': thing.pk, 'name': 'more', 'type': 'text'}
    before = state(thing)
    with Cut(thing.get_database_table_name()):
        response = client.post(FIELDS, body, content_type='application/json')
    assert response.status_code == 500
    assert state(thing) == before
    response = client.post(FIELDS, body, content_type='application/json')
    assert response.status_code == 201, response.content
    assert hasattr(thing.get_model(), 'more')
    assert reconcile_all('default') == {}
