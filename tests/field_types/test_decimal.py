"""Specials of decimal: exact digits, limits, one notation in change data."""

from decimal import Decimal

import pytest

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
