"""Schema changes meet other sessions: they wait briefly, say who is in the way, and never undo each other's work."""

import threading
import time
from contextlib import ExitStack

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, connections, transaction

from dcim.models import Site

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.locks import COPYING, with_retries
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.exceptions import SchemaLocked
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.models.revision import read_token
from netbox_custom_objects.services.reconcile import reconcile_all
from tests.support.factories import make_field, make_object, make_type
from tests.support.sessions import SHORT_WAITS, in_threads, other_session

MAIN = Target.for_alias('default')


@pytest.fixture
def thing(fresh_database, plugin_settings):
    plugin_settings(**SHORT_WAITS)
    return make_type('thing', fields=[('title', 'text')])


def state(thing):
    """What a change that did not happen leaves as it was."""
    return (
        introspect(MAIN, thing.pk),
        read_token(MAIN),
        sorted(CustomObjectTypeField.objects.values_list('pk', 'name', 'type', 'unique')),
        sorted(CustomObjectType.objects.values_list('pk', 'name')),
    )


def lock_timeout():
    with connection.cursor() as cursor:
        cursor.execute('SHOW lock_timeout')
        return cursor.fetchone()[0]


def edit(field, **values):
    for name, value in values.items():
        setattr(field, name, value)
    field.full_clean()
    field.save()


CHANGES = {
    'add a field': lambda thing: make_field(thing, 'more', default='x'),
    'make unique': lambda thing: edit(thing.fields.get(), unique=True),
    'convert': lambda thing: edit(thing.fields.get(), type='integer'),
}


class TestReader:
    """Somebody reads a table in a transaction that goes on: a report, a backup."""

    @pytest.mark.parametrize('change', CHANGES)
    def test_a_change_gives_up_with_a_sentence_and_changes_nothing(self, thing, change):
        before, timeout = state(thing), lock_timeout()
        with other_session('night report') as cursor:
            cursor.execute(f'SELECT count(*) FROM {thing.get_database_table_name()}')
            if change == 'make unique':  # building an index waits for writers only
                cursor.execute(f'INSERT INTO {thing.get_database_table_name()} DEFAULT VALUES')
            started = time.monotonic()
            with pytest.raises(SchemaLocked) as caught:
                CHANGES[change](thing)
            assert time.monotonic() - started < 4
        sentence = str(caught.value)
        assert thing.get_database_table_name() in sentence
        assert 'night report' in sentence
        assert 'idle in transaction' in sentence
        assert 'try again' in sentence
        assert (state(thing), lock_timeout()) == (before, timeout)
        CHANGES[change](thing)
        assert state(thing) != before

    def test_a_change_waits_for_a_reader_who_finishes(self, thing, plugin_settings):
        plugin_settings(ddl_lock_retries=10)
        reading, done = threading.Event(), threading.Event()

        def read():
            with other_session() as cursor:
                cursor.execute(f'SELECT count(*) FROM {thing.get_database_table_name()}')
                reading.set()
                time.sleep(0.4)
                done.set()

        def change():
            reading.wait()
            make_field(thing, 'more')
            assert done.is_set()

        assert in_threads(read, change) == [None, None]
        assert hasattr(thing.get_model(), 'more')

    def test_changes_that_need_no_lock_do_not_wait(self, thing):
        """Renaming, retiring and restoring a field are written beside any number of readers and writers."""
        obj = make_object(thing, title='a')
        field = thing.fields.get()
        with other_session() as cursor:
            cursor.execute(f"UPDATE {thing.get_database_table_name()} SET f_{field.pk} = 'b' WHERE id = {obj.pk}")
            edit(field, name='renamed', required=True, label='Renamed')
            edit(field, validation_regex='^a')
            make_type('other', fields=[('title', 'text')])
        assert thing.get_model().objects.get(pk=obj.pk).renamed == 'a'

    def test_nothing_is_lost_of_the_transaction_that_goes_on(self, thing):
        """A view that catches the error goes on with what it did before, and with the waits it had before."""
        with transaction.atomic():
            Site.objects.create(name='before', slug='before')
            with other_session() as cursor:
                cursor.execute(f'SELECT count(*) FROM {thing.get_database_table_name()}')
                with pytest.raises(SchemaLocked), transaction.atomic():
                    make_field(thing, 'more')
            assert lock_timeout() == '5s'
            make_field(thing, 'more')
            assert lock_timeout() == '5s'
        assert Site.objects.filter(slug='before').exists()
        assert hasattr(thing.get_model(), 'more')


