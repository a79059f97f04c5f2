"""Cases of ip_address, ip_prefix and coordinates."""

from decimal import Decimal

from netaddr import IPNetwork

from .base import NULL, Case, Filter, Keys, ordered_lookups, sample, text_lookups

ADDRESSES = ('192.0.2.1/24', '2001:db8::1/64', '10.0.0.7/32')
PREFIXES = ('192.0.2.0/24', '2001:db8::/32', '10.0.0.0/8')
PLACES = (('47.376900', '8.541700'), ('-33.868800', '151.209300'), ('64.146600', '-21.942600'))
FAMILIES = (Filter('value__family', '4', (0, 2)), Filter('value__family', '6', (1,)))


def point(latitude: str, longitude: str, convert=str) -> Keys:
    return Keys(value_latitude=convert(latitude), value_longitude=convert(longitude))


CASES = (
    Case(
        'ip_address',
        ('inet',),
        values=tuple(
            map(
                IPNetwork,
                (*ADDRESSES, '0.0.0.0/0', '::/0', '255.255.255.255/32', 'ffff:ffff::ffff/128', '::ffff:192.0.2.1/128'),
            )
        ),
        default=('192.0.2.1', IPNetwork('192.0.2.1/32')),
        bad_values=('192.0.2', '192.0.2.256', '192.0.2.1/33', '2001:db8::1/129', 'x', 5, True, ['192.0.2.1']),
        bad_defaults=('x', 5, True, ['192.0.2.1'], '192.0.2.1/33', {'address': '192.0.2.1'}),
        samples=tuple(sample(IPNetwork(text), text) for text in ADDRESSES),
        filters=(
            Filter('value', ADDRESSES[0], (0,)),
            Filter('value', [ADDRESSES[0], ADDRESSES[1]], (0, 1)),
            Filter('value', '192.0.2.1', (0,)),
            Filter('value', '192.0.2.1/25', ()),
            Filter('value', 'null', (NULL,)),
            *text_lookups(*ADDRESSES),
            *FAMILIES,
            Filter('value__parent', '192.0.2.0/26', (0,)),
            Filter('value__parent', ['10.0.0.0/8', '2001:db8::/32'], (1, 2)),
            Filter('value__contained', '192.0.2.0/26', ()),
            Filter('value__contained', '192.0.0.0/16', (0,)),
            Filter('value__contains', '192.0.2.200', (0,)),
        ),
        bad_filters=(
            ('value', 'x'), ('value', '192.0.2.1/33'), ('value__n', 'x'), ('value__family', '5'),
            ('value__family', 'x'), ('value__parent', 'x'), ('value__contained', '1'), ('value__contains',
            '::/129'), ('value__empty', 'maybe'),
            ('value__regex', '('),
        ),
        order=(2, 0, 1),
        bad_form={'value': '192.0.2.256'},
        bad_text={'value': '192.0.2.256'},
        bad_rest='192.0.2.256',
        word='192.0.2.1',
        quick='192.0.2',
        graphql=str | None,
    ),
    Case(
        'ip_prefix',
        ('cidr',),
        values=tuple(map(IPNetwork, (*PREFIXES, '0.0.0.0/0', '::/0', '192.0.2.1/32', '2001:db8::1/128'))),
        default=('192.0.2.0/24', IPNetwork('192.0.2.0/24')),
        bad_values=('192.0.2.1/24', '192.0.2.0', '2001:db8::1/32', '192.0.2.0/33', 'x', 5, True, ['192.0.2.0/24']),
        bad_defaults=('x', 5, True, ['192.0.2.0/24'], '192.0.2.1/24', '192.0.2.0'),
        samples=tuple(sample(IPNetwork(text), text) for text in PREFIXES),
        filters=(
            Filter('value', PREFIXES[0], (0,)),
            Filter('value', [PREFIXES[0], PREFIXES[1]], (0, 1)),
            Filter('value', '192.0.2.0/25', ()),
            *text_lookups(*PREFIXES),
            *FAMILIES,
            Filter('value__contains', '192.0.2.200', (0,)),
            Filter('value__contains', ['192.0.2.0/24', '10.1.0.0/16'], (0, 2)),
            Filter('value__contains', '192.0.0.0/16', ()),
            Filter('value__contained', '192.0.2.7/16', (0,)),
            Filter('value__contained', '192.0.2.0/24', (0,)),
            Filter('value__contained', '::/0', (1,)),
        ),
        bad_filters=(
            ('value', 'x'), ('value', '192.0.2.1/24'), ('value', '192.0.2.0'), ('value__n', '192.0.2.0'),
            ('value__family', '5'), ('value__contained', 'x'), ('value__contains', '1'), ('value__empty', 'maybe'),
            ('value__iregex', '('),
        ),
        order=(2, 0, 1),
        bad_form={'value': '192.0.2.1/24'},
        bad_text={'value': '192.0.2.1/24'},
        bad_rest='192.0.2.1/24',
        word='192.0.2.77',
        quick='192.0.2',
        graphql=str | None,
    ),
    Case(
        'coordinates',
        ('numeric(8,6)', 'numeric(9,6)'),
        values=tuple(
            tuple(map(Decimal, pair))
            for pair in (*PLACES, ('0.000000', '0.000000'), ('90.000000', '180.000000'), ('-90.000000', '-180.000000'))
        ),
        default=None,
        bad_values=(
            (Decimal('90.000001'), Decimal(0)), (Decimal(0), Decimal('-180.000001')),
            (Decimal('0.1234567'), Decimal(0)),
            (Decimal(1), None), (None, Decimal(1)), ('x', Decimal(1)), (Decimal('NaN'), Decimal(1)),
        ),
        bad_defaults=([1, 2], '1, 2', {'latitude': 1, 'longitude': 2}),
        unique=False,
        attribute=('value_latitude', 'value_longitude'),
        keys=('value_latitude', 'value_longitude'),
        samples=tuple(
            sample(
                tuple(map(Decimal, pair)),
                point(*pair, float),
                form=point(*pair),
                cell=', '.join(pair),
                payload=point(*pair),
            )
            for pair in PLACES
        ),
        filters=(
            *ordered_lookups(*(latitude for latitude, _ in PLACES), order=(1, 0, 2), name='value_latitude'),
            *ordered_lookups(*(longitude for _, longitude in PLACES), order=(2, 0, 1), name='value_longitude'),
        ),
        bad_filters=(
            ('value_latitude', 'x'), ('value_longitude', 'NaN'), ('value_latitude__gt', 'x'),
            ('value_longitude__empty', 'maybe'),
        ),
        order=(1, 0, 2),
        bad_form=point('91', '0'),
        bad_text=point('91', '0'),
        bad_rest=point('91', '0'),
        word='47.3769',
        quick='47.376',
        nothing=Keys(value_latitude=None, value_longitude=None),
        graphql=Keys(value_latitude=Decimal | None, value_longitude=Decimal | None),
    ),
)  # fmt: skip
