"""Field type ip_prefix: a network, in which no host bits are set."""

import pytest

from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.conversion import converted, refused_conversion
from tests.field_types.refusals import one_field, refused_field, refused_value
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
