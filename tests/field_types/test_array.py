"""Field type array: a list of values of one type, in order, with repetitions."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from utilities.querydict import prepare_cloned_fields

from netbox_custom_objects.choices import ArrayElementTypeChoices
from netbox_custom_objects.field_types import FIELD_TYPES
from netbox_custom_objects.field_types.array import from_lines, to_lines
from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.array_cases import CASES as CASES
from tests.field_types.refusals import one_field, refused, refused_field, refused_value
from tests.support.clients import browser, rest, user  # noqa: F401
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.ui import text_of

FIELDS = 'custom-object-type-fields/'


def array_of(element_type='text', **attributes):
    """Return a type with one array, called `value`."""
    return one_field('array', element_type=element_type, **attributes)


def test_element_types_have_one_column_and_no_settings():
    for name in ArrayElementTypeChoices.values():
        field_type = FIELD_TYPES[name]
        assert field_type.column_type
        assert {field_type.needs_choice_set, field_type.has_elements, field_type.is_reference} == {False}


@given(st.lists(st.text(st.characters(exclude_categories=['Cs'])), min_size=1))
def test_lines_of_a_form_hold_any_texts(items):
    """Commas, line breaks, brackets, quotes, blanks: what is shown is read as the same items."""
    assert from_lines(to_lines(items)) == items


class TestDefinition:
    """The attribute `element_type`."""

    def test_is_needed_for_arrays_and_for_nothing_else(self, rest):
        thing = make_type('thing')
        valid = {'custom_object_type': thing.pk, 'name': 'value'}
        for wrong in (
            {'type': 'array'},
            {'type': 'array', 'element_type': ''},
            {'type': 'array', 'element_type': None},
            {'type': 'array', 'element_type': 'array'},
            {'type': 'array', 'element_type': 'select'},
            {'type': 'array', 'element_type': ['text']},
            {'type': 'text', 'element_type': 'text'},
        ):
            assert list(rest.post(FIELDS, {**valid, **wrong}, expect=400)) == ['element_type'], wrong
        made = rest.post(FIELDS, {**valid, 'type': 'array', 'element_type': 'integer'})
        assert made['element_type'] == 'integer'
        assert rest.get(FIELDS, element_type='integer')['count'] == 1
        assert rest.get(FIELDS, element_type='text')['count'] == 0

    @pytest.mark.django_db
    def test_is_fixed(self):
        field = array_of('integer').fields.get()
        field.element_type = 'text'
        assert 'cannot be changed' in refused(field.full_clean, 'element_type')

    @pytest.mark.django_db
    def test_the_type_is_fixed_too(self):
        field = array_of().fields.get()
        field.type, field.element_type = 'json', ''
        with pytest.raises(ValidationError) as caught:
            field.full_clean()
        assert set(caught.value.message_dict) == {'type', 'element_type'}
        assert refused_field('unique', make_type('other'), type='array', element_type='text', unique=True)

    @pytest.mark.django_db
    def test_limits_count_items(self):
        other = make_type('other')
        array = {'type': 'array', 'element_type': 'text'}
        assert refused_field('validation_minimum', other, **array, validation_minimum=-1)
        assert refused_field('validation_maximum', other, **array, validation_maximum=-1)
        assert refused_field('validation_minimum', other, **array, validation_minimum=3, validation_maximum=2)
        assert refused_field('default', other, **array, validation_minimum=3, default=['a'])
        make_field(other, 'value', **array, validation_minimum=0, validation_maximum=0)

    def test_the_form_asks_for_it(self, browser):
        thing = make_type('thing')
        page = browser.get(f'custom-object-type-fields/add/?custom_object_type={thing.pk}&type=array')
        assert 'Element type' in text_of(page)
        assert 'Minimum number of items' in text_of(page)
        page = browser.get(f'custom-object-type-fields/add/?custom_object_type={thing.pk}&type=text')
        assert 'Element type' not in text_of(page)
        sent = {
            'custom_object_type': thing.pk, 'name': 'value', 'type': 'array', 'search_weight': 500, 'weight': 100,
            'filter_logic': 'loose', 'ui_visible': 'always', 'ui_editable': 'yes',
        }  # fmt: skip
        browser.post('custom-object-type-fields/add/', expect=200, **sent)
        assert list(browser.errors) == ['element_type']
        browser.post('custom-object-type-fields/add/', **sent, element_type='date', validation_maximum='2')
        field = CustomObjectTypeField.objects.get()
        assert (field.element_type, field.validation_maximum) == ('date', 2)
        sent = {**sent, 'element_type': 'text', 'label': 'Days'}
        browser.post(f'custom-object-type-fields/{field.pk}/edit/', **sent)
        field.refresh_from_db()
        assert (field.element_type, field.label) == ('date', 'Days')
        assert field.clone()['element_type'] == 'date'

    def test_fields_are_imported_with_it(self, browser):
        make_type('thing')
        data = 'custom_object_type,name,type,element_type\nthing,a,array,ip_prefix\nthing,b,text,'
        sent = {'data': data, 'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        browser.post('custom-object-type-fields/import/', **sent)
        found = dict(CustomObjectTypeField.objects.values_list('name', 'element_type'))
        assert found == {'a': 'ip_prefix', 'b': ''}


class TestValues:
    """Lists and their items."""

    def test_order_and_repetitions_are_kept(self, rest):
        array_of('integer')
        for items in ([3, 1, 2, 1, 3], [], [2**63 - 1, -(2**63)], [0] * 500):
            made = rest.post('thing/', {'value': items})
            assert made['value'] == items
            assert rest.get(f'thing/{made["id"]}/')['value'] == items

    def test_an_empty_list_is_no_null(self, rest, browser):
        thing = array_of()
        empty = rest.post('thing/', {'value': []})
        rest.post('thing/', {'value': None})
        rest.post('thing/', {})
        assert list(thing.get_model().objects.order_by('pk').values_list('value', flat=True)) == [[], None, None]
        assert rest.get('thing/', value__empty='true')['count'] == 3
        assert rest.get('thing/', value__len=0)['count'] == 1
        browser.get(f'thing/{empty["id"]}/edit/')
        shown = browser.response.context['form']['value'].value()
        browser.post(f'thing/{empty["id"]}/edit/', value=shown)
        assert thing.get_model().objects.get(pk=empty['id']).value == []
        browser.post(f'thing/{empty["id"]}/edit/', value='')
        assert thing.get_model().objects.get(pk=empty['id']).value is None

    def test_required_refuses_the_empty_list(self, rest, browser):
        array_of(required=True)
        for wrong in ({}, {'value': None}, {'value': []}):
            assert list(rest.post('thing/', wrong, expect=400)) == ['value']
        for wrong in ('', '[]', '\n \n'):
            browser.post('thing/add/', expect=200, value=wrong)
            assert list(browser.errors) == ['value']

    def test_the_number_of_items_is_limited(self, rest, browser):
        thing = array_of('date', validation_minimum=2, validation_maximum=3)
        day = '2026-01-31'
        for count in (0, 1, 4):
            assert list(rest.post('thing/', {'value': [day] * count}, expect=400)) == ['value'], count
            assert refused_value(thing, [date(2026, 1, 31)] * count)
            browser.post('thing/add/', expect=200, value=json.dumps([day] * count))
            assert list(browser.errors) == ['value']
        for value in (None, [day] * 2, [day] * 3):
            rest.post('thing/', {'value': value})

    def test_errors_are_keyed_by_the_position_of_the_item(self, rest):
        array_of('integer')
        body = rest.post('thing/', {'value': [1, 'x', 3, None]}, expect=400)
        assert list(body) == ['value']
        assert set(body['value']) == {'1', '3'}

    @pytest.mark.parametrize('element_type', ArrayElementTypeChoices.values())
    def test_items_keep_the_rules_of_their_type(self, rest, element_type):
        thing = array_of(element_type)
        good = {'integer': 1, 'decimal': 1, 'boolean': True, 'date': '2026-01-31', 'datetime': '2026-01-31T00:00Z'}
        good |= {
            'url': 'https://a.example/',
            'email': 'a@b.example',
            'ip_address': '::1',
            'ip_prefix': '::/0',
            'text': 'a',
        }
        bodies = [{'value': [good[element_type], item]} for item in BAD_ITEMS[element_type]]
        errors = rest.post('thing/', bodies, expect=400)['errors']
        assert [error['index'] for error in errors] == list(range(len(bodies)))
        assert all(list(error['errors']['value']) == ['1'] for error in errors)
        assert not thing.get_model().objects.exists()
        rest.post('thing/', {'value': [good[element_type]] * 2})

    @pytest.mark.django_db
    def test_values_set_in_python_are_typed_by_validation(self):
        thing = array_of('decimal')
        obj = thing.get_model()(value=('1.1', 2, Decimal('3.00')))
        obj.full_clean()
        assert obj.value == [Decimal('1.1'), Decimal(2), Decimal('3.00')]
        message = refused_value(thing, ['x', 1, 'y'])
        assert 'Item 1' in message
        assert 'Item 3' in message


class TestSurfaces:
    """Lines in a form, lists in a file."""

    @pytest.mark.parametrize(
        ('written', 'items'),
        [
            ('a\r\nb', ['a', 'b']),
            ('  a, b  \n\n\n c;d\n', ['a, b', 'c;d']),
            ('["a", "b\\nc", 5, 1.50, true]', ['a', 'b\nc', '5', '1.50', 'true']),
            ('  \n', None),
            ('[]', []),
        ],
    )
    def test_items_in_a_form(self, browser, written, items):
        thing = array_of()
        browser.post('thing/add/', value=written)
        assert thing.get_model().objects.get().value == items

    def test_what_begins_as_a_list_must_be_one(self, browser):
        thing = array_of()
        for written in ('[a', '["a",]', '[null]', '[["a"]]', '[{}]', '["a"] b', '[' * 9999):
            browser.post('thing/add/', expect=200, value=written)
            assert list(browser.errors) == ['value'], written
        assert not thing.get_model().objects.exists()

    def test_a_wrong_item_is_named(self, browser):
        array_of('integer')
        browser.post('thing/add/', expect=200, value='1\nx\n3')
        assert 'Item 2 is not valid' in browser.errors['value'][0]

    def test_lists_in_a_json_import(self, browser):
        thing = array_of('decimal')
        sent = {'format': 'json', 'import_method': 'direct'}
        browser.post('thing/bulk-import/', data=json.dumps([{'value': [1, 2.5, '3']}, {'value': '4\n5'}]), **sent)
        found = list(thing.get_model().objects.order_by('pk').values_list('value', flat=True))
        assert found == [[Decimal(1), Decimal('2.5'), Decimal(3)], [Decimal(4), Decimal(5)]]
        browser.post('thing/bulk-import/', expect=200, data=json.dumps([{'value': [1, [2]]}]), **sent)
        assert thing.get_model().objects.count() == 2

    def test_a_clone_holds_what_no_line_could(self, browser):
        thing = array_of(is_cloneable=True)
        for items in (['a\nb'], ['[1]'], ['a'], ['a', 'b'], []):
            obj = make_object(thing, value=items)
            browser.get(f'thing/add/?{prepare_cloned_fields(obj).urlencode()}')
            browser.post('thing/add/', value=browser.response.context['form']['value'].value())
            assert thing.get_model().objects.order_by('-pk').first().value == items

    def test_the_primary_field_names_its_object(self, browser):
        thing = array_of('ip_address', primary=True)
        obj = make_object(thing, value=['10.0.0.1/8', '::1'])
        assert str(obj) == '10.0.0.1/8, ::1/128'
        assert '10.0.0.1/8, ::1/128' in text_of(browser.get('thing/'))

    def test_quick_search_finds_parts_of_items(self, rest):
        thing = array_of()
        obj = make_object(thing, value=['alpha', 'beta,gamma'])
        assert [found['id'] for found in rest.get('thing/', q='TA,GA')['results']] == [obj.pk]
        assert rest.get('thing/', q='alpha,')['count'] == 0

    def test_filters_take_what_an_item_can_be(self, rest):
        thing = array_of('decimal')
        make_object(thing, value=['1.24', '5'])
        assert rest.get('thing/', value='1.24')['count'] == 1
        # Cast to the column's type, these would be rounded, and overflow.
        for wrong in ('1.239', '1000000', 'x'):
            assert list(rest.get('thing/', expect=400, value=wrong)) == ['value']


# What the contract of all types runs, and what REST refuses, see case.py.
BAD_INPUTS = (
    # No list.
    True, False, 0, 1, -1, 5, 1.5, -0.0, 1e300, 2**63, 10**30, '', ' ', 'x', 'a,b', 'a\nb', '[', ']', '[]', '["a"]',
    '{"a"}', '{}', '{a,b}', 'null', '\x00', '\ud800', 'x' * 100_000, {}, {'a': 1}, {'0': 'a'}, {'value': ['a']},
    {'value': None}, {'id': 1}, {'': ''}, {'length': 1},
    # Items that are nothing, or no single value.
    [None], [None, None], ['2026-01-31', None], [None, 1], [''], ['', ''], [' '], ['\t'], ['\n'], ['', None],
    [[]], [[], []], [['a']],
    [[1]], [[None]], [['a'], ['b']], [['a', 'b'], ['c']], [[['a']]], ['x', ['x']], [{}], [{}, {}], [{'a': 1}],
    [{'value': 'a'}],
    [{'id': 1}], [{'0': 'a'}], [[{}]], [{'a': []}], [{'a': {'a': {}}}], [[True]], [[1.5]], [1, [2, [3]]],
    ['\x00'], ['2026-01-31\x00'], ['a', '\x00b'], ['\ud800'], ['1\udfff'], ['\x00'] * 1000, [''] * 1000, [None] * 1000,
)  # fmt: skip
BAD_ITEMS = {
    'text': (True, False),
    'integer': ('x', 1.5, '1.5', True, 2**63, -(2**63) - 1, 'NaN', '1e3', '0x10', '9' * 2000, '1,2', '½'),
    'decimal': ('x', True, 0.001, 1000000, 'NaN', 'Infinity', '1e10', '9' * 2000, '1,5', 1e300),
    'boolean': ('x', 2, -1, 1.5, 'maybe', 'null', 'None'),
    'date': (
        'x', 20260131, True, '2026-02-30', '2026-13-01', '0000-01-01', '2026-01-31T00:00:00Z', '31.01.2026', 'today',
    ),
    'datetime': ('x', 5, True, '2026-02-30T00:00', '2026-01-31T25:00', '12:00', 'now', '0000-01-01T00:00', 'x' * 2000),
    'url': (
        'x', 5, True, 'example.com', 'javascript:alert(1)', 'https://', 'https://a b.example/',
        'https://a.example/' + 'x' * 200,
    ),
    'email': ('x', 5, True, 'a@', '@b.example', 'a@b', 'a b@c.example', 'x' * 250 + '@b.example'),
    'ip_address': ('x', 5, True, '192.0.2', '192.0.2.256', '192.0.2.1/33', '2001:db8::g', '192.0.2.1/255.255.255.0'),
    'ip_prefix': ('x', 5, True, '192.0.2.0', '192.0.2.1/24', '2001:db8::1/64', '192.0.2.0/33'),
}  # fmt: skip
