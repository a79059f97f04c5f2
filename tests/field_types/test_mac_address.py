"""Specials of mac_address: all notations are the same address, which reads as NetBox writes it."""

import pytest
from netaddr import EUI

from users.models import User

from tests.field_types.conversion import converted, refused_conversion
from tests.field_types.refusals import one_field, refused_value
from tests.support.factories import make_object
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser, text_of

pytestmark = pytest.mark.django_db

ADDRESS = '00:1A:2B:3C:4D:5E'
NOTATIONS = (
    ADDRESS, '00-1a-2b-3c-4d-5e', '001a.2b3c.4d5e', '001a:2b3c:4d5e', '001A2B-3C4D5E', '001a2b3c4d5e',
    '00 1A 2B 3C 4D 5E', '00.1a.2b.3c.4d.5e', '0:1a:2b:3c:4d:5e', ' 00:1a:2b:3c:4d:5e ',
)  # fmt: skip


@pytest.fixture
def rest():
    return Rest(superuser())


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
