"""Field type ip_address: how an address is written, and what is true of it beside its mask."""

import pytest
from netaddr import IPAddress, IPNetwork

from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.case import NULL, Case, Filter, sample, text_lookups
from tests.field_types.conversion import converted, refused_conversion
from tests.field_types.refusals import one_field, refused_field, refused_value
from tests.field_types.samples import FAMILIES
from tests.support.factories import make_object, make_type
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser, text_of

pytestmark = pytest.mark.django_db

# What is written, and what is read.
NOTATIONS = (
    ('192.0.2.1', '192.0.2.1/32'),
    (' 192.0.2.1/24 ', '192.0.2.1/24'),
    ('0.0.0.0', '0.0.0.0/32'),
    ('192.0.2.0/0', '192.0.2.0/0'),
    ('2001:DB8:0:0:0:0:0:1/64', '2001:db8::1/64'),
    ('::', '::/128'),
    ('::/0', '::/0'),
    ('::ffff:192.0.2.1', '::ffff:192.0.2.1/128'),
    ('2001:db8::192.0.2.33/96', '2001:db8::c000:221/96'),
)


def test_notations_over_rest():
    one_field('ip_address')
    rest = Rest(superuser())
    for written, shown in NOTATIONS:
        made = rest.post('thing/', {'value': written})
        assert made['value'] == shown
        assert rest.get(f'thing/{made["id"]}/')['value'] == shown
        assert rest.patch(f'thing/{made["id"]}/', {'value': shown})['value'] == shown


def test_objects_of_libraries_are_taken_too():
    thing = one_field('ip_address')
    for value in (IPNetwork('192.0.2.1/24'), IPAddress('0.0.0.0'), IPAddress('::1')):
        obj = thing.get_model()(value=value)
        obj.full_clean()
        obj.save()
        stored = thing.get_model().objects.get(pk=obj.pk).value
        assert str(stored) == (str(value) if isinstance(value, IPNetwork) else f'{value}/{stored.prefixlen}')


def test_a_refusal_says_what_is_wrong():
    thing = one_field('ip_address')
    assert '192.0.2.256 is not an IPv4 or IPv6 address' in refused_value(thing, '192.0.2.256')
    assert '192.0.2.256' in refused_field('default', make_type('other'), type='ip_address', default='192.0.2.256')
    assert refused_value(thing, 'x' * 10_000).count('x') < 200


def test_addresses_of_one_network_are_two_values():
    """Two of them are equal to netaddr, which no filter and no rule of uniqueness may go by."""
    thing = one_field('ip_address', unique=True)
    rest = Rest(superuser())
    made = [rest.post('thing/', {'value': value})['id'] for value in ('192.0.2.1/24', '192.0.2.2/24', '192.0.2.1/32')]
    assert list(rest.post('thing/', {'value': '192.0.2.1'}, expect=400)) == ['value']
    found = rest.get('thing/', value=['192.0.2.1/24', '192.0.2.2/24'])['results']
    assert [obj['id'] for obj in found] == made[:2]
    assert [obj['id'] for obj in rest.get('thing/', value='192.0.2.1')['results']] == [made[0], made[2]]
    edited = rest.patch(f'thing/{made[1]}/', {'value': '192.0.2.3/24'})
    assert edited['value'] == '192.0.2.3/24'
    assert thing.get_model().objects.count() == 3


def test_an_address_names_its_object():
    """The name is the address; the addresses of its network, sixteen million here, are not listed."""
    thing = make_type('thing', fields=[{'name': 'value', 'type': 'ip_address', 'primary': True}])
    obj = make_object(thing, value='10.0.0.1/8')
    assert str(obj) == str(thing.get_model().objects.get()) == '10.0.0.1/8'
    page = Browser(superuser()).get('thing/')
    assert f'<a href="{obj.get_absolute_url()}">10.0.0.1/8</a>' in page


def test_change_data_is_as_the_column_gives_it_back():
    thing = one_field('ip_address')
    obj = thing.get_model().objects.create(value='2001:DB8::1')
    key = CustomObjectTypeField.objects.get().payload_key
    assert obj.serialize_object()[key] == '2001:db8::1/128'
    assert thing.get_model().objects.get().serialize_object()[key] == '2001:db8::1/128'


def test_addresses_sort_as_numbers():
    thing = one_field('ip_address')
    for value in ('2001:db8::1', '10.0.0.10', '10.0.0.9/8', '9.0.0.0'):
        make_object(thing, value=value)
    found = Rest(superuser()).get('thing/', ordering='value')['results']
    assert [obj['value'] for obj in found] == ['9.0.0.0/32', '10.0.0.9/8', '10.0.0.10/32', '2001:db8::1/128']


