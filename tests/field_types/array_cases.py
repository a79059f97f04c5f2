"""Cases of array, one for each kind of items that is stored or read in its own way."""

from datetime import UTC, date, datetime
from decimal import Decimal

from netaddr import IPNetwork

from netbox_custom_objects.field_types.graphql import BigInt
from tests.field_types.case import NULL, Case, Filter, empty_lookup, sample

TEXTS = (['alpha', 'b,c'], ['beta', 'beta', 'two "three"'], ['zürich\nOst', '["x"]', ' ✓ '])
WHEN = datetime(2026, 1, 31, 12, 30, 15, 123456, tzinfo=UTC)


def of(element_type: str):
    return lambda: {'element_type': element_type}


def lengths(*counts: int) -> tuple[Filter, ...]:
    """Return the lookups of the number of items."""
    tests = {
        '': lambda count: count == 2, '__lt': lambda count: count < 2, '__lte': lambda count: count <= 2,
        '__gt': lambda count: count > 2, '__gte': lambda count: count >= 2,
    }  # fmt: skip
    return tuple(
        Filter(f'value__len{suffix}', '2', tuple(number for number, count in enumerate(counts) if test(count)))
        for suffix, test in tests.items()
    )


def membership(needle: str, other: str) -> tuple[Filter, ...]:
    """Return the lookups of items, where the first of three samples holds `needle` and the second holds `other`."""
    return (
        Filter('value', needle, (0,)),
        Filter('value', [needle, other], (0, 1)),
        Filter('value__n', needle, (1, 2, NULL)),
        *empty_lookup(3),
    )


def array(element_type, column, values, **attributes) -> Case:
    return Case(
        'array', (f'{column}[]',), values, unique=False, empty=([],), needs=of(element_type),
        variant=f'array of {element_type}', **attributes,
    )  # fmt: skip


