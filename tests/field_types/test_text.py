"""Specials of text: regular expressions, scalars as defaults, no limit of length."""

import pytest

from tests.field_types.refusals import one_field, refused_field, refused_value
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser

pytestmark = pytest.mark.django_db


def test_regular_expression():
    thing = one_field('text', validation_regex=r'^[A-Z]{2}\d+$')
    thing.get_model()(value='AB12').full_clean()
    assert r'^[A-Z]{2}\d+$' in refused_value(thing, 'ab12')
    thing.get_model()(value=None).full_clean()
    thing.get_model()(value='').full_clean()


def test_an_empty_string_is_no_value_to_a_regular_expression():
    """As Django has it: validators are not asked about empty values. REST stores it as it is, forms as nothing."""
    thing = one_field('text', validation_regex='^a')
    rest, browser = clients()
    assert rest.post('thing/', {'value': ''})['value'] == ''
    made = rest.post('thing/', {'value': 'ab'})
    assert rest.patch(f'thing/{made["id"]}/', {'value': ''})['value'] == ''
    browser.post('thing/add/', value='')
    data = 'value\n""\n'
    browser.post('thing/bulk-import/', data=data, format='csv', csv_delimiter=',', import_method='direct')
    stored = thing.get_model().objects.order_by('pk').values_list('value', flat=True)
    assert list(stored) == ['', '', None, None]
    assert list(rest.post('thing/', {'value': 'b'}, expect=400)) == ['value']


def test_an_empty_string_is_refused_where_a_value_is_required():
    thing = one_field('text', validation_regex='^a', required=True)
    rest, browser = clients()
    assert refused_value(thing, '')
    assert list(rest.post('thing/', {'value': ''}, expect=400)) == ['value']
    made = rest.post('thing/', {'value': 'ab'})
    assert list(rest.patch(f'thing/{made["id"]}/', {'value': ''}, expect=400)) == ['value']
    browser.post('thing/add/', 200, value='')
    assert list(browser.errors) == ['value']
    assert [obj.value for obj in thing.get_model().objects.all()] == ['ab']


def clients():
    user = superuser()
    return Rest(user), Browser(user)


def test_a_regular_expression_must_compile():
    assert 'regular expression' in refused_field('validation_regex', type='text', validation_regex='(')


def test_a_default_must_match_the_regular_expression():
    assert refused_field('default', type='text', validation_regex='^a', default='b')


def test_an_empty_default_is_refused_where_a_value_is_required():
    assert refused_field('default', type='text', required=True, default='')


def test_scalars_become_text():
    assert one_field('text', default=5).get_model()().value == '5'


def test_what_postgresql_cannot_store_is_refused():
    thing = one_field('text')
    for value in ('a\0b', '\ud800'):
        assert 'cannot be stored' in refused_value(thing, value)
