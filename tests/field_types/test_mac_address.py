"""Specials of mac_address: all notations are the same address, which reads as NetBox writes it."""

import pytest
from netaddr import EUI

from dcim.fields import mac_unix_expanded_uppercase
from users.models import User

from tests.field_types.case import Case, Filter, sample, text_lookups
from tests.field_types.conversion import converted, refused_conversion
from tests.field_types.json_values import BOOLEANS, HUGE, LISTS, OBJECTS, UNSTORABLE, WORDS
from tests.field_types.refusals import one_field, refused_value
from tests.support.clients import rest, user  # noqa: F401
from tests.support.factories import make_object
from tests.surfaces.rest import superuser
from tests.surfaces.ui import Browser, text_of

pytestmark = pytest.mark.django_db

ADDRESS = '00:1A:2B:3C:4D:5E'
NOTATIONS = (
    ADDRESS, '00-1a-2b-3c-4d-5e', '001a.2b3c.4d5e', '001a:2b3c:4d5e', '001A2B-3C4D5E', '001a2b3c4d5e',
    '00 1A 2B 3C 4D 5E', '00.1a.2b.3c.4d.5e', '0:1a:2b:3c:4d:5e', ' 00:1a:2b:3c:4d:5e ',
)  # fmt: skip


def test_all_notations_are_the_same_address(rest):
    thing = one_field('mac_address')
    model = thing.get_model()
    for text in NOTATIONS:
        assert rest.post('thing/', {'value': text})['value'] == ADDRESS
        assert rest.get('thing/', value=text)['count'] == model.objects.count()
        assert model.objects.filter(value=text).count() == model.objects.count()


def test_an_address_is_stored_as_one_without_validation_too():
    thing = one_field('mac_address')
    obj = thing.get_model().objects.create(value='001a.2b3c.4d5e')
    obj.refresh_from_db()
    assert (type(obj.value), str(obj.value)) == (EUI, ADDRESS)
    key = thing.fields.get().payload_key
    written = [thing.get_model()(pk=1, value=text).serialize_object()[key] for text in NOTATIONS]
    assert written == [ADDRESS] * len(NOTATIONS)


def test_the_address_of_zeros_is_a_value():
    thing = one_field('mac_address', required=True)
    make_object(thing, value='00:00:00:00:00:00')
    assert str(thing.get_model().objects.get().value) == '00:00:00:00:00:00'


def test_two_notations_of_a_unique_address_are_duplicates(rest):
    one_field('mac_address', unique=True)
    rest.post('thing/', {'value': ADDRESS})
    assert list(rest.post('thing/', {'value': '001a.2b3c.4d5e'}, expect=400)) == ['value']


def test_addresses_of_other_lengths_are_refused():
    thing = one_field('mac_address')
    assert '48-bit' in refused_value(thing, EUI('00-1A-2B-FF-FE-3C-4D-5E'))
    assert '48-bit' in refused_value(thing, '01a2b3c4d5e')


def test_parts_are_found_in_either_case(rest):
    thing = one_field('mac_address')
    make_object(thing, value=ADDRESS)
    for parameters in ({'value__ic': '1A:2b'}, {'value__isw': '00:1A'}, {'value__iregex': '^00:1A'}, {'q': '2B:3c'}):
        assert rest.get('thing/', **parameters)['count'] == 1, parameters


def test_pages_show_it_and_name_the_object_by_it(rest):
    thing = one_field('mac_address', primary=True)
    obj = make_object(thing, value=ADDRESS)
    assert rest.get('thing/')['results'][0]['display'] == ADDRESS
    browser = Browser(User.objects.get(username='root'))
    assert ADDRESS in text_of(browser.get('thing/'))
    page = browser.get(f'thing/{obj.pk}/')
    assert 'font-monospace' in page
    assert ADDRESS in text_of(page)


def test_the_form_proposes_a_default_as_it_will_be_shown():
    one_field('mac_address', default='001a.2b3c.4d5e')
    assert f'value="{ADDRESS}"' in Browser(superuser()).get('thing/add/')


def test_conversions():
    found = converted('text', 'mac_address', *NOTATIONS, '', None)
    assert [value and str(value) for value in found] == [*[ADDRESS] * len(NOTATIONS), None, None]
    assert converted('mac_address', 'text', '001a.2b3c.4d5e', None) == [ADDRESS, None]
    assert converted('mac_address', 'json', '001a.2b3c.4d5e') == [ADDRESS]
    for value in ('x', '00:1A', '00:1a-2b:3c:4d:5e', '01a2b3c4d5e', '00:1a:2b:3c:4d:100', '00:1A:2B:3C:4D:5E:6F'):
        assert value in refused_conversion('text', 'mac_address', value)
    assert '5' in refused_conversion('integer', 'mac_address', 5)


