"""Specials of text: regular expressions, scalars as defaults, lengths, suggestions of values that are used."""

import pytest

from netbox_custom_objects.views.fields import suggestions
from tests.field_types.case import Case, Filter, sample, text_lookups
from tests.field_types.json_values import BOOLEANS, LISTS, OBJECTS, UNSTORABLE
from tests.field_types.refusals import edited, one_field, refused, refused_field, refused_value
from tests.field_types.samples import (
    TEXTS,
    UNICODE,
)
from tests.surfaces.rest import Rest, make_user, superuser
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


@pytest.mark.parametrize('type', ['text', 'longtext'])
def test_a_maximum_length(type):
    thing = one_field(type)
    long = [thing.get_model().objects.create(value='x' * (100 + number)) for number in range(3)]
    thing.get_model().objects.create(value='äöü')
    message = refused(lambda: edited(thing, max_length=101), 'max_length')
    assert message == f"Some values are longer: '{'x' * 60}' ({long[2].pk})"
    edited(thing, max_length=102)
    edited(thing, max_length=500)
    assert 'at most 500 characters' in refused_value(thing, 'x' * 501)
    thing.get_model()(value='x' * 500).full_clean()
    rest, browser = clients()
    assert 'characters' in rest.post('thing/', {'value': 'x' * 501}, expect=400)['value'][0]
    assert 'maxlength="500"' in browser.get('thing/add/')
    browser.post('thing/add/', 200, value='x' * 501)
    assert list(browser.errors) == ['value']
    path = f'custom-object-type-fields/{thing.fields.get().pk}/'
    for wrong in (0, -1, 2**31):
        assert list(rest.patch(path, {'max_length': wrong}, expect=400)) == ['max_length']
    edited(thing, max_length=None)
    thing.get_model()(value='x' * 501).full_clean()


def test_a_conversion_keeps_to_the_maximum_length():
    thing = one_field('integer')
    thing.get_model().objects.create(value=1234)
    assert '1234' in refused(lambda: edited(thing, type='text', max_length=3), 'type')
    edited(thing, type='text', max_length=4)
    assert '1234' in refused(lambda: edited(thing, type='longtext', max_length=3), 'max_length')


@pytest.mark.parametrize(
    ('key', 'attributes'),
    [
        ('default', {'type': 'text', 'max_length': 2, 'default': 'abc'}),
        ('max_length', {'type': 'integer', 'max_length': 2}),
        ('max_length', {'type': 'url', 'max_length': 2}),
        ('suggest_values', {'type': 'longtext', 'suggest_values': True}),
    ],
)
def test_lengths_and_suggestions_that_a_field_cannot_have(key, attributes):
    assert refused_field(key, **attributes)


def test_forms_suggest_values_that_the_user_may_view(monkeypatch):
    thing = one_field('text', suggest_values=True)
    model, field = thing.get_model(), thing.fields.get()
    values = ['Berlin', 'Bern', 'Bern', 'Hamburg', '', None, '<b>"', 'secret bern', 'b' * 201]
    model.objects.bulk_create(model(value=value) for value in values)
    path = f'custom-object-type-fields/{field.pk}/suggestions/'
    browser = Browser(superuser())
    page = browser.get('thing/add/')
    assert f'hx-get="/plugins/custom-objects/{path}"' in page
    assert '<datalist id="id_value_suggestions">' in page
    for typed, options in (
        ('ber', ['Bern', 'Berlin', 'secret bern']),
        ('', ['Bern', '&lt;b&gt;&quot;', 'Berlin', 'Hamburg', 'secret bern']),
        ('%25', []),
        ('nothing', []),
    ):
        found = browser.get(f'{path}?value={typed}').strip().split('</option>')[:-1]
        assert sorted(found) == sorted(f'<option value="{option}">' for option in options), typed
    assert browser.get(f'{path}?value=ber').startswith('<option value="Bern">')
    reader = Browser(make_user('reader', (thing, ['view'], {'value__startswith': 'B'})))
    assert 'secret' not in reader.get(f'{path}?value=bern')
    assert 'Bern' in reader.get(f'{path}?value=bern')
    Browser(make_user('stranger')).get(path, 404)
    Browser().get(path, 302)
    monkeypatch.setattr(suggestions, 'LOOKED_AT', 2)
    assert browser.get(f'{path}?value=bern').count('option value') == 1
    edited(thing, suggest_values=False)
    browser.get(path, 404)
    assert 'datalist' not in browser.get('thing/add/')


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
