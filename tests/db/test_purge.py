"""Purge: what was deleted long enough ago is dropped for good, and nothing else, whoever else holds a copy."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError
from django.db import connection

from dcim.models import Site
from extras.models import JournalEntry
from netbox.registry import registry

from netbox_custom_objects.ddl.introspect import introspect, introspect_all
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.definitions import table_name
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.services.upkeep.purge import PurgeRetiredJob, purge
from netbox_custom_objects.services.upkeep.repair import repair
from tests.support.beginnings import begins_with
from tests.support.branches import Lab, close, delete, edit
from tests.support.commands import upgrade as run
from tests.support.factories import make_field, make_object, make_type

MAIN = Target.for_alias('default')


def make_thing():
    with Lab().request():
        thing = make_type('thing', fields=[('title', 'text'), ('amount', 'integer')])
        make_field(thing, 'sites', 'multiobject', target=Site)
        obj = make_object(thing, title='a', amount=1, sites=[Site.objects.create(name='Oslo', slug='oslo')])
        JournalEntry.objects.create(assigned_object=obj, comments='noted')


@pytest.fixture
@begins_with(make_thing)
def thing(lab):
    return CustomObjectType.objects.get()


def columns(type_id, target=MAIN):
    return {column.name for column in introspect(target, type_id).table(table_name(type_id)).columns}


def remove(lab, *instances):
    with lab.request():
        for instance in instances:
            delete(instance)


def test_job_is_queued_by_every_worker():
    assert registry['system_jobs'][PurgeRetiredJob] == {'interval': 1440}


def test_old_columns_and_link_tables_go_and_young_ones_stay(lab, thing, long_ago):
    amount, sites = thing.fields.get(name='amount'), thing.fields.get(name='sites')
    column, links = f'f_{amount.pk}', f'{table_name(thing.pk)}_f_{sites.pk}'
    remove(lab, amount, sites)
    assert purge(30) == []
    assert purge(None) == []
    connection.cursor().execute(
        f"COMMENT ON COLUMN {table_name(thing.pk)}.{column} IS 'retired 2026-01-01T00:00:00+00:00: x'"
    )
    connection.cursor().execute(f"COMMENT ON TABLE {links} IS 'retired 2026-01-01T00:00:00+00:00: y'")
    assert {purged.item.what for purged in purge(30, dry_run=True)} == {(table_name(thing.pk), column), (links, '')}
    assert column in columns(thing.pk)
    assert all(purged.done for purged in purge(30))
    assert column not in columns(thing.pk)
    assert introspect(MAIN, thing.pk).table(links) is None
    assert repair() == {}
    with lab.request():
        assert edit(thing.get_model().objects.get(), title='b').title == 'b'
        delete(thing.get_model().objects.get())


@pytest.fixture
def long_ago(lab):
    """Return what makes everything that is out of use so since the start of the year."""

    def back_date():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT format('COMMENT ON %s IS %L', CASE WHEN a.attname IS NULL "
                "THEN format('TABLE %I.%I', n.nspname, c.relname) "
                "ELSE format('COLUMN %I.%I.%I', n.nspname, c.relname, a.attname) END, "
                "regexp_replace(d.description, '^retired \\S+:', 'retired 2026-01-01T00:00:00+00:00:')) "
                'FROM pg_description d JOIN pg_class c ON c.oid = d.objoid '
                'JOIN pg_namespace n ON n.oid = c.relnamespace '
                'LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND a.attnum > 0 '
                "WHERE d.description LIKE 'retired %'"
            )
            for (statement,) in cursor.fetchall():
                cursor.execute(statement)

    return back_date


def test_what_an_open_branch_uses_stays(lab, thing, branch, long_ago):
    amount = thing.fields.get(name='amount')
    column = f'f_{amount.pk}'
    remove(lab, amount)
    long_ago()
    assert purge(30) == []
    with lab.request(branch):
        delete(CustomObjectTypeField.objects.get(name='amount'))
    long_ago()
    assert {purged.schema for purged in purge(30)} == {'main', branch.name}
    for target in (MAIN, Target.for_alias(branch.connection_name)):
        assert column not in columns(thing.pk, target)
    close(branch)


def test_a_type_goes_with_what_hangs_on_its_objects_and_with_its_branch_first(lab, thing, long_ago, plugin_settings):
    type_id = thing.pk
    # Its objects are not deleted one by one.
    plugin_settings(type_delete_log_limit=0)
    branch = lab.branch()
    remove(lab, thing)
    long_ago()
    assert purge(30) == []
    lab.sync(branch)
    long_ago()
    found = purge(30)
    assert [purged.error for purged in found] == [''] * len(found)
    assert introspect_all(MAIN) == introspect_all(Target.for_alias(branch.connection_name)) == {}
    assert not JournalEntry.objects.exists()
    # The change log still speaks of its objects.
    assert ContentType.objects.filter(model=f'table{type_id}model').exists()
    close(branch)


def test_what_cannot_be_dropped_is_told_and_stays(lab, thing, long_ago):
    amount = thing.fields.get(name='amount')
    column = f'f_{amount.pk}'
    remove(lab, amount)
    long_ago()
    connection.cursor().execute(f'CREATE VIEW amounts AS SELECT {column} FROM {table_name(thing.pk)}')
    status, said = run('--purge')
    assert status == 1
    assert 'view amounts depends on column' in said
    assert column in columns(thing.pk)
    connection.cursor().execute('DROP VIEW amounts')
    status, said = run('--purge', '--dry-run', '--cot', 'thing')
    assert status == 1
    assert 'amount (integer)), out of use since 2026-01-01' in said
    assert run('--purge', '30', '--cot', str(thing.pk))[0] == 0
    assert run('--purge') == (0, 'No problems found.\n')
    with pytest.raises(CommandError, match='specify a deleted type by its ID'):
        run('--purge', '--cot', 'nothing')


def test_a_field_that_is_restored_in_time_keeps_its_values(lab, thing, branch, long_ago):
    with lab.request(branch):
        delete(CustomObjectTypeField.objects.get(name='amount'))
    lab.merge(branch)
    lab.revert(branch)
    long_ago()
    assert purge(0) == []
    with lab.request():
        assert thing.get_model().objects.get().amount == 1
    close(branch)
