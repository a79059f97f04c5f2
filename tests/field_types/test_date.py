"""Specials of date: text in ISO 8601 is read, the calendar is respected."""

from datetime import date

import pytest

from tests.field_types.case import Case, ordered_lookups, sample
from tests.field_types.json_values import BOOLEANS, HIGH, HUGE, LISTS, NUL, OBJECTS, WORDS
from tests.field_types.refusals import one_field, refused_value

pytestmark = pytest.mark.django_db


def test_text_is_read():
    obj = one_field('date').get_model()(value='2024-02-29')
    obj.full_clean()
    assert obj.value == date(2024, 2, 29)


def test_days_that_do_not_exist_are_refused():
    assert refused_value(one_field('date'), '2023-02-29')


def test_dates_can_be_compared():
    model = one_field('date').get_model()
    for day in (1, 2, 3):
        model.objects.create(value=date(2026, 1, day))
    assert model.objects.filter(value__gte=date(2026, 1, 2)).count() == 2


# What the contract of all types runs, and what REST refuses, see case.py.
CASES = (
    Case(
        'date',
        ('date',),
        values=(date(2026, 1, 31), date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29)),
        default=('2026-01-31', date(2026, 1, 31)),
        bad_values=('2026-02-30', 'x'),
        bad_defaults=('2026-02-30', 'x', 20260131, True),
        samples=tuple(
            sample(day, day.isoformat()) for day in (date(2026, 1, 31), date(1999, 12, 31), date(2024, 2, 29))
        ),
        filters=ordered_lookups('2026-01-31', '1999-12-31', '2024-02-29', order=(1, 2, 0)),
        bad_filters=(('value', 'x'), ('value', '2026-02-30'), ('value__gt', 'x'), ('value__empty', 'maybe')),
        order=(1, 2, 0),
        bad_form={'value': '2026-02-30'},
        bad_text={'value': '2026-02-30'},
        bad_rest='2026-02-30',
        word='2026-01-31',
        graphql=date | None,
    ),
)

DATES = (
    '', ' ', 0, 1, 20240101, 2024.5, HUGE, '2024', '2024-01', '2024-02-30', '2023-02-29', '2024-00-01', '2024-13-01',
    '2024-01-00', '2024-01-32', '0000-01-01', '10000-01-01', '-2024-01-01', '2024-1-1x', '24-01-01', '01-02-2024',
    '01/02/2024',
    '1.2.2024', '2024/01/02', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00', '2024-01-01 00:00', '2024-01-01Z',
    '2024-01-01+02:00', 'today', 'now', 'soon', 'infinity', '-infinity', 'epoch', 'Jan 1, 2024', f'2024-01-01{NUL}',
    f'2024-01-01{HIGH}', '2024-01-01 BC', '２０２４-01-01x', '2024--01-01', '2024-01-01-01', '2024‐01‐01',
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *WORDS, *DATES)
