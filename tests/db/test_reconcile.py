"""Definition rows and tables: they appear, change and vanish together; ids and names are drawn as promised."""

from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from dcim.models import Site

from netbox_custom_objects.ddl.executor import execute
from netbox_custom_objects.ddl.introspect import introspect, introspect_all
from netbox_custom_objects.ddl.operations import AddColumn
from netbox_custom_objects.ddl.plan import Plan
from netbox_custom_objects.ddl.spec import Column, Schema
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.exceptions import VerificationFailed
from netbox_custom_objects.field_types import compile_type
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.models.revision import read_token
from netbox_custom_objects.models.rows.loader import load_definitions
from netbox_custom_objects.runtime.classes.registry import world
from netbox_custom_objects.services.reconcile import reconcile, reconcile_all
from tests.support.factories import make_every_kind, make_field, make_object, make_type

MAIN = Target.for_alias('default')


@contextmanager
def rolled_back():
    """Do it, see it, and roll it back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def catalog(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def relations():
    return catalog(r"SELECT relname FROM pg_class WHERE relname ~ '^custom_objects_\d' AND relkind IN ('r', 'S')")


class TestRollback:
    def test_a_type_that_is_rolled_back_leaves_nothing(self, fresh_database):
        token = read_token(MAIN)
        with rolled_back():
            custom_object_type = make_every_kind()
            make_object(custom_object_type, title='a')
            inside = read_token(MAIN)
            assert world().model(custom_object_type.pk) is not None
        assert relations() == []
        assert not CustomObjectType.objects.exists()
        assert not CustomObjectTypeField.objects.exists()
        assert read_token(MAIN) == token
        assert world().definitions == {}
        make_type('next')
        # The token of what never happened is not used for something else: worlds are kept by token.
        assert read_token(MAIN) not in (token, inside)
        assert [definition.name for definition in world().definitions.values()] == ['next']

    def test_a_field_that_is_rolled_back_leaves_nothing(self, fresh_database):
        thing = make_type('thing', fields=[('title', 'text')])
        obj = make_object(thing, title='a')
        before, token = introspect(MAIN, thing.pk), read_token(MAIN)
        with rolled_back():
            make_field(thing, 'more', default='x')
            make_field(thing, 'sites', 'multiobject', target=Site)
            thing.fields.get(name='title').delete()
            assert not hasattr(thing.get_model(), 'title')
        assert introspect(MAIN, thing.pk) == before
        assert read_token(MAIN) == token
        assert thing.get_model().objects.get(pk=obj.pk).title == 'a'

    def test_a_savepoint_that_is_rolled_back_is_noticed_at_once(self, fresh_database):
        thing = make_type('thing', fields=[('title', 'text')])
        with transaction.atomic():
            with rolled_back():
                make_field(thing, 'more')
                assert hasattr(thing.get_model(), 'more')
            assert not hasattr(thing.get_model(), 'more')
            thing.get_model().objects.create(title='a')


class TestPrimaryKeys:
    def test_the_sequence_belongs_to_the_table_of_main(self, db):
        """Provisioning a branch finds the default through this ownership."""
        thing = make_every_kind()
        for table in (thing.get_database_table_name(), thing.fields.get(type='multiobject').through_table_name):
            ((sequence,),) = catalog('SELECT pg_get_serial_sequence(%s, %s)', table, 'id')
            assert sequence == f'public.{table}_id_seq'
            ((default,),) = catalog(
                'SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = %s::regclass', table
            )
            assert default == f"nextval('{table}_id_seq'::regclass)"

    def test_ids_start_at_one_per_type_and_bulk_inserts_draw_from_them(self, db):
        one, two = make_type('one', fields=[('title', 'text')]), make_type('two', fields=[('title', 'text')])
        model = one.get_model()
        objects = model.objects.bulk_create([model(title=str(number)) for number in range(3)])
        assert [obj.pk for obj in objects] == [1, 2, 3]
        assert make_object(one, title='4').pk == 4
        assert make_object(two, title='1').pk == 1

    def test_schema_ids_are_never_used_again(self, db):
        thing = make_type('thing', fields=[('a', 'text'), ('b', 'text')])
        thing.fields.get(name='b').delete()
        make_field(thing, 'c')
        assert list(thing.fields.order_by('pk').values_list('name', 'schema_id')) == [('a', 1), ('c', 3)]
        thing.refresh_from_db()
        assert thing.next_schema_id == 3


class TestReconcile:
    def test_what_is_missing_is_added_and_what_is_too_much_retired(self, db):
        """Whatever brought a schema out of step: restored backups, hands on the database, a defect."""
        thing = make_every_kind()
        obj = make_object(thing, title='kept', amount=5)
        table = thing.get_database_table_name()
        names = {name: f'f_{pk}' for name, pk in thing.fields.values_list('name', 'pk')}
        links = thing.fields.get(type='multiobject').through_table_name
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER TABLE {table} DROP COLUMN {names["notes"]}')
            cursor.execute(f'ALTER TABLE {table} ADD COLUMN f_999 text')
            cursor.execute(f'DROP INDEX {table}_owner_id_idx')
            cursor.execute(f'DROP TABLE {links}')
            cursor.execute('CREATE TABLE custom_objects_999 (id bigint PRIMARY KEY)')
        plans = reconcile_all('default')
        assert set(plans) == {thing.pk, 999}
        desired = compile_type(load_definitions('default')[thing.pk])
        found = introspect(MAIN, thing.pk)
        for spec in desired.tables:
            assert set(found.table(spec.name).live_columns) == set(spec.columns)
            assert set(found.table(spec.name).indexes) == set(spec.indexes)
        assert found.table(table).column('f_999').retired
        assert introspect(MAIN, 999).tables[0].retired
        assert reconcile_all('default') == {}
        stored = thing.get_model().objects.get(pk=obj.pk)
        assert (stored.title, stored.amount, stored.notes, list(stored.places.all())) == ('kept', 5, None, [])

    def test_reconciling_all_costs_the_same_for_any_number_of_types(self, db, django_assert_num_queries):
        make_every_kind('one')
        with django_assert_num_queries(4):
            reconcile_all('default')
        for number in range(5):
            make_every_kind(f'more_{number}')
        with django_assert_num_queries(4):
            reconcile_all('default')

    def test_a_branch_schema_is_told_from_main(self, db):
        """Everything is asked of one schema by name: tables of another do not count, whatever the search path says."""
        thing = make_every_kind()
        elsewhere = Target('default', 'elsewhere')
        assert introspect(elsewhere, thing.pk) == Schema()
        assert introspect_all(elsewhere) == {}
        with connection.cursor() as cursor:
            cursor.execute('CREATE SCHEMA elsewhere')
            cursor.execute(f'CREATE TABLE elsewhere.custom_objects_{thing.pk} (id bigint PRIMARY KEY)')
        assert [len(table.columns) for table in introspect(elsewhere, thing.pk).tables] == [1]

    def test_the_ids_of_types_are_not_mixed_up(self, db):
        """custom_objects_1 is no prefix of custom_objects_11, and its underscores are no wildcards."""
        thing = make_type('thing', fields=[('title', 'text')])
        with connection.cursor() as cursor:
            for name in (
                f'custom_objects_{thing.pk}1',
                f'custom_objects_{thing.pk}x_f_1',
                f'customxobjects_{thing.pk}',
            ):
                cursor.execute(f'CREATE TABLE {name} (id bigint PRIMARY KEY)')
        assert [table.name for table in introspect(MAIN, thing.pk).tables] == [thing.get_database_table_name()]
        assert not reconcile('default', thing.pk)

    def test_a_plan_that_does_not_lead_where_it_promised_is_an_error(self, db):
        """A plan that was made for another state is found out, however smoothly its statements run."""
        thing = make_type('thing')
        stale = introspect(MAIN, thing.pk)
        make_field(thing, 'title')
        before = introspect(MAIN, thing.pk)
        plan = Plan((AddColumn(thing.get_database_table_name(), Column('f_999', 'text')),))
        with pytest.raises(VerificationFailed, match='f_999'), transaction.atomic():
            execute(MAIN, thing.pk, plan, stale)
        assert introspect(MAIN, thing.pk) == before


def test_names_in_comments_may_hold_anything(db):
    """Comments are literals: a name from elsewhere cannot end them."""
    thing = make_type('thing', fields=[('title', 'text')])
    field = thing.fields.get()
    CustomObjectTypeField.objects.filter(pk=field.pk).update(payload_key="it's %s {} \\ ; DROP TABLE x__1")
    CustomObjectType.objects.filter(pk=thing.pk).update(name="it's; --")
    field = CustomObjectTypeField.objects.get(pk=field.pk)
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE {thing.get_database_table_name()} DROP COLUMN f_{field.pk}')
    assert reconcile('default', thing.pk)
    ((comment,),) = catalog(
        'SELECT col_description(%s::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid = %s::regclass '
        'AND attname = %s))',
        thing.get_database_table_name(),
        thing.get_database_table_name(),
        f'f_{field.pk}',
    )
    assert "it's %s {} \\ ; DROP TABLE x" in comment
