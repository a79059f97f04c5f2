"""One case per field type: what it stores, accepts and refuses. The contract test runs each of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from dcim.models import Site

from tests.support.factories import make_choice_set

CHOICES = ['red', 'green', 'Ärmel, lang']
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
UNICODE = 'Zürich ✓ 東京 "quoted" \\back\\ %s {x} \n\t\x7f'


@dataclass(frozen=True)
class Case:
    """Values are what a model attribute holds; defaults are what the JSON column `default` holds."""

    type: str
    # As format_type() spells them; the first column is the value's, none for link tables.
    columns: tuple[str, ...]
    # At least two different values, none of them empty.
    values: tuple
    # (JSON default, value that an object gets)
    default: tuple[Any, Any]
    bad_values: tuple = ()
    bad_defaults: tuple = ()
    # Values that a required field refuses, besides None.
    empty: tuple = ()
    unique: bool = True
    needs: Callable[[], dict] = field(default=dict)

    def __str__(self):
        return self.type


def sites() -> list[Site]:
    names = ('s1', 's2', 's3')
    return [Site.objects.get_or_create(slug=name, defaults={'name': name})[0] for name in names]


def points_at_sites() -> dict:
    sites()
    return {'target': Site}


def takes_choices() -> dict:
    return {'choice_set': make_choice_set('colors', CHOICES)}


class SitePk:
    """Stands for the pk of one of the sites, which is known when the test runs."""

    def __init__(self, number):
        self.number = number

    def __repr__(self):
        return f's{self.number + 1}'


def resolve(value):
    """Return a case's value with the sites' pks in place of what stands for them."""
    if isinstance(value, SitePk):
        return sites()[value.number].pk
    if isinstance(value, list):
        return [resolve(item) for item in value]
    return value


S1, S2, S3 = SitePk(0), SitePk(1), SitePk(2)
NOWHERE = 10**9

CASES = (
    Case(
        'text',
        ('character varying',),
        values=('a', UNICODE, ' ', 'x' * 10_000),
        default=('new', 'new'),
        bad_values=('nul \0 byte',),
        bad_defaults=(['a'], {'a': 1}, True, 'nul \0 byte'),
        empty=('',),
    ),
    Case(
        'longtext',
        ('text',),
        values=('a', UNICODE, '# Title\n\n* list\n', 'x' * 100_000),
        default=('new', 'new'),
        bad_values=('nul \0 byte',),
        bad_defaults=(['a'], {'a': 1}),
        empty=('',),
    ),
    Case(
        'integer',
        ('bigint',),
        values=(0, 1, -1, INT64_MIN, INT64_MAX, 2**53 + 1),
        default=(5, 5),
        bad_values=(INT64_MAX + 1, INT64_MIN - 1, 'x'),
        bad_defaults=('5', 1.5, True, INT64_MAX + 1),
    ),
    Case(
        'decimal',
        ('numeric(8,2)',),
        values=tuple(map(Decimal, ('0.00', '0.10', '1.10', '-999999.99', '999999.99'))),
        default=(1.1, Decimal('1.10')),
        bad_values=(Decimal('1000000'), Decimal('0.001'), Decimal('NaN'), 'x'),
        bad_defaults=('x', True, 0.001, 1000000, [1]),
    ),
    Case(
        'boolean', ('boolean',), values=(True, False), default=(False, False), bad_defaults=('yes', 1, 0), unique=False
    ),
    Case(
        'date',
        ('date',),
        values=(date(2026, 1, 31), date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29)),
        default=('2026-01-31', date(2026, 1, 31)),
        bad_values=('2026-02-30', 'x'),
        bad_defaults=('2026-02-30', 'x', 20260131, True),
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
    ),
    Case(
        'url',
        ('character varying(200)', 'character varying(200)'),
        values=('https://example.com/', 'ftp://example.com/a?b=c&d=%20#e', 'https://münchen.example/' + 'x' * 150),
        default=('https://example.com/', 'https://example.com/'),
        bad_values=('no address', 'https://example.com/' + 'x' * 200, 'javascript:alert(1)'),
        bad_defaults=('no address', ['https://example.com/']),
        empty=('',),
    ),
    Case(
        'json',
        ('jsonb',),
        values=({'a': [1, 2.5, None, {'ü': True}]}, [1], 'text', 0, False, INT64_MAX),
        default=({'a': [1]}, {'a': [1]}),
        bad_values=('nul \0 byte', {'nul': '\0'}, {1, 2}),
        empty=({}, [], ''),
    ),
    Case(
        'select',
        ('character varying(100)',),
        values=tuple(CHOICES),
        default=('red', 'red'),
        bad_values=('blue', 'Red', 'red '),
        bad_defaults=('blue', 5, ['red']),
        empty=('',),
        needs=takes_choices,
    ),
    Case(
        'multiselect',
        ('character varying(100)[]',),
        values=(['red'], ['green', 'red'], ['Ärmel, lang']),
        default=(['red', 'green'], ['red', 'green']),
        bad_values=(['blue'], ['red', 'blue']),
        bad_defaults=('red', ['blue'], [1], {'a': 1}),
        empty=([],),
        unique=False,
        needs=takes_choices,
    ),
    Case(
        'object',
        ('bigint',),
        values=(S1, S2),
        default=(S1, S1),
        bad_values=(NOWHERE,),
        bad_defaults=('1', NOWHERE, True, [1]),
        needs=points_at_sites,
    ),
    Case(
        'multiobject',
        (),
        values=([S1], [S2, S1], [S1, S2, S3]),
        default=([S1, S2], [S1, S2]),
        bad_defaults=('1', [NOWHERE], [True], 1),
        unique=False,
        needs=points_at_sites,
    ),
)
