"""Cases of integer, decimal and boolean."""

from decimal import Decimal

from netbox.graphql.scalars import BigInt

from .base import Case, Filter, empty_lookup, ordered_lookups, sample

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

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
