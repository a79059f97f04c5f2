"""Specials of text: regular expressions, scalars as defaults, no limit of length."""

import pytest

from tests.field_types.case import Case, Filter, sample, text_lookups
from tests.field_types.json_values import BOOLEANS, LISTS, OBJECTS, UNSTORABLE
from tests.field_types.refusals import one_field, refused_field, refused_value
from tests.field_types.samples import (
    TEXTS,
    UNICODE,
)
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


# What the contract of all types runs, and what REST refuses, see case.py.
CASES = (
    Case(
        'text',
        ('character varying',),
        values=('a', UNICODE, ' ', 'x' * 10_000),
        default=('new', 'new'),
        bad_values=('nul \0 byte',),
        bad_defaults=(['a'], {'a': 1}, True, 'nul \0 byte'),
        empty=('',),
        samples=tuple(map(sample, TEXTS)),
        filters=(Filter('value', 'LPHA', (0,)), Filter('value', ['LPHA', 'eta'], (0, 1)), *text_lookups(*TEXTS)),
        bad_filters=(('value', 'nul\0'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(0, 1, 2),
        bad_form={'value': 'nul \0 byte'},
        bad_rest={'a': 1},
        word='alpha',
        quick='LPHA o',
        regex='^A.*e$',
        graphql=str | None,
    ),
)

BAD_INPUTS_FIELD = {'validation_regex': r'^[A-Z]{2}-\d{4}$'}
PATTERN = (
    'ab-1234', 'AB-123', 'AB-12345', 'AB1234', 'AB-1234x', 'xAB-1234', 'AB-1234 AB-1234', '1234', 'AB', '-', 'ÄB-1234',
    'AB–1234', 'AB-12 34', 'A B-1234', 1234, 12.34, -1, 0, 10**40,
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *UNSTORABLE, *PATTERN)