# What the contract of all types runs, and what REST refuses, see case.py.
MAC_ADDRESSES = ('00:1A:2B:3C:4D:5E', 'FF:FF:FF:FF:FF:FF', '02:00:00:00:00:00')


def mac(text: str) -> EUI:
    return EUI(text, version=48, dialect=mac_unix_expanded_uppercase)


CASES = (
    Case(
        'mac_address',
        ('macaddr',),
        values=tuple(map(mac, (*MAC_ADDRESSES, '00:00:00:00:00:00'))),
        default=('001a.2b3c.4d5e', mac('00:1A:2B:3C:4D:5E')),
        bad_values=('x', '00:1A:2B:3C:4D', '00:1A:2B:3C:4D:5G', '00:1A:2B:3C:4D:5E:6F', '01a2b3c4d5e', 5),
        bad_defaults=('', 'x', 5, ['00:1A:2B:3C:4D:5E'], True, 'nul\0'),
        samples=(
            sample(mac(MAC_ADDRESSES[0]), '001a.2b3c.4d5e', reads=MAC_ADDRESSES[0], form=MAC_ADDRESSES[0]),
            sample(mac(MAC_ADDRESSES[1]), 'ffffffffffff', reads=MAC_ADDRESSES[1], form=MAC_ADDRESSES[1]),
            sample(
                mac(MAC_ADDRESSES[2]),
                MAC_ADDRESSES[2],
                form='2-0-0-0-0-0',
                text=MAC_ADDRESSES[2],
                cell=MAC_ADDRESSES[2],
            ),
        ),
        filters=(
            Filter('value', '00-1a-2b-3c-4d-5e', (0,)),
            Filter('value', list(MAC_ADDRESSES[:2]), (0, 1)),
            Filter('value', 'null', (None,)),
            *text_lookups(*MAC_ADDRESSES),
        ),
        bad_filters=(('value', 'x'), ('value__n', '00:1A'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(0, 2, 1),
        bad_form={'value': '00:1A:2B'},
        bad_text={'value': 'x'},
        bad_rest='00:1A:2B:3C:4D',
        word='00:1A:2B',
        quick='1a:2b',
        graphql=str | None,
    ),
)

BAD_INPUTS = (
    # No text.
    *BOOLEANS, *OBJECTS, *LISTS, 0, 1, -1, 5, 1.5, 1e300, HUGE, -HUGE, 2**63, 123456, ['00:1A:2B:3C:4D:5E'],
    [['00:1A:2B:3C:4D:5E']],
    {'value': '00:1A:2B:3C:4D:5E'},
    *UNSTORABLE, *WORDS,
    # No address.
    '', ' ', ':', '-', '::', ':::::', 'x', '0', '00', '5', '00:1A', '00:1A:2B:3C:4D', '00:1A:2B:3C:4D:',
    ':00:1A:2B:3C:4D', '00:1A:2B:3C:4D:5E:', '00:1A:2B:3C:4D:5G', '00:1A:2B:3C:4D:5E:6F', '00:1A:2B:3C:4D:5E:6F:70',
    '00:1A:2B:FF:FE:3C:4D:5E', '00::1A:2B:3C:4D', '00:1A:2B:3C:4D:100', '00:1A:2B:3C:4D:-1', '00:1A-2B:3C-4D:5E',
    '00:1A:2B:3C:4D-5E', '00:1A:2B 3C:4D:5E', '00;1A;2B;3C;4D;5E', '00,1A,2B,3C,4D,5E', '00/1A/2B/3C/4D/5E',
    '00_1A_2B_3C_4D_5E', '001A2B3C4D5', '001A2B3C4D5E6', '001A2B3C4D5E6F70', '001A2B3C4D5G', '0x001A2B3C4D5E',
    '001a.2b3c', '001a.2b3c.4d5', '1a.2b3c.4d5e', '001a.2b3c.4d5e.6f70', '001a:2b3c-4d5e', '001a2b:3c4d5',
    '001a2b3c:4d5e', '001a:2b3c4d5e', '00:1A:2B:3C:4D:5E/48', '00:1A:2B:*:*:*', '00:1A:2B', '192.0.2.1', '2001:db8::1',
    'fe80::1', 'null', 'true', 'localhost', '00:1A:2B:3C:4D:5E,00:1A:2B:3C:4D:5F',
    '00:1A:2B:3C:4D:5E 00:1A:2B:3C:4D:5F', '\x00', '00:1A:2B:3C:4D:5E\x00', '00:1A\x00:2B:3C:4D:5E',
    '00:1A:2B:3C:4D:5\ud800', '\udfff', '00:1A\n:2B:3C:4D:5E', '００:1A:2B:3C:4D:5E', '٠٠:1A:2B:3C:4D:5E',
    '0 0:1A:2B:3C:4D:5E', '281474976710655', '[]', '{}', 'x' * 10_000, '0' * 100_000, '00:' * 10_000,
)  # fmt: skip
