"""Specials of color: one spelling, whatever was typed; colours of one's own; what pages show."""

import pytest

from tests.field_types.conversion import converted, refused_conversion
from tests.field_types.refusals import one_field
from tests.support.factories import make_object
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return Browser(superuser())


@pytest.mark.parametrize('text', ['aa1409', 'AA1409', '#aa1409', '#Aa1409', ' aa1409 '])
def test_a_colour_has_one_spelling(text):
    thing = one_field('color')
    assert Rest(superuser()).post('thing/', {'value': text})['value'] == 'aa1409'
    model = thing.get_model()
    model.objects.create(value=text)
    assert list(model.objects.values_list('value', flat=True)) == ['aa1409', 'aa1409']
    assert model.objects.filter(value=text).count() == 2


def test_a_colour_is_the_same_in_change_data():
    thing = one_field('color')
    key = thing.fields.get().payload_key
    assert thing.get_model()(pk=1, value='#AA1409').serialize_object()[key] == 'aa1409'


def test_two_spellings_of_a_unique_colour_are_duplicates():
    one_field('color', unique=True)
    rest = Rest(superuser())
    rest.post('thing/', {'value': 'aa1409'})
    assert list(rest.post('thing/', {'value': '#AA1409'}, expect=400)) == ['value']


def test_a_colour_that_netbox_does_not_offer_survives_the_form(browser):
    thing = one_field('color')
    obj = make_object(thing, value='123456')
    page = browser.get(f'thing/{obj.pk}/edit/')
    assert '<option value="123456" selected' in ' '.join(page.split())
    browser.post(f'thing/{obj.pk}/edit/', value='123456')
    assert thing.get_model().objects.get().value == '123456'
    browser.post(f'thing/{obj.pk}/edit/', value='')
    assert thing.get_model().objects.get().value is None


def test_the_form_selects_a_default_in_any_spelling(browser):
    one_field('color', default='#AA1409')
    assert '<option value="aa1409" selected' in ' '.join(browser.get('thing/add/').split())


def test_the_filter_form_keeps_what_was_asked_for(browser):
    make_object(one_field('color'), value='123456')
    page = ' '.join(browser.get('thing/?value=123456').split())
    assert '<option value="123456" selected' in page


def test_pages_show_the_colour_and_its_code(browser):
    thing = one_field('color')
    obj = make_object(thing, value='123456')
    for page in (browser.get('thing/'), browser.get(f'thing/{obj.pk}/')):
        assert 'style="background-color: #123456"' in page
        assert '123456' in text_of(page)
    assert '123456' in browser.get('thing/?export=table').split('\n')[1]


def test_conversions():
    assert converted('text', 'color', '#AA1409', 'aa1409', ' 00FF7f ', '', None) == [
        'aa1409', 'aa1409', '00ff7f', None, None
    ]  # fmt: skip
    assert converted('color', 'text', 'aa1409', None) == ['aa1409', None]
    assert converted('color', 'json', 'aa1409') == ['aa1409']
    for value in ('red', 'aa14', 'aa140900', 'gg1409', '##aa1409'):
        assert value in refused_conversion('text', 'color', value)
    assert 'true' in refused_conversion('boolean', 'color', True)
    assert '5' in refused_conversion('integer', 'color', 5)
