"""Specials of boolean: three states."""

import pytest

from tests.field_types.case import Case, Filter, empty_lookup, sample
from tests.field_types.json_values import HIGH, HUGE, LISTS, NOT_FINITE, NUL, OBJECTS
from tests.field_types.refusals import one_field, refused_value

pytestmark = pytest.mark.django_db


def test_not_set_is_a_state_of_its_own():
    model = one_field('boolean').get_model()
    for value in (True, False, None):
        model.objects.create(value=value)
    assert model.objects.filter(value=False).count() == 1
    assert model.objects.filter(value=True).count() == 1
    assert model.objects.filter(value__isnull=True).count() == 1


def test_a_default_of_false_is_a_default():
    assert one_field('boolean', default=False).get_model()().value is False


def test_required_accepts_false():
    thing = one_field('boolean', required=True)
    thing.get_model()(value=False).full_clean()
    assert refused_value(thing, None)


# What the contract of all types runs, and what REST refuses, see case.py.
CASES = (
    Case(
        'boolean',
        ('boolean',),
        values=(True, False),
        default=(False, False),
        bad_defaults=('yes', 1, 0),
        unique=False,
        samples=(
            sample(True, form='True', cell='Yes'),
            sample(False, form='False', cell='No'),
        ),
        filters=(Filter('value', 'true', (0,)), Filter('value', 'false', (1,)), *empty_lookup(2)),
        bad_filters=(('value', 'b'), ('value__empty', 'maybe')),
        order=(1, 0),
        bad_text={'value': 'maybe'},
        bad_rest='maybe',
        graphql=bool | None,
    ),
)

WORDS = (
    2, -1, 0.5, 1.5, HUGE, -HUGE, 2**63, 1e300, 'maybe', 'tru', 'truee', 'fals', 'wahr', 'falsch', 'oui', 'ok', '2',
    '-1', '00',
    '11', '1.5', 'x', '?', 'true false', 'true,false', 'not true', f'true{NUL}', f'true{HIGH}', '日本', 'x' * 5_000,
    '{}', '[]',
    '%s', "'; DROP TABLE x; --", 'Y E S', '+', '10', 'enabled', 'disabled', 'checked',
)  # fmt: skip
BAD_INPUTS = (*OBJECTS, *LISTS, *NOT_FINITE, *WORDS)
