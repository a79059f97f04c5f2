"""What would take long on a large table is left to a job, which can be killed, repeated or queued twice."""

import pytest
from django.db import IntegrityError, connection
from django_rq import get_queue
from rq import SimpleWorker

from core.models import Job
from netbox.registry import registry

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.exceptions import DuplicateValues
from netbox_custom_objects.models import CustomObjectTypeField
from netbox_custom_objects.services.reconcile import plan_for, reconcile
from netbox_custom_objects.services.upkeep.deferred import finish_schema_change
from netbox_custom_objects.services.upkeep.repair import ReconcileTablesJob, repair
from tests.support.factories import make_field, make_type

MAIN = Target.for_alias('default')


@pytest.fixture
def thing(fresh_database, plugin_settings):
    """A type whose table counts as large."""
    plugin_settings(inline_row_limit=2)
    thing = make_type('thing', fields=[('title', 'text')])
    model = thing.get_model()
    model.objects.bulk_create(model(title=str(number)) for number in range(3))
    return thing


def make_unique(thing):
    field = CustomObjectTypeField.objects.get(name='title')
    field.unique = True
    field.full_clean()
    field.save()
    return field


def unique_indexes(thing):
    table = introspect(MAIN, thing.pk).table(thing.get_database_table_name())
    return [index.columns for index in table.indexes if index.unique]


def left_to_do(thing):
    return plan_for(MAIN, thing.pk)[0]


def work():
    queue = get_queue('default')
    SimpleWorker([queue], connection=queue.connection).work(burst=True)


def leave_invalid_index(thing, field):
    """What is left of CREATE INDEX CONCURRENTLY that did not come to its end."""
    table = thing.get_database_table_name()
    repeated = thing.get_model().objects.bulk_create([thing.get_model()(title='1')])
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute(f'CREATE UNIQUE INDEX CONCURRENTLY {table}_f_{field.pk}_key ON {table} (f_{field.pk})')
    repeated[0].delete()
    assert count_invalid_indexes() == 1
    assert unique_indexes(thing) == []


def count_invalid_indexes():
    with connection.cursor() as cursor:
        cursor.execute('SELECT count(*) FROM pg_index WHERE NOT indisvalid')
        return cursor.fetchone()[0]


def test_a_job_builds_the_unique_index_of_a_large_table(thing):
    field = make_unique(thing)
    assert unique_indexes(thing) == []
    with pytest.raises(Exception, match='already exists'):
        thing.get_model()(title='1').full_clean()  # the application is strict from the start
    job = Job.objects.get(name='Finish schema change')
    work()
    job.refresh_from_db()
    assert job.status == 'completed'
    assert 'Create unique index' in str(job.log_entries)
    assert unique_indexes(thing) == [(f'f_{field.pk}',)]
    assert not left_to_do(thing)
    with pytest.raises(IntegrityError):
        thing.get_model().objects.create(title='1')


def test_a_job_builds_the_index_of_a_reference(thing):
    field = make_field(thing, 'parent', 'object', target=thing)
    assert left_to_do(thing)
    work()
    table = introspect(MAIN, thing.pk).table(thing.get_database_table_name())
    assert (f'f_{field.pk}',) in [index.columns for index in table.indexes]


def test_a_new_table_needs_no_job(fresh_database, plugin_settings):
    plugin_settings(inline_row_limit=0)
    thing = make_type('thing', fields=[{'name': 'title', 'type': 'text', 'unique': True}])
    assert not Job.objects.filter(name='Finish schema change').exists()
    assert not left_to_do(thing)


def test_the_job_can_be_repeated(thing):
    field = make_unique(thing)
    assert len(finish_schema_change('default', thing.pk)) == 1
    assert len(finish_schema_change('default', thing.pk)) == 0
    work()
    assert unique_indexes(thing) == [(f'f_{field.pk}',)]


def test_the_job_replaces_what_a_killed_one_left(thing):
    leave_invalid_index(thing, make_unique(thing))
    finish_schema_change('default', thing.pk)
    assert len(unique_indexes(thing)) == 1


def test_an_edit_replaces_what_a_killed_job_left(thing, plugin_settings):
    field = make_unique(thing)
    leave_invalid_index(thing, field)
    plugin_settings(inline_row_limit=1000)
    reconcile('default', thing.pk)
    assert unique_indexes(thing) == [(f'f_{field.pk}',)]


def test_the_job_says_why_it_cannot_finish(thing):
    """Values that were written past validation in the meantime: nothing is half done, and the job can be run again."""
    field = make_unique(thing)
    model = thing.get_model()
    model.objects.bulk_create([model(title='1')])
    with pytest.raises(DuplicateValues, match='(1)'):
        finish_schema_change('default', thing.pk)
    assert count_invalid_indexes() == 0
    model.objects.order_by('-pk')[:1].get().delete()
    finish_schema_change('default', thing.pk)
    assert unique_indexes(thing) == [(f'f_{field.pk}',)]


def test_the_job_of_a_field_or_type_that_is_gone_does_nothing(thing):
    make_unique(thing).delete()
    assert not finish_schema_change('default', thing.pk)
    pk = thing.pk
    thing.delete()
    assert not finish_schema_change('default', pk)


class TestRepair:
    """What makes good a job that was lost, without anybody asking."""

    def test_each_start_of_a_worker_queues_it(self):
        assert registry['system_jobs'][ReconcileTablesJob] == {'interval': 60}

    def test_it_queues_the_lost_job_again(self, thing):
        field = make_unique(thing)
        get_queue('default').empty()
        Job.objects.all().delete()
        assert set(repair()['default']) == {thing.pk}
        work()
        assert unique_indexes(thing) == [(f'f_{field.pk}',)]
        assert repair() == {}
