"""
A process that is killed (SIGKILL) inside a schema change leaves rows, tables and revision whole.

A change is one transaction, so that nothing is left of it; what a job had begun is found by comparison.
"""

import pytest
from django.db import connection

from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.models.revision import read_token
from netbox_custom_objects.services.repair import repair
from tests.support.branches import assert_schema_is_clean, rows
from tests.support.factories import make_field, make_object, make_type
from tests.support.processes import Worker

pytestmark = pytest.mark.slow

MAIN = Target.for_alias('default')

# Where the process stops and says so; it is killed there.
HALT = """
import time
def halt(*args, **kwargs):
    say('here')
    time.sleep(60)
"""
POINTS = {
    'the row is written, the column is not': """
        from netbox_custom_objects.services import reconcile
        reconcile.execute = halt
    """,
    'the column is there, the transaction is open': """
        from django.db.models.signals import post_save
        post_save.connect(lambda sender, **kwargs: halt() if sender is CustomObjectTypeField else None, weak=False)
    """,
    'everything is done, and about to be committed': 'pass',
}
ADD_FIELD = """
from django.db import transaction
with transaction.atomic():
    make_field(CustomObjectType.objects.get(name='server'), 'serial')
    halt()
"""
ADD_TYPE = """
from django.db import transaction
with transaction.atomic():
    make_type('rack', fields=[('title', 'text')])
    halt()
"""
DELETE_FIELD = """
from django.db import transaction
with transaction.atomic():
    CustomObjectTypeField.objects.get(name='code').delete()
    halt()
"""


@pytest.fixture
def server(fresh_database):
    server = make_type('server', fields=[('title', 'text'), {'name': 'code', 'type': 'text', 'unique': True}])
    make_object(server, title='a', code='1')
    return server


def killed(database, *pieces):
    """Run code in another process until it halts, and kill that."""
    with Worker(database.name) as worker:
        worker.run(HALT)
        for piece in pieces:
            worker.send(piece)
            answer = worker.read()
            if answer == 'here':
                return
            assert 'error' not in answer, answer
        raise AssertionError('the process was to halt')


@pytest.mark.parametrize('change', [ADD_FIELD, ADD_TYPE, DELETE_FIELD])
@pytest.mark.parametrize('point', POINTS)
def test_nothing_is_left_of_a_change_whose_process_was_killed(fresh_database, server, point, change):
    token, fields = read_token(MAIN), rows(CustomObjectTypeField, 'name')
    killed(fresh_database, POINTS[point], change)
    assert (read_token(MAIN), rows(CustomObjectTypeField, 'name')) == (token, fields)
    assert [t.name for t in CustomObjectType.objects.all()] == ['server']
    assert_schema_is_clean()
    assert repair() == {}
    # The killed process's locks are gone with it: the same change goes through now.
    make_field(server, 'serial')
    assert rows(server.get_model(), 'title', 'code', 'serial') == [('a', '1', None)]


def test_a_change_stands_once_it_is_committed(fresh_database, server):
    killed(fresh_database, "make_field(CustomObjectType.objects.get(name='server'), 'serial'); halt()")
    assert rows(server.get_model(), 'title', 'serial') == [('a', None)]
    assert_schema_is_clean()


def test_an_index_build_that_was_killed_is_done_again(fresh_database, server, plugin_settings):
    model = server.get_model()
    model.objects.bulk_create(model(title=str(number), code=str(number + 2)) for number in range(200))
    table = server.get_database_table_name()
    # The build waits for this transaction, which has a lock on a row: it is killed while it does.
    with Worker(fresh_database.name) as worker:
        worker.run(HALT)
        worker.run(
            'from django.db import connection; connection.set_autocommit(False); '
            f"connection.cursor().execute('SELECT * FROM {table} LIMIT 1 FOR UPDATE')"
        )
        plugin_settings(inline_row_limit=10)
        field = CustomObjectTypeField.objects.get(name='title')
        field.unique = True
        field.save()
        with Worker(fresh_database.name) as builder:
            builder.send(
                'from django.db import connection\n'
                "connection.cursor().execute('SET lock_timeout = 0')\n"
                'from netbox_custom_objects.services.deferred import finish_schema_change\n'
                f"finish_schema_change('default', {server.pk})"
            )
            with connection.cursor() as cursor:
                invalid = False
                while not invalid:
                    cursor.execute('SELECT count(*) FROM pg_index WHERE NOT indisvalid')
                    invalid = cursor.fetchone()[0] > 0
            builder.kill()
    with Worker(fresh_database.name) as next_start:
        next_start.run(
            'from netbox_custom_objects.services.deferred import finish_schema_change\n'
            f"finish_schema_change('default', {server.pk})"
        )
    assert_schema_is_clean()
