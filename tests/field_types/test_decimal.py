"""Specials of decimal: exact digits, as many as the field has, limits, units, one notation in change data."""

from decimal import Decimal

import pytest
from django.db import connection

from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.case import Case, ordered_lookups, sample
from tests.field_types.json_values import BOOLEANS, HIGH, HUGE, LISTS, NOT_FINITE, NUL, OBJECTS, WORDS
from tests.field_types.refusals import edited, one_field, refused, refused_field, refused_value
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser, text_of

pytestmark = pytest.mark.django_db

# All digits that a number can have.
LONG = '9876543210987654329876543210.0123456789'
FIELDS = 'custom-object-type-fields/'


def test_limits():
    thing = one_field('decimal', validation_minimum=0, validation_maximum=1)
    for value in ('0', '0.01', '1.00'):
        thing.get_model()(value=Decimal(value)).full_clean()
    for value in ('-0.01', '1.01'):
        assert refused_value(thing, Decimal(value))


@pytest.mark.parametrize('default', [1.1, '1.1', '1.10'])
def test_defaults_are_read_by_their_digits(default):
    """A JSON 1.1 is the decimal 1.1, not the binary fraction next to it."""
    thing = one_field('decimal', default=default)
    assert thing.get_model()().value == Decimal('1.10')


def test_a_default_with_too_many_digits_is_refused():
    assert refused_field('default', type='decimal', default=0.125)


def test_equal_numbers_are_equal_in_change_data():
    thing = one_field('decimal')
    key = thing.fields.get().payload_key
    model = thing.get_model()
    written = [model(pk=1, value=Decimal(text)).serialize_object()[key] for text in ('1.1', '1.10', '11E-1')]
    assert written == ['1.10', '1.10', '1.10']


