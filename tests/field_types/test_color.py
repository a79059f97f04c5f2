"""Specials of color: one spelling, whatever was typed; colours of one's own; what pages show."""

import pytest

from tests.field_types.case import Case, Filter, sample, text_lookups
from tests.field_types.conversion import converted, refused_conversion
from tests.field_types.json_values import BOOLEANS, HUGE, LISTS, OBJECTS, UNSTORABLE, WORDS
from tests.field_types.refusals import one_field
from tests.support.clients import browser, user  # noqa: F401
from tests.support.factories import make_object
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import text_of

pytestmark = pytest.mark.django_db


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


# What the contract of all types runs, and what REST refuses, see case.py.
COLORS = ('aa1409', '00ff7f', 'ffe4e1')

CASES = (
    Case(
        'color',
        ('character varying(6)',),
        values=COLORS,
        default=('#AA1409', 'aa1409'),
        bad_values=('red', 'aa140', 'aa14091', 'gg1409', 'nul\0ab'),
        bad_defaults=('red', 5, ['aa1409'], True, 'aa140'),
        blank=('',),
        samples=(
            sample('aa1409', '#AA1409', reads='aa1409', form='aa1409'),
            sample('00ff7f', form='#00FF7F', text='00ff7f', cell='00ff7f'),
            sample('ffe4e1'),
        ),
        filters=(
            Filter('value', 'aa1409', (0,)),
            Filter('value', '#AA1409', (0,)),
            Filter('value', ['aa1409', '00ff7f'], (0, 1)),
            Filter('value', 'null', (None,)),
            *text_lookups(*COLORS),
        ),
        bad_filters=(('value', 'red'), ('value__n', 'red'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(1, 0, 2),
        bad_form={'value': 'red'},
        bad_text={'value': 'red'},
        bad_rest='red',
        word='aa1409',
        quick='A14',
        graphql=str | None,
    ),
)

BAD_INPUTS = (
    # No text.
    *BOOLEANS, *OBJECTS, *LISTS, 0, 1, -1, 5, 1.5, 1e300, HUGE, -HUGE, 2**63, 123456, ['aa1409'],
    [['aa1409']],
    {'value': 'aa1409'},
    *UNSTORABLE, *WORDS,
    # No colour.
    '', ' ', '#', '##', 'red', 'Red', 'a', 'aa', 'aaa', '#aaa', 'aaaa', 'aaaaa', 'aaaaaaa', 'aaaaaaaa', '#aaaaaaaa',
    '##aaaaaa', '#aaaaa', '#aaaaaaa', 'gggggg', 'aa140g', '-a1409', 'aa 140', 'aa-140', '0xaa1409', '0xaa14', 'x00000',
    'aa1409,', 'aa1409;', 'aa1409\x00', '\x00aa140', 'aa\x001409', '\ud800a1409', 'aa140\udfff', 'aa\n409', 'aa\t409',
    'rgb(170,20,9)', 'rgb(0,0,0)', 'rgba(0,0,0,0)', 'hsl(0,0%,0%)', 'transparent', 'inherit', 'none', 'null', 'true',
    'ａａ1409', 'aa14०9', '١٢٣٤٥٦', '½½½½½½', 'ªªªªªª', '<b></b', '"><b>x', "';--ab", '[]', '{}', '1e5', '+12345',
    '12345.', '1.5e10', 'x' * 10_000, '0' * 7, 'f' * 100_000,
)  # fmt: skip