CASES = (
    array(
        'text',
        'character varying',
        values=(*TEXTS, ['x' * 10_000], ['a', 'a']),
        default=(['a', 'b'], ['a', 'b']),
        bad_values=('x', 5, {'a': 1}, [None], [''], ['a', ''], [['a']], ['nul \0 byte']),
        bad_defaults=('x', 5, {'a': 1}, [None], [''], [['a']], ['nul \0 byte'], [True]),
        samples=(
            sample(TEXTS[0], form='alpha\r\nb,c', text='["alpha", "b,c"]', cell='alpha, b,c'),
            sample(TEXTS[1], form='beta\nbeta\ntwo "three"', text='["beta", "beta", "two \\"three\\""]', cell='beta'),
            sample(['zürich\nOst', '["x"]'], form='["zürich\\nOst", "[\\"x\\"]"]', cell='Ost'),
        ),
        filters=(*membership('b,c', 'beta'), *lengths(2, 3, 2)),
        bad_filters=(('value', 'nul\0'), ('value__empty', 'maybe'), ('value__len', 'x'), ('value__len__gt', '1.5')),
        order=(0, 1, 2),
        bad_form={'value': '["a"'},
        bad_text={'value': '[null]'},
        bad_rest=['a', ''],
        word='alpha',
        quick='LPH',
        bounds=(1, 2),
        graphql=list[str] | None,
    ),
    array(
        'integer',
        'bigint',
        values=([0], [2**63 - 1, -(2**63), 0], [5, 5]),
        default=([1, 2], [1, 2]),
        bad_values=([2**63], ['x'], [1, None], [[1]], 'x'),
        bad_defaults=([1.5], ['1'], [True], [2**63], 5),
        samples=(
            sample([15, -7], form='15\n-7', text='[15, -7]', cell='15, -7'),
            sample([2**63 - 1], form=str(2**63 - 1), text=f'[{2**63 - 1}]', cell=str(2**63 - 1)),
            sample([16, 16, 16], form='[16, 16, 16]', text='[16, 16, 16]', cell='16, 16, 16'),
        ),
        filters=(*membership('15', str(2**63 - 1)), *lengths(2, 1, 3)),
        bad_filters=(('value', 'x'), ('value', '1.5'), ('value', str(2**63)), ('value__n', 'x'), ('value__len', 'x')),
        order=(0, 2, 1),
        bad_form={'value': '1\nx'},
        bad_text={'value': '[1.5]'},
        bad_rest=[1, 'x'],
        word='15',
        quick='15',
        bounds=(2, 2),
        graphql=list[BigInt] | None,
    ),
    array(
        'decimal',
        'numeric(8,2)',
        values=([Decimal('0.10'), Decimal('-999999.99')], [Decimal('1.10')]),
        default=([1.1], [Decimal('1.10')]),
        bad_values=([Decimal('1000000')], [Decimal('0.001')], [Decimal('NaN')], ['x']),
        bad_defaults=(['x'], [True], [0.001]),
        samples=(
            sample(
                [Decimal('1.10'), Decimal('2.00')], [1.1, 2.0], form='1.10\n2.00', text='["1.10", "2.00"]',
                cell='1.10, 2.00', payload=['1.10', '2.00'],
            ),
            sample(
                [Decimal('-999999.99')], [-999999.99], form='-999999.99', text='["-999999.99"]', cell='-999999.99',
                payload=['-999999.99'],
            ),
            sample(
                [Decimal('5.00')] * 3, [5.0] * 3, form='[5, 5, 5]', text='["5.00", "5.00", "5.00"]',
                cell='5.00, 5.00', payload=['5.00'] * 3,
            ),
        ),
        filters=(*membership('1.1', '-999999.99'), *lengths(2, 1, 3)),
        bad_filters=(('value', 'x'), ('value', 'NaN'), ('value', '0.001'), ('value', '1e30'), ('value__len', 'x')),
        order=(1, 0, 2),
        bad_form={'value': '0.001'},
        bad_text={'value': 'x'},
        bad_rest=[0.001],
        word='2.00',
        quick='2.00',
        bounds=(2, 3),
        graphql=list[Decimal] | None,
    ),
    array(
        'boolean',
        'boolean',
        values=([True, False, True], [False]),
        default=([False], [False]),
        bad_values=(['x'], [None], 'true'),
        bad_defaults=([1], ['true'], True),
        samples=(
            sample([True, True], form='true\nyes', text='[true, true]', cell='true, true'),
            sample([False], form='false', text='[false]', cell='false'),
            sample([False, False, False], form='[false, false, 0]', text='[false, false, false]', cell='false, false'),
        ),
        filters=(
            Filter('value', 'true', (0,)),
            Filter('value', ['true', 'false'], (0, 1, 2)),
            Filter('value__n', 'true', (1, 2, NULL)),
            *empty_lookup(3),
            *lengths(2, 1, 3),
        ),
        bad_filters=(('value', 'maybe'), ('value__n', 'x'), ('value__len', 'x')),
        order=(1, 2, 0),
        bad_form={'value': 'maybe'},
        bad_text={'value': 'maybe'},
        bad_rest=['maybe'],
        bounds=(2, None),
        graphql=list[bool] | None,
    ),
    array(
        'datetime',
        'timestamp with time zone',
        values=([WHEN, datetime(1970, 1, 1, tzinfo=UTC)], [WHEN]),
        default=(['2026-01-31T12:30:00+02:00'], [datetime(2026, 1, 31, 10, 30, tzinfo=UTC)]),
        bad_values=(['2026-01-31T25:00:00Z'], ['x']),
        bad_defaults=(['x'], [5]),
        samples=(
            sample(
                [WHEN, WHEN], ['2026-01-31T12:30:15.123456Z'] * 2, form='2026-01-31T12:30:15.123456+00:00\n' * 2,
                text='["2026-01-31T12:30:15.123456+00:00", "2026-01-31T12:30:15.123456+00:00"]',
                cell='2026-01-31T12:30:15.123456+00:00',
            ),
            sample(
                [datetime(2027, 1, 1, tzinfo=UTC)], ['2027-01-01T05:45:00+05:45'], reads=['2027-01-01T00:00:00Z'],
                form='2027-01-01 00:00', text='["2027-01-01T00:00:00+00:00"]', cell='2027-01-01T00:00:00+00:00',
            ),
            sample(
                [datetime(1970, 1, 1, tzinfo=UTC)], ['1970-01-01T00:00:00Z'], form='["1970-01-01"]',
                text='["1970-01-01T00:00:00+00:00"]', cell='1970-01-01T00:00:00+00:00',
            ),
        ),
        filters=(
            *membership('2026-01-31T12:30:15.123456Z', '2027-01-01T01:00:00+01:00'),
            *lengths(2, 1, 1),
        ),
        bad_filters=(('value', 'x'), ('value', '2026-02-30T00:00'), ('value__len', 'x')),
        order=(2, 0, 1),
        bad_form={'value': '2026-01-31 25:00'},
        bad_text={'value': 'x'},
        bad_rest=['x'],
        word='2026-01-31T12:30:15.123456',
        bounds=(2, None),
        graphql=list[datetime] | None,
    ),
    array(
        'date',
        'date',
        values=([date(2026, 1, 31), date(1, 1, 1)], [date(9999, 12, 31)]),
        default=(['2026-01-31'], [date(2026, 1, 31)]),
        bad_values=(['2026-02-30'], ['x']),
        bad_defaults=(['x'], [20260131]),
        samples=(
            sample(
                [date(2026, 1, 31), date(2024, 2, 29)], ['2026-01-31', '2024-02-29'], form='2026-01-31\n2024-02-29',
                text='["2026-01-31", "2024-02-29"]', cell='2026-01-31, 2024-02-29',
            ),
            sample([date(1999, 12, 31)], ['1999-12-31'], form='1999-12-31', text='["1999-12-31"]', cell='1999-12-31'),
            sample([date(2027, 1, 1)] * 3, ['2027-01-01'] * 3, form='2027-01-01\n' * 3,
                   text='["2027-01-01", "2027-01-01", "2027-01-01"]', cell='2027-01-01, 2027-01-01'),
        ),
        filters=(*membership('2024-02-29', '1999-12-31'), *lengths(2, 1, 3)),
        bad_filters=(('value', 'x'), ('value', '2026-02-30'), ('value__len', 'x')),
        order=(1, 0, 2),
        bad_form={'value': '2026-02-30'},
        bad_text={'value': '2026-02-30'},
        bad_rest=['2026-02-30'],
        word='2026-01-31',
        bounds=(2, 2),
        graphql=list[date] | None,
    ),
    array(
        'ip_address',
        'inet',
        values=([IPNetwork('192.0.2.1/24'), IPNetwork('2001:db8::1/64')], [IPNetwork('10.0.0.1/32')]),
        default=(['192.0.2.1'], [IPNetwork('192.0.2.1/32')]),
        bad_values=(['192.0.2'], [5], [['192.0.2.1']]),
        bad_defaults=(['x'], [5]),
        samples=(
            sample(
                [IPNetwork('192.0.2.1/24'), IPNetwork('2001:db8::1/64')], ['192.0.2.1/24', '2001:db8::1/64'],
                form='192.0.2.1/24\n2001:db8::1/64', text='["192.0.2.1/24", "2001:db8::1/64"]',
                cell='192.0.2.1/24, 2001:db8::1/64',
            ),
            sample([IPNetwork('10.0.0.1/32')], ['10.0.0.1'], reads=['10.0.0.1/32'], form='10.0.0.1',
                   text='["10.0.0.1/32"]', cell='10.0.0.1/32'),
            sample([IPNetwork('172.16.0.1/12')] * 3, ['172.16.0.1/12'] * 3, form='172.16.0.1/12\n' * 3,
                   text='["172.16.0.1/12", "172.16.0.1/12", "172.16.0.1/12"]', cell='172.16.0.1/12'),
        ),
        filters=(*membership('192.0.2.1/24', '10.0.0.1'), *lengths(2, 1, 3)),
        bad_filters=(('value', 'x'), ('value', '192.0.2.1/33'), ('value__len', 'x')),
        order=(1, 2, 0),
        bad_form={'value': '192.0.2'},
        bad_text={'value': '192.0.2'},
        bad_rest=['192.0.2'],
        word='192.0.2.1',
        quick='192.0.2',
        bounds=(2, 2),
        graphql=list[str] | None,
    ),
)  # fmt: skip
