"""Computed fields: what they hold, that nothing makes a row fail, and what they forbid."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from core.models import ObjectChange

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.exceptions import SchemaChangeRefused
from netbox_custom_objects.models import CustomObjectTypeField
from netbox_custom_objects.services.upkeep.deferred import finish_schema_change
from tests.field_types.case import Case, Filter, Keys, sample, text_lookups
from tests.field_types.json_values import BOOLEANS, LISTS, OBJECTS, UNSTORABLE, WORDS
from tests.support.clients import browser, rest, user  # noqa: F401
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.ui import text_of

pytestmark = pytest.mark.django_db

FIELDS = 'custom-object-type-fields/'
REFUSED = 'This field is read-only: its value is calculated.'


def computed(custom_object_type, name, expression, result_type, **attributes):
    return make_field(
        custom_object_type, name, 'computed', expression=expression, result_type=result_type, **attributes
    )


def columns(custom_object_type):
    table = introspect(Target.for_alias('default'), custom_object_type.pk).table(
        custom_object_type.get_database_table_name()
    )
    return {column.name: column for column in table.columns}


@pytest.fixture
def line(db):
    """The lines of an invoice."""
    made = make_type('line', fields=[('title', 'text'), ('quantity', 'integer'), ('unit_price', 'decimal')])
    computed(made, 'total', 'quantity * unit_price', 'decimal')
    return made


def test_invoice_lines(line, rest, browser):
    """A value follows what it is calculated from, is shown everywhere, and cannot be written anywhere."""
    made = rest.post('line/', {'title': 'a', 'quantity': 3, 'unit_price': 19.99})
    path = f'line/{made["id"]}/'
    assert made['total'] == 59.97
    assert rest.patch(path, {'quantity': 4})['total'] == 79.96
    assert rest.post('line/', {'title': 'b', 'quantity': 1})['total'] is None
    for query, count in (
        ({'total__gt': 79}, 1),
        ({'total': '79.96'}, 1),
        ({'total__empty': 'true'}, 1),
        ({'q': '79.9'}, 1),
    ):
        assert rest.get('line/', **query)['count'] == count, query
    assert [found['title'] for found in rest.get('line/', ordering='-total')['results']] == ['b', 'a']
    # What was read may be sent back; anything else is refused.
    assert rest.patch(path, {'quantity': 5, 'total': 79.96})['total'] == 99.95
    assert rest.patch(path, {'total': 5}, expect=400) == {'total': [REFUSED]}
    assert rest.post('line/', {'total': 5}, expect=400) == {'total': [REFUSED]}
    assert '99.95' in text_of(browser.get('line/'))
    assert '99.95' in text_of(browser.get(path))
    for page in ('line/add/', f'{path}edit/'):
        browser.get(page)
        assert 'total' not in browser.response.context['form'].fields
    sent = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
    assert REFUSED in text_of(browser.post('line/bulk-import/', 200, data='title,total\nx,5\n', **sent))
    obj = line.get_model().objects.get(pk=made['id'])
    obj.total = 1
    obj.save()
    assert line.get_model().objects.get(pk=made['id']).total == obj.total == Decimal('99.95')
    assert line.get_model()(title='new').total is None
    data = ObjectChange.objects.latest('pk').postchange_data
    assert not any('total' in key for key in data)


def test_the_expression_is_stored_by_ids_and_shown_by_names(line, rest):
    field = line.fields.get(name='total')
    ids = {found.name: found.pk for found in line.fields.all()}
    assert field.expression == f'${ids["quantity"]} * ${ids["unit_price"]}'
    make_object(line, quantity=2, unit_price='1.50')
    rest.patch(f'{FIELDS}{ids["quantity"]}/', {'name': 'pieces'})
    assert rest.get(f'{FIELDS}{field.pk}/')['expression'] == 'pieces * unit_price'
    column = columns(line)[f'f_{field.pk}']
    assert rest.get('line/')['results'][0]['total'] == 3
    assert rest.patch(f'{FIELDS}{field.pk}/', {'expression': 'pieces * unit_price * 2'})['result_type']
    assert rest.get('line/')['results'][0]['total'] == 6
    changed = columns(line)[f'f_{field.pk}']
    assert column.generated
    assert changed.generated
    assert changed.generated != column.generated
    rest.patch(f'{FIELDS}{field.pk}/', {'expression': 'pieces', 'result_type': 'integer'})
    assert columns(line)[f'f_{field.pk}'].type == 'bigint'
    assert rest.get('line/')['results'][0]['total'] == 2


@pytest.mark.parametrize(('attributes', 'key', 'message'), [
    ({'expression': 'quantity * unit_prise'}, 'expression', 'Line 1, column 12: Unknown field “unit_prise”.'),
    ({'expression': 'quantity *'}, 'expression', 'Line 1, column 11'),
    ({'expression': "title + 'x'"}, 'expression', 'must be a decimal, not text'),
    ({'expression': 'quantity > 1 && today() > today() ? 1.0 : 2.0'}, 'expression', '“today” cannot be used here'),
    ({'expression': 'total + 1.0'}, 'expression', '“total” cannot be read here: it is computed itself.'),
    ({'expression': ''}, 'expression', 'needs an expression'),
    ({'result_type': ''}, 'result_type', 'Choose what the values are.'),
    ({'result_type': 'json'}, 'result_type', 'not a valid choice'),
    ({'required': True}, 'required', 'cannot be required'),
    ({'type': 'integer'}, 'expression', 'This is for computed fields.'),
])  # fmt: skip
def test_definitions_that_are_refused(line, rest, attributes, key, message):
    body = {'custom_object_type': line.pk, 'name': 'more', 'type': 'computed', 'expression': 'quantity + 0.5'}
    errors = rest.post(FIELDS, {**body, 'result_type': 'decimal', **attributes}, expect=400)
    assert message in str(errors[key])


def test_what_a_used_field_cannot_become(line, rest):
    """It cannot be deleted or converted; the error says which fields read it."""
    field = line.fields.get(name='quantity')
    with pytest.raises(SchemaChangeRefused, match='read by computed fields: total'):
        field.delete()
    errors = rest.patch(f'{FIELDS}{field.pk}/', {'type': 'text'}, expect=400)
    assert 'total' in str(errors['type'])
    assert rest.patch(f'{FIELDS}{line.fields.get(name="total").pk}/', {'type': 'decimal'}, expect=400)['type']
    line.fields.get(name='total').delete()
    line.fields.get(name='quantity').delete()


def test_a_contract_ends_after_it_starts():
    """The days of a contract, in a rule's own words; and a type is deleted with all that reads and is read."""
    contract = make_type('contract', fields=[('title', 'text'), ('start', 'date'), ('end', 'date')])
    computed(contract, 'days', 'end - start', 'integer')
    computed(contract, 'is_over', 'end < start', 'boolean')
    computed(contract, 'notice', 'end - 30', 'date')
    computed(contract, 'term', "duration('P1D') + duration('PT1H')", 'duration')
    computed(contract, 'caption', "upper(title) + ' / ' + title", 'text', primary=True)
    obj = make_object(contract, title='ß', start='2026-01-31', end='2026-03-01')
    obj.refresh_from_db()
    assert (obj.days, obj.is_over, str(obj.notice), obj.term) == (29, False, '2026-01-30', timedelta(hours=25))
    assert str(obj) == 'SS / ß'
    contract.delete()


