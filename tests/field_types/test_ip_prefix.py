"""Field type ip_prefix: a network, in which no host bits are set."""

import pytest
from netaddr import IPNetwork

from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.case import Case, Filter, sample, text_lookups
from tests.field_types.conversion import converted, refused_conversion
from tests.field_types.refusals import one_field, refused_field, refused_value
from tests.field_types.samples import (
    FAMILIES,
)
from tests.support.factories import make_object, make_type
from tests.surfaces.rest import Rest, superuser

pytestmark = pytest.mark.django_db


def test_notations_over_rest():
    one_field('ip_prefix')
    rest = Rest(superuser())
    for written, shown in (
        (' 192.0.2.0/24 ', '192.0.2.0/24'),
        ('0.0.0.0/0', '0.0.0.0/0'),
        ('192.0.2.1/32', '192.0.2.1/32'),
        ('2001:DB8:0::/32', '2001:db8::/32'),
        ('::/0', '::/0'),
    ):
        made = rest.post('thing/', {'value': written})
        assert made['value'] == shown
        assert rest.get(f'thing/{made["id"]}/')['value'] == shown


def test_host_bits_are_refused_with_the_network_that_may_be_meant():
    thing = one_field('ip_prefix', unique=True)
    make_object(thing, value='192.0.2.0/24')
    assert '192.0.2.0/24' in refused_value(thing, '192.0.2.1/24')
    body = Rest(superuser()).post('thing/', {'value': '192.0.2.1/24'}, expect=400)
    assert list(body) == ['value']
    assert 'Did you mean 192.0.2.0/24?' in body['value'][0]
    assert 'mask length' in refused_value(thing, '192.0.2.0')
    assert '192.0.2.0/24' in refused_field('default', make_type('other'), type='ip_prefix', default='192.0.2.1/24')


def test_a_network_is_unique_in_any_notation():
    one_field('ip_prefix', unique=True)
    rest = Rest(superuser())
    rest.post('thing/', {'value': '2001:db8::/32'})
    assert list(rest.post('thing/', {'value': '2001:0DB8:0:0::/32'}, expect=400)) == ['value']


def test_what_contains_and_is_contained():
    thing = one_field('ip_prefix')
    networks = ['10.0.0.0/8', '10.1.0.0/16', '10.1.1.0/24', '192.0.2.0/24']
    for network in networks:
        make_object(thing, value=network)
    rest = Rest(superuser())

    def found(**parameters):
        return [obj['value'] for obj in rest.get('thing/', **parameters)['results']]

    assert found(value__contains='10.1.1.7') == networks[:3]
    assert found(value__contains='10.1.0.0/16') == networks[:2]
    assert found(value__contained='10.1.0.0/16') == networks[1:3]
    assert found(value__contained=['10.1.1.0/24', '192.0.2.0/24']) == networks[2:]
    assert found(value__contained='0.0.0.0/0', value__contains='192.0.2.1') == networks[3:]


def test_change_data_is_as_the_column_gives_it_back():
    thing = one_field('ip_prefix')
    obj = thing.get_model().objects.create(value='2001:DB8::/32')
    key = CustomObjectTypeField.objects.get().payload_key
    assert obj.serialize_object()[key] == '2001:db8::/32'


def test_conversions():
    assert list(map(str, converted('text', 'ip_prefix', '192.0.2.0/24', '::/0', ''))) == [
        '192.0.2.0/24',
        '::/0',
        'None',
    ]


@pytest.mark.parametrize('value', ['10/8', '192.0.2.0', '192.0.2.1/24', '192.0.2.0/33', 'x'])
def test_texts_that_are_no_networks_stay_texts(value):
    assert value in refused_conversion('text', 'ip_prefix', value)


@pytest.mark.parametrize('new', ['longtext', 'json', 'text'])
def test_a_network_as_text(new):
    assert converted('ip_prefix', new, '192.0.2.0/24') == ['192.0.2.0/24']


# What the contract of all types runs, and what REST refuses, see case.py.
PREFIXES = ('192.0.2.0/24', '2001:db8::/32', '10.0.0.0/8')

CASES = (
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
)  # fmt: skip

BAD_INPUTS = (
    # No text.
    True, False, 0, 1, -1, 8, 1.5, 3221225984, 2**128, 1e300, [], [None], [True], [{}], {}, {'prefix': '192.0.2.0/24'},
    {'value': None}, ['192.0.2.0/24'], [['192.0.2.0/24']],
    # Host bits are set.
    '192.0.2.1/24', '192.0.2.128/24', '10.0.0.1/8', '10.1.0.0/8', '128.0.0.0/0', '192.0.2.1/31', '2001:db8::1/64',
    '2001:db8::1/32', '2001:db8:1::/32', '::1/0', '8000::/0', '2001:db8::1/127', '::ffff:192.0.2.1/120',
    # No mask length, or none that there is.
    '192.0.2.0', '10.0.0.0', '0.0.0.0', '2001:db8::', '::', '192.0.2.0/', '/24', '/', '192.0.2.0//24',
    '192.0.2.0/24/24',
    '192.0.2.0/33', '192.0.2.0/-1', '192.0.2.0/+24', '192.0.2.0/024', '192.0.2.0/ 24', '192.0.2.0 /24',
    '192.0.2.0/24.0',
    '192.0.2.0/x', '192.0.2.0/255.255.255.0', '192.0.2.0/0.0.0.255', '192.0.2.0\\24', '192.0.2.0/128', '2001:db8::/',
    '2001:db8::/129', '2001:db8::/-1', '2001:db8::/1000', '2001:db8::/ffff:ffff::', '192.0.2.0/99999999999999999999',
    # No network.
    '', ' ', '.', ':', ':::/64', '.../24', 'x', 'x/24', '-', '8', '10/8', '10.0/16', '192.0.2/24', '192.0.2./24',
    '.192.0.2.0/24', '192.0.2.0.0/24', '192..2.0/24', '192.0.2.256/24', '192.0.02.0/24', '0xc0.0.2.0/24', '192.0.2.*',
    '192.0.2.*/24', '192.0.2.0-192.0.2.255', '192.0.2.0/24,192.0.3.0/24', '192.0.2.0/24 192.0.3.0/24', '192.0.2.0/24x',
    'http://192.0.2.0/24', '2001/16', '2001:db8/32', '2001:db8:::/32', '2001::db8::/32', '2001:db8::g/128',
    '1:2:3:4:5:6:7/64', '1:2:3:4:5:6:7:8:9/128', '[2001:db8::]/32', 'fe80::%eth0/64', 'any', 'default', 'all', 'null',
    'true', '[]', '{}',
    # What no column of text could hold, digits of other scripts, and what is far too long.
    '\x00', '192.0.2.0/24\x00', '192.0.2.0\x00/24', '\ud800', '192.0.2.0/24\udfff', '192.0.2\n.0/24',
    '１９２.0.2.0/24',
    '192.0.2.0/２４', '١٩٢.0.2.0/24', '192.0.2.0/' + '2' * 5000, '1' * 10_000, '1/' * 10_000, '192.0.2.0/24' * 5_000,
)  # fmt: skip
