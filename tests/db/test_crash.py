"""A process is killed (SIGKILL) in the middle of a schema change: rows, tables and revision stay in step."""

import os
import signal

import pytest
from django.db import transaction
from django_rq import get_queue
from rq import SimpleWorker

from netbox_custom_objects.ddl.introspect import introspect, introspect_all
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.models.revision import read_token
from netbox_custom_objects.runtime.classes.registry import world
from netbox_custom_objects.services.reconcile import plan_for, reconcile_all
from netbox_custom_objects.services.upkeep.repair import repair
from tests.support.factories import make_field, make_object, make_type
from tests.support.processes import Worker
from tests.support.sessions import other_session, query, somebody_waits_for_a_lock, wait_until, wait_until_alone

MAIN = Target.for_alias('default')

pytestmark = pytest.mark.slow


@pytest.fixture
def worker(fresh_database):
    with Worker(fresh_database.name) as worker:
        yield worker


def state():
    """Everything that must be as before, or as after, and never in between."""
    return (
        read_token(MAIN),
        introspect_all(MAIN),
        sorted(CustomObjectType.objects.values_list('pk', 'name', 'next_schema_id')),
        sorted(CustomObjectTypeField.objects.values_list('pk', 'name', 'type', 'unique')),
    )


def assert_everything_works(thing):
    """The next edit and the next object are made as if nothing had happened."""
    assert reconcile_all('default') == {}
    make_field(thing, 'next_edit', default='x')
    obj = make_object(thing, title='after')
    assert thing.get_model().objects.get(pk=obj.pk).next_edit == 'x'
    assert reconcile_all('default') == {}


CHANGES = {
    'create a type': "make_every_kind('other')",
    'add a field': "make_field(thing, 'more', default='x')",
    'rename a field': "field.name = 'renamed'; field.save()",
    'convert a field': "field.type = 'integer'; field.save()",
    'make a field unique': 'field.unique = True; field.save()',
    'delete a field': 'field.delete()',
    'delete the type': 'thing.delete()',
}


def test_killed_after_the_ddl_and_before_the_commit(worker):
    """Whatever the change was: it did not happen. Each is made in a process of its own, forked from the worker."""
    thing = make_type('thing', fields=[('title', 'text')])
    make_object(thing, title='1')
    for code in CHANGES.values():
        before = state()
        worker.send(f"""
            import os, time
            connection.close()
            if os.fork() == 0:
                with transaction.atomic():
                    thing = CustomObjectType.objects.get(name='thing')
                    field = thing.fields.get(name='title')
                    {code}
                    say({{'child': os.getpid()}})
                    time.sleep(60)
        """)
        answers = [worker.read(), worker.read()]
        (child,) = [answer['child'] for answer in answers if 'child' in answer]
        os.kill(child, signal.SIGKILL)
        wait_until_alone()
        assert state() == before, code
    assert thing.get_model().objects.get().title == '1'
    assert_everything_works(thing)


def test_killed_between_the_row_and_the_ddl(worker):
    """The field's row is written, its column waits for a reader; then the process is gone."""
    thing = make_type('thing', fields=[('title', 'text')])
    before = state()
    with other_session() as reader:
        reader.execute(f'SELECT count(*) FROM {thing.get_database_table_name()}')
        worker.send("make_field(CustomObjectType.objects.get(), 'more')")
        wait_until(somebody_waits_for_a_lock)
        assert not CustomObjectTypeField.objects.filter(name='more').exists(), 'not committed yet'
        worker.kill()
    wait_until_alone()
    assert state() == before
    assert_everything_works(thing)


def test_killed_after_the_commit_and_before_the_job_is_queued(worker, plugin_settings):
    """Everything is there but the index that a job should have built: the repair finds that it is missing."""
    thing = make_type('thing', fields=[('title', 'text')])
    for number in range(3):
        make_object(thing, title=str(number))
    worker.send("""
        import time
        from django.conf import settings
        settings.PLUGINS_CONFIG['netbox_custom_objects']['inline_row_limit'] = 2
        with transaction.atomic():
            transaction.on_commit(lambda: (say('committed'), time.sleep(60)))
            field = CustomObjectTypeField.objects.get()
            field.unique = True
            field.save()
    """)
    assert worker.read() == 'committed'
    worker.kill()
    wait_until_alone()
    plugin_settings(inline_row_limit=2)
    assert CustomObjectTypeField.objects.get().unique
    assert len(plan_for(MAIN, thing.pk)[0]) == 1
    assert not get_queue('default').count
    repair()
    work()
    assert not plan_for(MAIN, thing.pk)[0]
    plugin_settings(inline_row_limit=1000)
    assert_everything_works(thing)


@pytest.mark.parametrize('mend', ['repair', 'edit'])
def test_killed_while_an_index_is_built(worker, plugin_settings, mend):
    """PostgreSQL leaves an invalid index behind, which enforces nothing; it is replaced."""
    thing = make_type('thing', fields=[('title', 'text')])
    for number in range(3):
        make_object(thing, title=str(number))
    plugin_settings(inline_row_limit=2)
    with transaction.atomic():
        CustomObjectTypeField.objects.update(unique=True, indexed=True)  # as after a commit whose job is running now
    backend = worker.run("""
        with connection.cursor() as cursor:
            cursor.execute('SELECT pg_backend_pid()')
            (result,) = cursor.fetchone()
    """)
    with other_session() as writer:
        writer.execute(f'INSERT INTO {thing.get_database_table_name()} DEFAULT VALUES')
        worker.send(f"""
            from netbox_custom_objects.services.upkeep.deferred import finish_schema_change
            finish_schema_change('default', {thing.pk})
        """)
        wait_until(somebody_waits_for_a_lock)
        worker.kill()
        query('SELECT pg_terminate_backend(%s)', backend)
    wait_until_alone()
    assert query('SELECT count(*) FROM pg_index WHERE NOT indisvalid') == 1
    if mend == 'repair':
        repair()
        work()
    else:
        plugin_settings(inline_row_limit=1000)
        make_field(thing, 'edited')
    assert query('SELECT count(*) FROM pg_index WHERE NOT indisvalid') == 0
    table = introspect(MAIN, thing.pk).table(thing.get_database_table_name())
    column = f'f_{CustomObjectTypeField.objects.get(name="title").pk}'
    found = {(index.columns, index.unique, index.kind) for index in table.indexes}
    assert {((column,), True, ''), ((column, 'id'), False, ''), ((column,), False, 'upper')} <= found
    plugin_settings(inline_row_limit=1000)
    assert_everything_works(thing)


def work():
    queue = get_queue('default')
    SimpleWorker([queue], connection=queue.connection).work(burst=True)
    assert world().definitions