def test_values_that_do_not_fit_are_null(rest):
    thing = make_type('thing', fields=[('number', 'integer'), ('share', 'decimal'), ('long', 'longtext')])
    computed(thing, 'square', 'number * number', 'integer')
    computed(thing, 'large', 'number * 1.0', 'decimal')
    computed(thing, 'part', '1 / number', 'integer')
    computed(thing, 'rounded', 'share / 3', 'decimal')
    computed(thing, 'twice', 'long + long', 'text')
    made = rest.post('thing/', {'number': 2**63 - 1, 'share': 2, 'long': 'x' * 5_001})
    assert (made['square'], made['large'], made['part'], made['twice']) == (None, None, 0, None)
    assert made['rounded'] == 0.67
    field = thing.fields.get(name='rounded')
    more = {'decimal_digits': 20, 'decimal_places': 4, 'unit': '€'}
    assert rest.patch(f'{FIELDS}{field.pk}/', more)['decimal_digits'] == 20
    assert rest.get(f'thing/{made["id"]}/')['rounded'] == '0.6667'
    square = thing.fields.get(name='square')
    assert rest.patch(f'{FIELDS}{square.pk}/', {'decimal_digits': 20}, expect=400)['decimal_digits']
    made = rest.post('thing/', {'number': 0, 'long': 'x' * 5_000})
    assert (made['square'], made['part'], len(made['twice'])) == (0, None, 10_000)


