"""NetBox's mixins change under existing tables: what is healed after a migrate, what is reported, what is asked for."""

import io
import json

import pytest
from django.core.management import CommandError
from django.db import IntegrityError, connection, connections, models, transaction
from django.db.migrations import AddField

from dcim.models import Site

from netbox_custom_objects.ddl.introspect import introspect, introspect_all
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.definitions import TypeDefinition, table_name
from netbox_custom_objects.evolution import heal
from netbox_custom_objects.evolution.heal import after_migrate
from netbox_custom_objects.field_types import base_columns as base
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.models.objects import CustomObject as Base
from netbox_custom_objects.models.validation import reserved
from netbox_custom_objects.runtime.classes import factory, registry, world
from netbox_custom_objects.services.upkeep.schemas import open_schemas
from tests.support.branches import close
from tests.support.commands import upgrade as run
from tests.support.factories import make_field, make_object, make_type
from tests.support.migrations import operations_of, own_migrations

MAIN = Target.for_alias('default')


class Grown(Base):
    """What a later NetBox might make of the base."""

    note = models.CharField(max_length=50, null=True, blank=True)
    priority = models.IntegerField(default=3)
    code = models.CharField(max_length=20)

    class Meta:
        abstract = True


@pytest.fixture
def use_base(monkeypatch):
    """Return what makes a class the base of all types, as a new release of NetBox would."""
    before = base.base_columns()

    def use(model):
        for module in (factory, reserved):
            monkeypatch.setattr(module, 'CustomObject', model)
        forget_classes()
        base.use_base_columns(base.base_columns_of(factory.build_classes(probe())[0][1]))

    yield use
    monkeypatch.undo()
    base.use_base_columns(before)
    forget_classes()


def forget_classes():
    reserved.is_built_in.cache_clear()
    registry.forget_worlds()
    world._islands.clear()


def probe():
    return (TypeDefinition(id=1, name='probe', slug='probe'),)


def columns(type_id, alias='default'):
    table = introspect(Target.for_alias(alias), type_id).table(table_name(type_id))
    return {column.name: column for column in table.columns}


@pytest.fixture
def thing(lab):
    with lab.request():
        thing = make_type('thing', fields=[('title', 'text')])
        make_object(thing, title='a')
    return thing


def test_missing_columns_are_added_in_main_and_in_branches(lab, thing, use_base):
    branch = lab.branch()
    use_base(Grown)
    out = io.StringIO()
    after_migrate(stdout=out)
    for alias in ('default', branch.connection_name):
        found = columns(thing.pk, alias)
        assert [found[name].type for name in ('note', 'priority', 'code')] == [
            'character varying(50)', 'integer', 'character varying(20)',
        ]  # fmt: skip
        assert not any(found[name].not_null for name in ('note', 'priority', 'code'))
        with connections[alias].cursor() as cursor:
            schema = Target.for_alias(alias).schema
            cursor.execute(f'SELECT note, priority, code FROM {schema}.{table_name(thing.pk)}')
            assert cursor.fetchall() == [(None, 3, None)]
    assert 'code' in out.getvalue()
    assert '--finalize' in run('--dry-run')[1]
    with lab.request():
        obj = thing.get_model().objects.get()
        assert obj.priority == 3
        with pytest.raises(Exception, match='code'):
            obj.full_clean()


def test_branch_that_has_yet_to_migrate_waits_for_it(lab, thing, use_base):
    """Its definition tables lack what main's have gained, so that they cannot even be read."""
    branch = lab.branch()
    with connections[branch.connection_name].cursor() as cursor:
        # Beside them stand the migrations of other installations that the first one replaces.
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'netbox_custom_objects' AND name = ANY(%s)",
            [own_migrations('0004')],
        )
        for operation in operations_of(own_migrations('0004')):
            if isinstance(operation, AddField) and operation.model_name in (
                'customobjecttype',
                'customobjecttypefield',
            ):
                table = f'{branch.schema_name}.netbox_custom_objects_{operation.model_name}'
                column = f'{operation.name}_id' if operation.field.is_relation else operation.name
                cursor.execute(f'ALTER TABLE {table} DROP {column}')
        cursor.execute(f'DROP TABLE {branch.schema_name}.netbox_custom_objects_customobjecttypeconstraint')
    use_base(Grown)
    out = io.StringIO()
    after_migrate(stdout=out)
    assert 'could not' not in out.getvalue()
    assert {'note', 'priority', 'code'} <= columns(thing.pk).keys()
    branch.refresh_from_db()
    branch.status = 'pending-migrations'
    branch.save()
    branch.migrate(user=lab.user)
    assert {'note', 'priority', 'code'} <= columns(thing.pk, branch.connection_name).keys()


def test_running_again_changes_nothing(lab, thing, use_base):
    use_base(Grown)
    after_migrate()
    before = introspect_all(MAIN)
    after_migrate()
    assert introspect_all(MAIN) == before


def test_a_required_column_is_finalized_once_every_row_has_a_value(lab, thing, use_base):
    branch = lab.branch()
    use_base(Grown)
    assert run()[0] == 1
    status, said = run('--finalize')
    assert status == 1
    assert '1 objects have no value yet' in said
    assert not columns(thing.pk)['code'].not_null
    for alias in ('default', branch.connection_name):
        with connections[alias].cursor() as cursor:
            cursor.execute(f"UPDATE {Target.for_alias(alias).schema}.{table_name(thing.pk)} SET code = 'x'")
    assert run('--finalize')[0] == 0
    assert columns(thing.pk)['code'].not_null
    assert columns(thing.pk, branch.connection_name)['code'].not_null
    assert run() == (0, 'No problems found.\n')
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO {table_name(thing.pk)} (priority) VALUES (1)')