class TestWriters:
    """Several sessions change definitions at once."""

    def test_a_change_does_not_wait_for_ever_for_another_one(self, thing):
        before = state(thing)
        with ExitStack() as stack:
            cursor = stack.enter_context(other_session('merge of branch 7'))
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('public'), 0)")
            cursor.execute("UPDATE netbox_custom_objects_customobjecttype SET description = 'x'")
            for change in (lambda: make_field(thing, 'more'), lambda: thing.delete(), lambda: make_type('other')):
                with pytest.raises(SchemaLocked, match=r'changing custom object types.*merge of branch 7'):
                    change()
        assert state(thing) == before

    def test_concurrent_fields_of_one_type_all_survive(self, thing, plugin_settings):
        plugin_settings(ddl_lock_timeout=2000, ddl_lock_retries=5)
        names = [f'field_{number}' for number in range(8)]

        def adder(mine):
            return lambda: [make_field(CustomObjectType.objects.get(pk=thing.pk), name, default='x') for name in mine]

        assert in_threads(*(adder(names[number::4]) for number in range(4))) == [None] * 4
        table = introspect(MAIN, thing.pk).table(thing.get_database_table_name())
        assert {column.name for column in table.columns if column.retired} == set()
        assert {f'f_{pk}' for pk in thing.fields.values_list('pk', flat=True)} <= {item.name for item in table.columns}
        assert reconcile_all('default') == {}
        obj = make_object(CustomObjectType.objects.get(pk=thing.pk), title='a')
        assert [getattr(obj, name) for name in names] == ['x'] * 8
        assert len(set(thing.fields.values_list('schema_id', flat=True))) == 9

    def test_adding_and_deleting_at_once(self, thing, plugin_settings):
        plugin_settings(ddl_lock_timeout=2000, ddl_lock_retries=5)
        for name in ('a', 'b'):
            make_field(thing, name)
        assert (
            in_threads(
                lambda: CustomObjectTypeField.objects.get(name='a').delete(),
                lambda: make_field(CustomObjectType.objects.get(pk=thing.pk), 'c'),
                lambda: CustomObjectTypeField.objects.get(name='b').delete(),
                lambda: make_type('other', fields=[('title', 'text')]),
            )
            == [None] * 4
        )
        assert sorted(thing.fields.values_list('name', flat=True)) == ['c', 'title']
        assert reconcile_all('default') == {}

    def test_of_two_fields_with_the_same_name_one_wins(self, thing, plugin_settings):
        plugin_settings(ddl_lock_timeout=2000, ddl_lock_retries=5)
        errors = in_threads(*[lambda: make_field(CustomObjectType.objects.get(pk=thing.pk), 'same') for _ in range(3)])
        assert len([error for error in errors if error is None]) == 1
        assert all(isinstance(error, (IntegrityError, ValidationError)) for error in errors if error)
        assert thing.fields.filter(name='same').count() == 1
        assert reconcile_all('default') == {}

    def test_readers_and_writers_of_objects_never_see_an_error(self, thing, plugin_settings):
        """Objects are written and read by their classes while fields come and go under them (decision 3)."""
        plugin_settings(ddl_lock_timeout=2000, ddl_lock_retries=20)
        stop = threading.Event()

        def use():
            number = 0
            while not stop.is_set():
                number += 1
                model = CustomObjectType.objects.get(pk=thing.pk).get_model()
                obj = model.objects.create(title=str(number))
                assert model.objects.get(pk=obj.pk).title == str(number)
                list(model.objects.order_by('-pk')[:5])

        def change():
            try:
                for number in range(6):
                    field = make_field(CustomObjectType.objects.get(pk=thing.pk), f'field_{number}', default='x')
                    if number % 2:
                        field.delete()
            finally:
                stop.set()

        assert in_threads(use, use, change) == [None, None, None]
        assert thing.get_model().objects.exists()
        assert reconcile_all('default') == {}


def test_a_branch_of_another_database_is_not_waited_for(db, plugin_settings):
    """Databases of one server that are copies of one template have tables of the same OIDs."""
    plugin_settings(**SHORT_WAITS)

    def fail():
        with connection.cursor() as cursor:
            cursor.execute('DO $$ BEGIN RAISE lock_not_available; END $$')

    other = connections.create_connection('default')
    other.settings_dict = {**other.settings_dict, 'NAME': 'postgres'}
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute('SELECT count(*) FROM pg_class')
            cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('pg_catalog'), %s)", [COPYING])
            with pytest.raises(SchemaLocked) as caught:
                with_retries(Target('default', 'pg_catalog'), 'pg_class', fail)
    finally:
        other.close()
    assert type(caught.value) is SchemaLocked