def file_of(thing):
    """Return the file that holds the table, which is another one once PostgreSQL has rewritten it."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT pg_relation_filenode(%s::regclass)', [thing.get_database_table_name()])
        return cursor.fetchone()[0]


def test_widening_keeps_values_and_narrowing_asks_for_them():
    thing = one_field('decimal', decimal_digits=6)
    first, second = (thing.get_model().objects.create(value=Decimal(text)) for text in ('12.30', '-9999.99'))
    place = file_of(thing)
    edited(thing, decimal_digits=20)
    assert file_of(thing) == place
    edited(thing, decimal_places=4)
    assert file_of(thing) != place
    edited(thing, decimal_digits=38)
    model = thing.get_model()
    assert str(model.objects.get(pk=first.pk).value) == '12.3000'
    model.objects.filter(pk=first.pk).update(value=Decimal('12.3456'))
    for wanted, offender in (({'decimal_places': 3}, "'12.3456'"), ({'decimal_digits': 7}, "'-9999.9900'")):
        message = refused(lambda wanted=wanted: edited(thing, **wanted), next(iter(wanted)))
        assert message.startswith('Some values have more digits or decimal places: ')
        assert offender in message
    edited(thing, decimal_digits=None, decimal_places=4)
    edited(thing, decimal_digits=8)
    assert str(thing.get_model().objects.get(pk=second.pk).value) == '-9999.9900'
    thing.get_model().objects.all().delete()
    edited(thing, decimal_digits=1, decimal_places=1)
    assert refused_value(thing, Decimal('1'))
    thing.get_model()(value=Decimal('0.1')).full_clean()


def test_more_digits_are_instant_and_more_places_rewrite_the_table():
    path = f'{FIELDS}{one_field("decimal").fields.get().pk}/?dry_run=true'
    rest = Rest(superuser())
    for wanted, lock in (
        ({'decimal_digits': 30}, 'access exclusive, catalog write only'),
        ({'decimal_digits': 30, 'decimal_places': 9}, 'access exclusive, rewrites the table'),
        ({'unit': 'm'}, None),
    ):
        steps = rest.patch(path, wanted)['plan']
        assert [step['lock'] for step in steps] == ([lock] if lock else []), wanted


@pytest.mark.parametrize(
    ('key', 'attributes'),
    [
        ('decimal_digits', {'decimal_digits': 0}),
        ('decimal_digits', {'decimal_digits': 39}),
        ('decimal_digits', {'decimal_digits': 1}),
        ('decimal_places', {'decimal_places': 9}),
        ('decimal_places', {'decimal_digits': 5, 'decimal_places': 6}),
        ('decimal_digits', {'type': 'integer', 'decimal_digits': 8}),
        ('decimal_places', {'type': 'array', 'element_type': 'decimal', 'decimal_places': 2}),
        ('unit', {'type': 'text', 'unit': 'm'}),
    ],
)
def test_digits_and_units_that_a_field_cannot_have(key, attributes):
    assert refused_field(key, **{'type': 'decimal', **attributes})


def test_numbers_that_json_would_round_are_strings():
    """A float holds 15 digits: fields of more answer strings, and refuse numbers that may have been rounded."""
    rest = Rest(superuser())
    thing = one_field('decimal', decimal_digits=15)
    assert rest.post('thing/', {'value': '1234567890123.45'})['value'] == 1234567890123.45
    field = thing.fields.get()
    rest.patch(f'{FIELDS}{field.pk}/', {'decimal_digits': 38, 'decimal_places': 2, 'unit': '€'})
    exact = '-123456789012345678901234567890123456.78'
    assert rest.post('thing/', {'value': exact})['value'] == exact
    assert rest.post('thing/', {'value': 12345678.5})['value'] == '12345678.50'
    assert rest.get('thing/', value=exact)['count'] == 1
    for number in (12345678901234567.89, 1234567890123456.7):
        assert 'string' in rest.post('thing/', {'value': number}, expect=400)['value'][0]
        assert 'string' in rest.patch(f'{FIELDS}{field.pk}/', {'default': number}, expect=400)['default'][0]
    rest.patch(f'{FIELDS}{field.pk}/', {'default': exact})
    assert rest.post('thing/', {})['value'] == exact
    assert rest.get(FIELDS, decimal_digits=38, unit='€')['count'] == 1
    rest.patch(f'{FIELDS}{field.pk}/', {'validation_maximum': 10})
    assert list(rest.post('thing/', {'value': '10.01'}, expect=400)) == ['value']


def test_pages_show_the_unit():
    one_field('decimal', unit='<dBm>', decimal_digits=20, decimal_places=3)
    obj = CustomObjectTypeField.objects.get().custom_object_type.get_model().objects.create(value=Decimal('-70.125'))
    browser = Browser(superuser())
    for page, text in (
        (f'thing/{obj.pk}/', 'Value -70.125 <dBm>'),
        ('thing/', '-70.125 <dBm>'),
        (f'thing/{obj.pk}/edit/', 'Value (<dBm>)'),
        ('thing/add/', 'Value (<dBm>)'),
    ):
        assert text in text_of(browser.get(page)), page
    assert '-70.125\r\n' in browser.get('thing/?export=table')


def test_the_form_of_the_field_has_digits_and_unit():
    thing = one_field('decimal')
    field = thing.fields.get()
    browser = Browser(superuser())
    page = browser.get(f'{FIELDS}{field.pk}/edit/')
    assert all(f'name="{name}"' in page for name in ('decimal_digits', 'decimal_places', 'unit'))
    sent = {
        'custom_object_type': thing.pk, 'name': 'value', 'search_weight': '500', 'filter_logic': 'loose',
        'ui_visible': 'always', 'ui_editable': 'yes', 'weight': '100',
    }  # fmt: skip
    browser.post(f'{FIELDS}{field.pk}/edit/', **sent, type='decimal', decimal_digits='12', decimal_places='3', unit='€')
    field.refresh_from_db()
    assert (field.decimal_digits, field.decimal_places, field.unit) == (12, 3, '€')
    assert field.clone().items() >= {('decimal_digits', 12), ('decimal_places', 3), ('unit', '€')}
    browser.post(f'{FIELDS}{field.pk}/edit/', **sent, type='text')
    field.refresh_from_db()
    assert (field.type, field.decimal_digits, field.decimal_places, field.unit) == ('text', None, None, '')


def test_digits_do_not_change_how_numbers_are_logged():
    key = one_field('decimal', decimal_digits=38, decimal_places=6).fields.get()
    model = key.custom_object_type.get_model()
    texts = ('1.1', '1.100000', '5', '0.000001', '12345678901234567890123456789012.5', '1.0000005')
    written = [model(pk=1, value=Decimal(text)).serialize_object()[key.payload_key] for text in texts]
    assert written == ['1.10', '1.10', '5.00', '0.000001', '12345678901234567890123456789012.50', '1.000001']


# What the contract of all types runs, and what REST refuses, see case.py.
CASES = (
    Case(
        'decimal',
        ('numeric(8,2)',),
        values=tuple(map(Decimal, ('0.00', '0.10', '1.10', '-999999.99', '999999.99'))),
        default=(1.1, Decimal('1.10')),
        bad_values=(Decimal('1000000'), Decimal('0.001'), Decimal('NaN'), 'x', '1_000', '1_'),
        bad_defaults=('x', True, 0.001, 1000000, [1], '1_000', '1_'),
        samples=tuple(
            sample(Decimal(text), float(text), form=text, payload=text) for text in ('1.10', '-999999.99', '0.00')
        ),
        filters=ordered_lookups('1.1', '-999999.99', '0', order=(1, 2, 0)),
        bad_filters=(
            ('value', 'x'),
            ('value', 'NaN'),
            ('value', '1_0'),
            ('value__lt', '1_0.5'),
            ('value__gt', 'x'),
            ('value__empty', 'maybe'),
        ),
        order=(1, 2, 0),
        bad_form={'value': '0.001'},
        bad_text={'value': 'x'},
        bad_rest=0.001,
        word='1.10',
        quick='1.1',
        bounds=(1, None),
        graphql=Decimal | None,
    ),
    Case(
        'decimal',
        ('numeric(38,10)',),
        values=tuple(map(Decimal, ('0.0000000000', LONG, '-0.0000000001'))),
        default=(LONG, Decimal(LONG)),
        bad_values=(Decimal('1E28'), Decimal('0.00000000001'), Decimal('NaN'), 'x'),
        bad_defaults=('x', True, '0.00000000001', 1e28, 1234567890123456.5),
        needs=lambda: {'decimal_digits': 38, 'decimal_places': 10},
        variant='decimal of 38 digits',
        samples=(
            sample(Decimal(LONG), LONG, payload=LONG),
            sample(Decimal('-0.0000000001'), '-0.0000000001'),
            sample(Decimal('7.0000000000'), '7.0000000000', payload='7.00'),
        ),
        filters=ordered_lookups(LONG, '-0.0000000001', '7', order=(1, 2, 0)),
        bad_filters=(('value', 'x'), ('value__lt', 'NaN')),
        order=(1, 2, 0),
        bad_form={'value': '0.00000000001'},
        bad_text={'value': 'x'},
        bad_rest=1234567890123456.5,
        word=LONG,
        quick='876543210.01',
        bounds=(10, None),
        graphql=Decimal | None,
    ),
)

NUMBERS = (
    1.234, 0.001, -0.001, 1000000, -1000000, 1234567.5, 999999.999, HUGE, -HUGE, 1e300, -1e300, 1e-10, 2**63, '1.234',
    '0.001',
    '1000000', '-1000000.00', '999999.991', '1e400', '1e-400', '1e7', '1E+7', '1' * 2_000, '0.' + '1' * 2_000, '1,5',
    '1.5.5',
    '0x10', '1 000',
    '1_000', '1_', '_1', '-1_0', '1_0.5', '1.1_0', '1e_2', '_',
    '½', '²', '1/2', '1%', '$1', '1 2', '--1', '+-1', '1-', '.', '-', '+', 'e', '1e', f'1{NUL}',
    f'1{HIGH}',
    'true', '2024-01-01',
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *WORDS, *NOT_FINITE, *NUMBERS)
