"""Cases of date and datetime."""

from datetime import UTC, date, datetime, timedelta, timezone

from .base import Case, ordered_lookups, sample

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