def test_the_filter_form_asks_for_networks_and_families():
    thing = one_field('ip_address', label='Gateway')
    make_object(thing, value='192.0.2.1/24')
    make_object(thing, value='2001:db8::1')
    browser = Browser(superuser())
    page = text_of(browser.get('thing/'))
    assert 'Gateway within' in page
    assert 'Gateway family' in page
    page = text_of(browser.get('thing/?value__family=6'))
    assert '2001:db8::1/128' in page
    assert '192.0.2.1' not in page


def test_conversions():
    written = ('192.0.2.1', ' 2001:DB8::1/64 ', '', None)
    assert list(map(str, converted('text', 'ip_address', *written))) == [
        '192.0.2.1/32',
        '2001:db8::1/64',
        'None',
        'None',
    ]


@pytest.mark.parametrize(
    ('old', 'new', 'value', 'after'),
    [
        ('ip_address', 'text', '192.0.2.1', '192.0.2.1/32'),
        ('ip_address', 'json', '192.0.2.1', '192.0.2.1/32'),
        ('json', 'ip_address', '192.0.2.1', '192.0.2.1/32'),
        ('ip_address', 'ip_prefix', '192.0.2.0/24', '192.0.2.0/24'),
        ('ip_prefix', 'ip_address', '192.0.2.0/24', '192.0.2.0/24'),
    ],
)
def test_values_that_survive_a_conversion(old, new, value, after):
    assert list(map(str, converted(old, new, value))) == [after]


@pytest.mark.parametrize(
    ('old', 'new', 'value'),
    [
        ('text', 'ip_address', 'x'),
        ('text', 'ip_address', '10.1'),
        ('text', 'ip_address', '192.0.2.1/33'),
        ('integer', 'ip_address', 5),
        ('ip_address', 'ip_prefix', '192.0.2.1/24'),
        ('ip_address', 'boolean', '192.0.2.1/24'),
    ],
)
def test_values_that_do_not(old, new, value):
    assert str(value) in refused_conversion(old, new, value)


# What the contract of all types runs, and what REST refuses, see case.py.
ADDRESSES = ('192.0.2.1/24', '2001:db8::1/64', '10.0.0.7/32')

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
)  # fmt: skip

BAD_INPUTS = (
    # No text.
    True, False, 0, 1, -1, 5, 1.5, 3221225985, 2**128, -(2**64), 1e300, [], [None], [True], [{}], {}, {'a': 1},
    {'address': '192.0.2.1'}, {'value': None}, ['192.0.2.1'], ['192.0.2.1/24'], [['192.0.2.1']],
    # No address.
    '', ' ', '/', '.', ':', ':::', '...', 'x', '-', '5', '192', '192.0', '192.0.2', '192.0.2.', '.192.0.2.1',
    '192.0.2.1.1', '192..2.1', '192.0.2.256', '999.999.999.999', '-192.0.2.1', '192.0.2.-1', '192.0.2.01',
    '0192.0.2.1',
    '0xc0.0x0.0x2.0x1', '0xc0000201', '3221225985', '192.0.2.1a', 'a192.0.2.1', '192,0,2,1', '192.0.2.1:80',
    '192.0.2.*', '192.0.2.1-192.0.2.9', '192.0.2.1,192.0.2.2', '192.0.2.1 192.0.2.2', '192. 0.2.1', 'http://192.0.2.1',
    '2001', '2001:', '2001:db8', ':2001:db8::1', '2001:db8::1:', '2001:db8:::1', '2001::db8::1', '2001:db8::g',
    '2001:db8::12345', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8:9', '[2001:db8::1]', '[2001:db8::1]:80',
    'fe80::1%eth0', 'fe80::1%1', '::ffff:192.0.2.256', '::192.0.2', '00:1A:2B:3C:4D:5E',
    'localhost', 'any', 'default', 'example.com', 'null', 'none', 'true', '[]', '{}',
    # No mask length.
    '192.0.2.1/', '/24', '192.0.2.1//24', '192.0.2.1/24/24', '192.0.2.1/33', '192.0.2.1/-1', '192.0.2.1/+24',
    '192.0.2.1/024', '192.0.2.1/ 24', '192.0.2.1 /24', '192.0.2.1/1.5', '192.0.2.1/x', '192.0.2.1/255.255.255.0',
    '192.0.2.1/0.0.0.255', '192.0.2.1\\24', '192.0.2.1/128', '2001:db8::1/', '2001:db8::1/129', '2001:db8::1/-1',
    '2001:db8::1/1000', '2001:db8::1/ffff::', '::/999', '192.0.2.1/99999999999999999999',
    # What no column of text could hold, digits of other scripts, and what is far too long.
    '\x00', '192.0.2.1\x00', '192.0.2.1\x00/24', '\ud800', '192.0.2.1\udfff', '192.0.2\n.1', '192.0.2\u2024' + '1',
    '１９２.0.2.1', '١٩٢.0.2.1', '192.0.2.1/２４',
    '192.0.2.1/' + '2' * 5000, '1' * 10_000, ':' * 10_000, '192.' * 20_000,
)  # fmt: skip