def test_a_large_table_is_calculated_by_a_job(line, rest, monkeypatch, settings):
    """Until that is done, the column is there and empty."""
    settings.PLUGINS_CONFIG = {
        **settings.PLUGINS_CONFIG,
        'netbox_custom_objects': {**settings.PLUGINS_CONFIG['netbox_custom_objects'], 'inline_row_limit': 1},
    }
    for quantity in (1, 2):
        make_object(line, quantity=quantity, unit_price='1.00')
    field = computed(line, 'half', 'quantity / 2.0', 'decimal')
    made = [found['half'] for found in rest.get('line/')['results']]
    assert made == [None, None]
    assert not columns(line)[f'f_{field.pk}'].generated
    assert [type(step).__name__ for step in finish_schema_change('default', line.pk)] == ['CalculateColumn']
    assert [found['half'] for found in rest.get('line/')['results']] == [0.5, 1]
    assert not finish_schema_change('default', line.pk)


def test_the_form(line, browser):
    page = browser.get(f'{FIELDS}add/?custom_object_type={line.pk}&type=computed')
    assert 'Fields: quantity title unit_price' in text_of(page)
    sent = {
        'custom_object_type': line.pk, 'name': 'twice', 'type': 'computed', 'result_type': 'decimal',
        'search_weight': '500', 'filter_logic': 'loose', 'ui_visible': 'always', 'ui_editable': 'yes', 'weight': '100',
    }  # fmt: skip
    browser.post(f'{FIELDS}add/', 200, expression='total * 2', **sent)
    assert browser.errors['expression'] == ['Line 1, column 1: “total” cannot be read here: it is computed itself.']
    browser.post(f'{FIELDS}add/', expression='quantity * unit_price * 2', **sent)
    field = CustomObjectTypeField.objects.get(name='twice')
    browser.get(f'{FIELDS}{field.pk}/edit/')
    assert browser.response.context['form']['expression'].value() == 'quantity * unit_price * 2'
    preview = text_of(browser.post(f'{FIELDS}preview/', 200, expression='quantity + 0.5', **{**sent, 'name': 'more'}))
    assert 'Add column' in preview


def test_a_field_without_what_it_reads_is_reported(line):
    """As it comes from elsewhere: the object keeps working without it."""
    CustomObjectTypeField.objects.filter(name='total').update(expression='$999999 * 2')
    make_object(line, quantity=1)
    assert not hasattr(line.get_model(), 'total')
    line.fields.get(name='total').full_clean()
    field = line.fields.get(name='total')
    field.expression = '$999999 * 3'
    with pytest.raises(ValidationError):
        field.full_clean()


# What the contract of all types runs, and what REST refuses, see case.py.
TEXTS = ('Alpha one', 'beta two', 'gamma')


def written(text):
    """Return a sample that is written to the source."""
    source = Keys(source_value=text)
    return sample(text, source, reads=text, form=source, text=source, cell=text, payload=Keys())


CASES = (
    Case(
        'computed',
        ('character varying',),
        values=('a', 'ß "\'\\%', 'x' * 10_000),
        default=None,
        unique=False,
        # The null of text fields, for cases without a source.
        needs=lambda: {'result_type': 'text', 'expression': "false ? '' : null"},
        source='text',
        samples=tuple(map(written, TEXTS)),
        filters=(Filter('value', 'Alpha one', (0,)), *text_lookups(*TEXTS)),
        bad_filters=(('value', 'nul\0'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(0, 1, 2),
        bad_form={'value': 'x'},
        bad_rest='x',
        word='alpha',
        quick='lpha o',
        graphql=str | None,
        clonable=False,
        nothing={'source_value': None},
    ),
)

BAD_INPUTS_FIELD = {}
BAD_INPUTS = (
    *BOOLEANS, *OBJECTS, *LISTS, *UNSTORABLE, *WORDS, '', ' ', 'b', 'ab', 'A', 0, 1, -1, 1.5, 10**40, '0', '1', 'null',
    *map(str, range(10, 50)),
)  # fmt: skip
