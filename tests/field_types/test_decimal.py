"""Specials of decimal: exact digits, limits, one notation in change data."""

from decimal import Decimal

import pytest

from tests.field_types.case import Case, ordered_lookups, sample
from tests.field_types.json_values import BOOLEANS, HIGH, HUGE, LISTS, NOT_FINITE, NUL, OBJECTS, WORDS
from tests.field_types.refusals import one_field, refused_field, refused_value

pytestmark = pytest.mark.django_db


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
