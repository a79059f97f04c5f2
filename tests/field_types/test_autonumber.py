"""Specials of autonumber: templates, years, numbers that are given by hand, and what is drawn when."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.ddl.upkeep.sweep import drop_unused_sequences
from tests.field_types.case import Case, Filter, sample, text_lookups
from tests.field_types.json_values import BOOLEANS, LISTS, OBJECTS, UNSTORABLE
from tests.field_types.refusals import edited, one_field, refused_field, refused_value
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser, text_of

pytestmark = pytest.mark.django_db

LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"


def numbered(template='', **attributes):
    return one_field('autonumber', number_template=template, **attributes)


def drawn(thing, count=1):
    """Return the numbers of new objects."""
    return [thing.get_model().objects.create().value for _ in range(count)]


@pytest.fixture
def year(monkeypatch):
    """Set the year of today."""

    def set_year(year):
        monkeypatch.setattr(timezone, 'localdate', lambda *args: date(year, 6, 1))

    set_year(2026)
    return set_year


def test_numbers_count_up_by_the_template(year):
    thing = numbered()
    assert drawn(thing, 3) == ['1', '2', '3']
    edited(thing, number_template='DEV{number:06}')
    assert drawn(thing, 2) == ['DEV000004', 'DEV000005']
    edited(thing, number_template='{year}-{number}-{year}')
    assert drawn(thing) == ['2026-6-2026']
    year(2027)
    assert drawn(thing) == ['2027-7-2027']
    # Objects that are made at once draw theirs, too.
    model = thing.get_model()
    assert [obj.value for obj in model.objects.bulk_create([model(), model()])] == ['2027-8-2027', '2027-9-2027']


def test_numbers_begin_again_each_year(year):
    thing = numbered('{year}-{number:03}', restart_yearly=True)
    assert drawn(thing, 2) == ['2026-001', '2026-002']
    year(2027)
    assert drawn(thing, 2) == ['2027-001', '2027-002']
    # A clock that goes wrong does not bring numbers back.
    year(2026)
    assert drawn(thing) == ['2027-003']
    edited(thing, restart_yearly=False)
    assert drawn(thing) == ['2026-004']


def test_the_lock_of_a_sequence_is_released_when_drawing_fails():
    thing = numbered()
    sequence = f'public.{thing.get_database_table_name()}_f_{thing.fields.get().pk}_number_seq'
    with connection.cursor() as cursor:
        cursor.execute(LOCKS)
        (held,) = cursor.fetchone()
        cursor.execute('SELECT setval(%s, 9223372036854775807)', [sequence])
        with pytest.raises(DatabaseError), transaction.atomic():
            drawn(thing)
        cursor.execute(LOCKS)
        assert cursor.fetchone() == (held,)


def test_numbers_that_are_given_are_passed_over(year):
    thing = numbered('{year}-{number}', restart_yearly=True)
    model = thing.get_model()
    for value in ('2026-7', '2025-100', '2027-2', 'other', '2026-1', None):
        obj = model(value=value)
        obj.full_clean()
        obj.save()
        assert model.objects.get(pk=obj.pk).value == value
    assert drawn(thing) == ['2026-8']
    year(2027)
    assert drawn(thing, 2) == ['2027-1', '2027-3']
    # No sequence can follow these.
    for value in ('2027-9999999999', '2027-99999999999', '2027-0', '2027--1', '2027-1x'):
        model.objects.create(value=value)
    assert drawn(thing) == ['2027-4']


def test_a_number_is_used_up_even_if_the_object_is_not_stored():
    thing = numbered()
    with transaction.atomic():
        assert drawn(thing) == ['1']
        transaction.set_rollback(True)
    assert drawn(thing) == ['2']


def test_no_two_objects_have_the_same():
    thing = numbered()
    thing.get_model().objects.create(value='A')
    assert 'already exists' in refused_value(thing, 'A')
    rest = Rest(superuser())
    assert list(rest.post('thing/', {'value': 'A'}, expect=400)) == ['value']


def test_rest_draws_unless_a_number_is_sent():
    thing = numbered('N{number}')
    rest = Rest(superuser())
    assert [rest.post('thing/', {})['value'], rest.post('thing/', [{}, {}])[1]['value']] == ['N1', 'N3']
    assert rest.post('thing/', {'value': 'N10'})['value'] == 'N10'
    assert rest.post('thing/', {})['value'] == 'N11'
    assert rest.post('thing/', {'value': None})['value'] is None
    assert rest.post('thing/?dry_run=true', {}, expect=200)
    assert thing.get_model().objects.count() == 6


def test_forms_show_it_and_imports_may_set_it():
    thing = numbered('N{number}')
    browser = Browser(superuser())
    assert 'Drawn when the object is saved' in browser.get('thing/add/')
    browser.post('thing/add/', value='N99')
    obj = thing.get_model().objects.get()
    assert obj.value == 'N1'
    assert 'N1' in browser.get(f'thing/{obj.pk}/edit/')
    browser.post(f'thing/{obj.pk}/edit/', value='N99')
    obj.refresh_from_db()
    assert obj.value == 'N1'
    assert 'N1' in text_of(browser.get(f'thing/{obj.pk}/'))
    sent = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
    browser.post('thing/bulk-import/', data='value\nN50\nM1\n', **sent)
    assert drawn(thing) == ['N51']


@pytest.mark.parametrize(
    ('key', 'attributes'),
    [
        ('number_template', {'number_template': 'DEV'}),
        ('number_template', {'number_template': '{number}{number}'}),
        ('number_template', {'number_template': '{number}{x}'}),
        ('number_template', {'number_template': '{number:x}'}),
        ('number_template', {'number_template': '{number:021}'}),
        ('restart_yearly', {'number_template': '{number}', 'restart_yearly': True}),
        ('number_template', {'type': 'text', 'number_template': '{number}'}),
        ('restart_yearly', {'type': 'text', 'restart_yearly': True}),
    ],
)
def test_templates_that_a_field_cannot_have(key, attributes):
    assert refused_field(key, **{'type': 'autonumber', **attributes})


def test_the_sequence_stays_as_long_as_its_column():
    thing = numbered()
    drawn(thing)
    field = thing.fields.get()
    field.delete()
    main = Target.for_alias('default')
    assert not [name for name in drop_unused_sequences(main) if 'number' in name]
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE {thing.get_database_table_name()} DROP COLUMN f_{thing_column(thing)}')
    assert [name for name in drop_unused_sequences(main) if 'number' in name]


def thing_column(thing):
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT substring(attname FROM 3) FROM pg_attribute WHERE attrelid = %s::regclass AND attname ~ %s',
            [thing.get_database_table_name(), '^f_[0-9]+$'],
        )
        return cursor.fetchone()[0]


TEXTS = ('Alpha one', 'beta two', 'Gamma three')
# What the contract of all types runs, and what REST refuses, see case.py.
CASES = (
    Case(
        'autonumber',
        ('character varying',),
        values=('DEV000900', 'any', 'DEV7'),
        default=None,
        bad_values=('nul \0 byte', 'x' * 201),
        unique=False,
        needs=lambda: {'number_template': 'DEV{number:06}'},
        is_drawn=True,
        samples=tuple(map(sample, TEXTS)),
        filters=(Filter('value', 'LPHA', (0,)), Filter('value', ['LPHA', 'eta'], (0, 1)), *text_lookups(*TEXTS)),
        bad_filters=(('value', 'nul\0'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(0, 2, 1),
        bad_text={'value': 'x' * 201},
        bad_rest={'a': 1},
        word='alpha',
        quick='LPHA o',
        graphql=str | None,
        clonable=False,
    ),
)

BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *UNSTORABLE, *('x' * length for length in range(201, 231)))
