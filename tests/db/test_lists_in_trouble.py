"""Something goes wrong while lists, pages and files are written together: nothing is half done."""

import signal

import pytest
from django.db import close_old_connections, connection
from django.db.models.signals import post_save, pre_save
from django.test import Client

from core.models import ObjectChange

from netbox_custom_objects.services import writing
from tests.support.factories import make_object, make_type
from tests.support.processes import run_python
from tests.support.sessions import other_session
from tests.surfaces.rest import superuser

API, PAGES = '/api/plugins/custom-objects/thing/', '/plugins/custom-objects/thing/'
FILE = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}


@pytest.fixture
def things(fresh_database):
    thing = make_type('thing', fields=[{'name': 'title', 'primary': True, 'unique': True}, ('size', 'integer')])
    return [make_object(thing, title=f'old {number}', size=1) for number in range(4)]


def requests(client, things):
    """Return what writes several objects together, each as a function that returns the status of the answer."""
    pks = [thing.pk for thing in things]
    rows = '\n'.join(f'new {number},{number}' for number in range(4))
    changes = '\n'.join(f'{pk},7' for pk in pks)

    def send(method, body):
        return getattr(client, method)(API, body, content_type='application/json').status_code

    def page(name, **sent):
        return client.post(f'{PAGES}bulk-{name}/', sent).status_code

    return [
        lambda: send('post', [{'title': f'new {number}'} for number in range(4)]),
        lambda: send('patch', [{'id': pk, 'size': 5} for pk in pks]),
        lambda: page('import', data=f'title,size\n{rows}\n', **FILE),
        lambda: page('import', data=f'id,size\n{changes}\n', **FILE),
        lambda: page('edit', pk=pks, size=6, _apply='1'),
        lambda: page('rename', pk=pks, find='old', replace='new', field_names=['title'], _apply='1'),
    ]


def state(things):
    rows = sorted(type(things[0]).objects.values_list('pk', 'title', 'size'))
    return rows, ObjectChange.objects.count()


class Receiver:
    """Does something at the third object that is written, once."""

    def __init__(self, signal, do):
        self.signal, self.do, self.number = signal, do, 0

    def __enter__(self):
        self.signal.connect(self)

    def __exit__(self, *exception):
        self.signal.disconnect(self)
        close_old_connections()

    def __call__(self, sender, instance, **kwargs):
        if hasattr(instance, 'size'):
            self.number += 1
            if self.number == 3:
                self.do()


def fail():
    raise RuntimeError('What this plugin has not thought of')


def lose_connection():
    with connection.cursor() as cursor, other_session() as other:
        cursor.execute('SELECT pg_backend_pid()')
        other.execute('SELECT pg_terminate_backend(%s)', cursor.fetchone())


@pytest.mark.parametrize('do', [fail, lose_connection])
def test_a_receiver_fails_or_the_connection_is_lost(things, do):
    client = Client(raise_request_exception=False)
    client.force_login(superuser())
    for request in requests(client, things):
        before = state(things)
        with Receiver(post_save, do):
            assert request() >= 500
        assert state(things) == before
    assert [request() for request in requests(client, things)] == [201, 200, 200, 302, 302, 200]


def test_another_client_takes_a_unique_value_meanwhile(things):
    client = Client(raise_request_exception=False)
    client.force_login(superuser())

    def take():
        with other_session() as cursor:
            columns = {field.name: field.column for field in type(things[0])._meta.concrete_fields}
            cursor.execute(f'INSERT INTO {type(things[0])._meta.db_table} ({columns["title"]}) VALUES (%s)', ['new 3'])
            cursor.execute('COMMIT')

    create, _change, import_new, *_more = requests(client, things)
    for request, status in ((create, 400), (import_new, 200)):
        before, count = state(things)
        with Receiver(pre_save, take):
            assert request() == status
        type(things[0]).objects.filter(title='new 3').delete()
        assert state(things) == (before, count)


def test_the_process_is_killed(things, fresh_database):
    user, before = superuser(), state(things)
    result = run_python(
        """
        import os, signal
        from django.contrib.auth import get_user_model
        from django.db.models.signals import post_save
        from django.test import Client

        def die(instance, **kwargs):
            if getattr(instance, 'title', '') == 'new 2':
                os.kill(os.getpid(), signal.SIGKILL)

        post_save.connect(die)
        client = Client()
        client.force_login(get_user_model().objects.get())
        body = [{'title': f'new {number}'} for number in range(4)]
        client.post('/api/plugins/custom-objects/thing/', body, content_type='application/json')
        """,
        fresh_database.name,
    )
    assert result.returncode == -signal.SIGKILL, result.stderr
    assert state(things) == before
    client = Client()
    client.force_login(user)
    assert [request() for request in requests(client, things)[:2]] == [201, 200]


def test_they_were_written_together(things, monkeypatch):
    """Or else the tests above would test something else."""
    found, tried = [], writing.tried_together
    for module in ('api.views.objects', 'views.objects.importing', 'views.objects.together'):
        monkeypatch.setattr(
            f'netbox_custom_objects.{module}.tried_together',
            lambda *arguments, **more: found.append(tried(*arguments, **more)) or found[-1],
        )
    client = Client()
    client.force_login(superuser())
    create, change, _import, import_changes, edit, _rename = requests(client, things)
    for request in (create, change, import_changes, edit):
        request()
    assert len(found) == 4
    assert all(found)