class Shrunk(Base):
    """Lost `note` and `code`, and counts further."""

    priority = models.BigIntegerField(default=3)

    class Meta:
        abstract = True


def test_other_types_and_surplus_columns_are_told_and_settled_on_request(lab, thing, use_base):
    use_base(Grown)
    run()
    use_base(Shrunk)
    status, said = run()
    assert status == 1
    assert 'priority of custom_objects_' in said
    assert 'is integer, but NetBox needs bigint' in said
    assert 'note' in said
    assert columns(thing.pk)['priority'].type == 'integer'
    assert not columns(thing.pk)['note'].retired
    assert run('--convert')[0] == 1
    assert columns(thing.pk)['priority'].type == 'bigint'
    assert run('--retire')[0] == 0
    assert columns(thing.pk)['note'].retired
    assert columns(thing.pk)['code'].retired
    assert run() == (0, 'No problems found.\n')
    # And back: what was retired is there again, with its values.
    use_base(Grown)
    run()
    assert not columns(thing.pk)['note'].retired


def test_a_field_of_the_same_name_keeps_its_column(lab, use_base):
    with lab.request():
        thing = make_type('thing', fields=[('title', 'text'), ('note', 'text')])
        make_object(thing, title='a', note='mine')
    pk = thing.fields.get(name='note').pk
    use_base(Grown)
    status, said = run()
    assert 'Field "note" has the name of a built-in attribute' in said
    found = columns(thing.pk)
    assert {f'f_{pk}', 'note'} <= set(found)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT f_{pk}, note FROM {table_name(thing.pk)}')
        assert cursor.fetchone() == ('mine', None)


def test_one_type_that_fails_stops_no_other(lab, thing, use_base):
    with lab.request():
        other = make_type('other', fields=[('title', 'text')])
    with connection.cursor() as cursor:
        # A view is in the way of nothing but the conversion.
        cursor.execute(f'CREATE VIEW in_the_way AS SELECT * FROM {table_name(thing.pk)}')
    use_base(Grown)
    run()
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE VIEW in_the_way_too AS SELECT priority FROM {table_name(thing.pk)}')
    use_base(Shrunk)
    status, said = run('--convert')
    assert status == 1
    assert 'Failed: cannot alter type of a column used by a view' in said
    assert columns(thing.pk)['priority'].type == 'integer'
    assert columns(other.pk)['priority'].type == 'bigint'
    with connection.cursor() as cursor:
        cursor.execute('DROP VIEW in_the_way, in_the_way_too')
    run('--convert')
    assert columns(thing.pk)['priority'].type == 'bigint'


def test_the_snapshot_of_base_columns_is_refreshed(lab, thing, use_base):
    stored = CustomObjectType.objects.filter(pk=thing.pk)
    after_migrate()
    document = stored.get().schema_document
    assert [column['name'] for column in document['base_columns']] == ['created', 'id', 'last_updated', 'owner_id']
    stored.update(schema_document={**document, 'unknown': 1})
    use_base(Grown)
    after_migrate()
    document = stored.get().schema_document
    assert {'name': 'code', 'null': False, 'field_class': 'CharField'} in document['base_columns']
    assert document['unknown'] == 1


def test_twenty_types_in_main_and_two_branches(lab, plugin_settings, use_base, django_assert_max_num_queries):
    plugin_settings(max_custom_object_types=0)
    with lab.request():
        for number in range(20):
            make_type(f'type_{number}', fields=[('title', 'text')])
    branches = [lab.branch(f'branch {number}') for number in range(2)]
    use_base(Grown)
    after_migrate()
    for alias in ('default', *(branch.connection_name for branch in branches)):
        tables = [schema.tables[0] for schema in introspect_all(Target.for_alias(alias)).values()]
        assert len(tables) == 20
        assert all(table.column('note') and table.column('priority') and table.column('code') for table in tables)
    (main, *_others) = open_schemas()
    # Four for the heal, and what the world is read with, as tables have changed since.
    with django_assert_max_num_queries(8):
        assert {entry.what for entry in heal.heal(main) if 'Add column' in entry.what} == set()
    for branch in branches:
        close(branch)


def test_fifty_types_without_drift_cost_twelve_queries(db, plugin_settings, django_assert_max_num_queries):
    plugin_settings(max_custom_object_types=0)
    for number in range(50):
        make_type(f'type_{number}', fields=[('title', 'text')] if number % 10 == 0 else [])
    make_field(CustomObjectType.objects.first(), 'about', 'object', targets=[Site, CustomObjectType.objects.last()])
    after_migrate()
    with django_assert_max_num_queries(12):
        after_migrate()


def test_a_dry_run_tells_each_column_and_changes_nothing(lab, thing, use_base):
    use_base(Grown)
    before = introspect_all(MAIN)
    status, said = run('--dry-run', '--json')
    assert status == 1
    assert [entry['what'].split()[2] for entry in json.loads(said)] == ['note', 'priority', 'code']
    assert introspect_all(MAIN) == before
    with pytest.raises(CommandError, match='changes nothing'):
        run('--dry-run', '--finalize')
