"""Specials of integer: limits, in the whole range of 64 bits."""

import pytest

from netbox.graphql.scalars import BigInt

from tests.field_types.case import Case, ordered_lookups, sample
from tests.field_types.json_values import BOOLEANS, HIGH, HUGE, LISTS, NOT_FINITE, NUL, OBJECTS, WORDS
from tests.field_types.refusals import one_field, refused_field, refused_value
from tests.field_types.samples import (
    INT64_MAX,
    INT64_MIN,
)
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ('limits', 'good', 'bad'),
    [
        ({'validation_minimum': 1}, [1, INT64_MAX], [0, INT64_MIN]),
        ({'validation_maximum': 9}, [9, INT64_MIN], [10, INT64_MAX]),
        ({'validation_minimum': -5, 'validation_maximum': 5}, [-5, 0, 5], [-6, 6]),
        ({'validation_minimum': 0, 'validation_maximum': 0}, [0], [-1, 1]),
        ({'validation_minimum': INT64_MIN, 'validation_maximum': INT64_MAX}, [INT64_MIN, INT64_MAX], []),
    ],
)
def test_limits(limits, good, bad):
    thing = one_field('integer', **limits)
    for value in (*good, None):
        thing.get_model()(value=value).full_clean()
    for value in bad:
        assert refused_value(thing, value)


def test_limits_must_not_cross():
    assert 'greater' in refused_field('validation_minimum', type='integer', validation_minimum=2, validation_maximum=1)


def test_a_default_lies_within_the_limits():
    assert refused_field('default', type='integer', validation_minimum=1, default=0)


def test_limits_do_not_touch_what_is_stored():
    """Limits are rules for those who write from now on; the column knows nothing of them."""
    thing = one_field('integer')
    obj = thing.get_model().objects.create(value=5)
    field = thing.fields.get()
    field.validation_maximum = 1
    field.full_clean()
    field.save()
    stored = thing.get_model().objects.get(pk=obj.pk)
    assert stored.value == 5
    assert refused_value(thing, 5)


UNDERSCORES = ('1_000', '1_', '_1', '-1_0', ' 1_0 ')


@pytest.mark.parametrize('type', ['integer', 'decimal'])
def test_underscores_between_digits_are_refused_everywhere(type):
    """Python reads them as digits' separators, and nobody else does."""
    thing = one_field(type)
    field, user = thing.fields.get(), superuser()
    rest, browser = Rest(user), Browser(user)
    for text in UNDERSCORES:
        message = 'without underscores'
        assert message in refused_value(thing, text)
        assert message in str(rest.post('thing/', {'value': text}, expect=400)['value'])
        browser.post('thing/add/', 200, value=text)
        assert message in str(browser.errors['value'])
        data = f'value\n{text}\n'
        page = browser.post(
            'thing/bulk-import/', 200, data=data, format='csv', csv_delimiter=',', import_method='direct'
        )
        assert message in page
        assert message in str(rest.get('thing/', expect=400, value__gt=text))
        path = f'custom-object-type-fields/{field.pk}/'
        assert message in str(rest.patch(path, {'validation_minimum': text}, expect=400)['validation_minimum'])
        assert list(rest.patch(path, {'default': text}, expect=400)) == ['default']
        browser.post(f'{path}edit/', 200, custom_object_type=thing.pk, name='value', type=type, validation_maximum=text)
        assert message in str(browser.errors['validation_maximum'])
    assert not thing.get_model().objects.exists()
    assert field.validation_minimum is None


# What the contract of all types runs, and what REST refuses, see case.py.
CASES = (
    Case(
        'integer',
        ('bigint',),
        values=(0, 1, -1, INT64_MIN, INT64_MAX, 2**53 + 1),
        default=(5, 5),
        bad_values=(INT64_MAX + 1, INT64_MIN - 1, 'x', '1_000', '1_'),
        bad_defaults=('5', '1_000', 1.5, True, INT64_MAX + 1),
        samples=(sample(15), sample(-7), sample(INT64_MAX)),
        filters=ordered_lookups('15', '-7', str(INT64_MAX), order=(1, 0, 2)),
        bad_filters=(
            ('value', 'x'),
            ('value', '1.5'),
            ('value', '1_0'),
            ('value__gt', '1_0'),
            ('value__gt', 'x'),
            ('value__empty', 'maybe'),
        ),
        order=(1, 0, 2),
        bad_form={'value': 'x'},
        bad_text={'value': 'x'},
        bad_rest='x',
        word='15',
        quick='15',
        bounds=(0, 20),
        graphql=BigInt | None,
    ),
)

NUMBERS = (
    '', ' ', 1.5, -0.5, 0.1, 1e300, -1e300, 1e19, HUGE, -HUGE, 2**63, -(2**63) - 1, str(2**63), str(-(2**63) - 1),
    '1' * 2_000,
    '1.5', '1,5', '1e3', '0x10', '0b1', '0o7', '1 000',
    '1_000', '1_', '_1', '-1_0', '1__0', '1_0.0', '1_000x', '١x', '1-', '--1', '+-1', '½', '²', 'Ⅷ', '1/2', '1%',
    '1 2',
    f'1{NUL}', f'1{HIGH}', '2024-01-01', 'true', '1.0.0',
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *WORDS, *NOT_FINITE, *NUMBERS)
