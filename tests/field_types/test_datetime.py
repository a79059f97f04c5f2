"""Specials of datetime: moments, whatever the time zone; microseconds survive in change data."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.field_types.case import Case, ordered_lookups, sample
from tests.field_types.json_values import BOOLEANS, HIGH, HUGE, LISTS, NUL, OBJECTS, WORDS
from tests.field_types.refusals import one_field

pytestmark = pytest.mark.django_db

KATHMANDU = timezone(timedelta(hours=5, minutes=45))
MOMENT = datetime(2026, 1, 31, 12, 30, 15, 123456, tzinfo=UTC)


def test_the_same_moment_in_another_zone_is_the_same_value():
    thing = one_field('datetime', unique=True)
    obj = thing.get_model().objects.create(value=MOMENT.astimezone(KATHMANDU))
    assert thing.get_model().objects.get(value=MOMENT) == obj


def test_the_same_moment_is_the_same_in_change_data():
    thing = one_field('datetime')
    key = thing.fields.get().payload_key
    values = (MOMENT, MOMENT.astimezone(KATHMANDU))
    written = [thing.get_model()(pk=1, value=value).serialize_object()[key] for value in values]
    assert written == ['2026-01-31T12:30:15.123456Z'] * 2


def test_a_bare_date_as_default_is_midnight():
    assert one_field('datetime', default='2026-01-31').get_model()().value == datetime(2026, 1, 31, tzinfo=UTC)


def test_summer_time_is_no_obstacle():
    """02:30 happened twice that night in Berlin: the two are an hour apart."""
    model = one_field('datetime').get_model()
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    model.objects.create(value=first)
    model.objects.create(value=second)
    assert list(model.objects.order_by('value').values_list('value', flat=True)) == [first, second]


# What the contract of all types runs, and what REST refuses, see case.py.
MOMENTS = tuple(
    sample(moment, rest, reads=reads, form=form, text=f'{form}+00:00', cell=form[:16])
    for moment, rest, reads, form in (
        (
            datetime(2026, 1, 31, 12, 30, tzinfo=UTC),
            '2026-01-31T12:30:00Z',
            '2026-01-31T12:30:00Z',
            '2026-01-31 12:30:00',
        ),
        (
            datetime(2026, 1, 31, 12, 30, 15, 123456, tzinfo=UTC),
            '2026-01-31T12:30:15.123456Z',
            '2026-01-31T12:30:15.123456Z',
            '2026-01-31 12:30:15.123456',
        ),
        (
            datetime(2026, 6, 30, 18, 15, tzinfo=UTC),
            '2026-07-01T00:00:00+05:45',
            '2026-06-30T18:15:00Z',
            '2026-06-30 18:15:00',
        ),
    )
)

CASES = (
    Case(
        'datetime',
        ('timestamp with time zone',),
        values=(
            datetime(2026, 1, 31, 12, 30, tzinfo=UTC),
            datetime(2026, 1, 31, 12, 30, 15, 123456, tzinfo=UTC),
            datetime(2026, 7, 1, 0, 0, tzinfo=timezone(timedelta(hours=5, minutes=45))),
            datetime(1970, 1, 1, tzinfo=UTC),
        ),
        default=('2026-01-31T12:30:00+02:00', datetime(2026, 1, 31, 10, 30, tzinfo=UTC)),
        bad_values=('2026-01-31T25:00:00Z', 'x'),
        bad_defaults=('x', 5, '2026-02-30T00:00:00Z'),
        samples=MOMENTS,
        filters=ordered_lookups(
            '2026-01-31T12:30:00Z', '2026-01-31T12:30:15.123456Z', '2026-06-30T18:15:00Z', order=(0, 1, 2)
        ),
        bad_filters=(('value', 'x'), ('value', '2026-02-30T00:00'), ('value__gt', 'x'), ('value__empty', 'maybe')),
        order=(0, 1, 2),
        bad_form={'value': '2026-01-31 25:00:00'},
        bad_text={'value': '2026-01-31 25:00:00'},
        bad_rest='2026-01-31T25:00:00Z',
        word='12:30:00',
        graphql=datetime | None,
    ),
)

MOMENTS = (
    '', ' ', 0, 1, 1706700000, 1706700000.5, 20240101, HUGE, '2024', '2024-01', '2024-02-30', '2024-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z', '2024-13-01T00:00:00Z', '2024-01-32T00:00:00Z', '2024-01-01T25:00:00Z',
    '2024-01-01T24:01:00Z',
    '2024-01-01T00:60:00Z', '2024-01-01T00:00:61Z', '2024-01-01T00:00:00+25:00', '2024-01-01T00:00:00+99:99',
    '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-12:00', '0000-01-01T00:00:00Z', '10000-01-01T00:00:00Z',
    '2024-01-01T', '2024-01-01TZ', 'T12:00:00', '12:00:00', '01/02/2024 12:00', '1.2.2024 12:00',
    '2024-01-01T00:00:00 Europe',
    'today', 'now', 'soon', 'infinity', '-infinity', 'epoch', f'2024-01-01T00:00:00Z{NUL}',
    f'2024-01-01T00:00:00{HIGH}',
    '2024-01-01T00:00:00ZZ', '2024-01-01T00:00:00+', '2024-W60-1',
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *WORDS, *MOMENTS)
