"""Rollups: what they are made of, who sees what of them, where they are shown, and what they forbid."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from dcim.models import Site
from extras.models import ExportTemplate

from dev.paths import ROOT
from netbox_custom_objects.exceptions import SchemaChangeRefused
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.services.deleted.definitions import find_restorable, restore
from netbox_custom_objects.services.upkeep.schemas import open_main_schema
from tests.support.clients import browser, rest  # noqa: F401
from tests.support.factories import make_field, make_object, make_type
from tests.support.kept import kept
from tests.surfaces.graphql import GraphQL
from tests.surfaces.rest import Rest, make_user, superuser
from tests.surfaces.ui import Browser, text_of

pytestmark = pytest.mark.django_db

FIELDS = 'custom-object-type-fields/'
REFUSED = 'This field is read-only: its value is calculated.'


def rollup(custom_object_type, name, referring, aggregate, aggregated=None, condition='', **attributes):
    """Make a rollup; `referring` and `aggregated` are names such as `line.invoice`."""

    def field(path):
        type_name, field_name = path.split('.')
        return CustomObjectTypeField.objects.get(custom_object_type__name=type_name, name=field_name)

    return make_field(
        custom_object_type, name, 'rollup', referring_field=field(referring), aggregate=aggregate, condition=condition,
        aggregated_field=field(f'{referring.split(".")[0]}.{aggregated}') if aggregated else None, **attributes,
    )  # fmt: skip


@pytest.fixture(scope='module')
def scene(django_db_setup, django_db_blocker, request):
    """Invoices and their lines."""
    with kept(request, django_db_blocker):
        invoice = make_type('invoice', fields=[{'name': 'number', 'primary': True}])
        line = make_type('line', fields=[
            {'name': 'title', 'primary': True}, ('quantity', 'integer'), ('unit_price', 'decimal'),
            ('cancelled', 'boolean'), ('due', 'date'), ('work', 'duration'),
            {'name': 'invoice', 'type': 'object', 'target': invoice},
            {'name': 'copies', 'type': 'multiobject', 'target': invoice},
            {'name': 'about', 'type': 'object', 'targets': [invoice, Site]},
            {'name': 'notes', 'type': 'multiobject', 'targets': [invoice, Site]},
        ])  # fmt: skip
        make_field(line, 'amount', 'computed', expression='quantity * unit_price', result_type='decimal', unit='€')
        rollup(invoice, 'total', 'line.invoice', 'sum', 'amount', 'cancelled == null || !cancelled')
        rollup(invoice, 'lines', 'line.invoice', 'count')
        first, second, empty = (make_object(invoice, number=number) for number in 'ABC')
        for title, quantity, price, target, cancelled in (
            ('a', 3, '19.99', first, None), ('b', 1, '0.03', first, False), ('c', 7, '100', first, True),
            ('d', 2, '5', second, None), ('e', None, None, second, None),
        ):  # fmt: skip
            make_object(line, title=title, quantity=quantity, unit_price=price, invoice=target, cancelled=cancelled)
        yield


@pytest.fixture
def invoice(scene, db):
    return CustomObjectType.objects.get(name='invoice')


@pytest.fixture
def line(scene, db):
    return CustomObjectType.objects.get(name='line')


@pytest.fixture
def user(scene, db):
    return superuser()


def test_invoice_total(invoice, line, rest, browser):
    """It follows the lines, is shown everywhere, and cannot be written anywhere."""
    found = rest.get('invoice/')['results']
    assert [(row['number'], row['total'], row['lines']) for row in found] == [('A', 60, 3), ('B', 10, 2), ('C', 0, 0)]
    assert rest.get(f'invoice/{found[0]["id"]}/')['total'] == 60
    for query, numbers in (
        ({'total__gt': 9}, 'AB'),
        ({'total': '60'}, 'A'),
        ({'total__lt': 1}, 'C'),
        ({'lines': 2}, 'B'),
        ({'lines__n': 2}, 'AC'),
        ({'total__empty': 'true'}, ''),
        ({'ordering': 'total'}, 'CBA'),
        ({'ordering': '-lines'}, 'ABC'),
    ):
        assert ''.join(row['number'] for row in rest.get('invoice/', **query)['results']) == numbers, query
    path = f'invoice/{found[1]["id"]}/'
    assert rest.patch(path, {'total': 10, 'number': 'B2'})['number'] == 'B2'
    assert rest.patch(path, {'total': 5}, expect=400) == {'total': [REFUSED]}
    assert rest.post('invoice/', {'number': 'D', 'total': 5}, expect=400) == {'total': [REFUSED]}
    assert rest.post('invoice/', {'number': 'D'})['total'] == 0
    model = invoice.get_model()
    obj = model.objects.get(number='A')
    assert (obj.total, obj.lines) == (Decimal('60.00'), 3)
    make_object(line, title='f', quantity=1, unit_price=1, invoice=obj)
    assert obj.total == 61
    assert model(number='x').total is None
    assert list(model.objects.filter(total__gt=20).values_list('total', flat=True)) == [61]
    assert line.get_model().objects.filter(invoice__total__gt=20).count() == 4
    rest.delete(path)
    assert model.objects.filter(total=0).count() == 2


def test_pages_show_it(invoice, browser):
    page = text_of(browser.get('invoice/'))
    assert '3 A 60.00' in page
    assert page.index(' A ') < page.index(' B ') < page.index(' C ')
    page = text_of(browser.get('invoice/?sort=total'))
    assert page.index(' C ') < page.index(' B ') < page.index(' A ')
    pk = invoice.get_model().objects.get(number='A').pk
    assert 'Total 60.00 €' in text_of(browser.get(f'invoice/{pk}/'))
    for path in ('invoice/add/', f'invoice/{pk}/edit/'):
        browser.get(path)
        assert 'total' not in browser.response.context['form'].fields
    for export in ('table', ''):
        assert '60' in browser.get(f'invoice/?export={export}')
    assert 'total' not in browser.get('invoice/?export=importable')
    assert 'A' in text_of(browser.get('invoice/?total__gte=60'))
    assert ' B ' not in text_of(browser.get('invoice/?total__gte=60'))
    sent = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
    assert REFUSED in text_of(browser.post('invoice/bulk-import/', 200, data='number,total\nx,5\n', **sent))


def test_a_list_costs_no_further_query(invoice, line, rest, browser, user):
    for number in range(50):
        make_object(line, quantity=1, unit_price=1, invoice=make_object(invoice, number=str(number)))

    def queries(read, *arguments, **parameters):
        read(*arguments, **parameters)
        with CaptureQueriesContext(connection) as found:
            read(*arguments, **parameters)
        return len(found)

    plain = queries(rest.get, 'invoice/', omit='total,lines')
    assert queries(rest.get, 'invoice/') == plain
    assert queries(rest.get, 'invoice/', ordering='-total', total__gte=0) == plain
    plain = queries(browser.get, 'invoice/?include_columns=number&exclude_columns=total,lines')
    assert queries(browser.get, 'invoice/?include_columns=total,lines') == plain
    assert queries(browser.get, 'invoice/?export=table') <= plain
    pk = invoice.get_model().objects.first().pk
    one = queries(rest.get, f'invoice/{pk}/', omit='total,lines')
    assert queries(rest.get, f'invoice/{pk}/') == one
    objects = invoice.get_model().objects
    plain = queries(lambda: list(objects.all()))
    assert queries(lambda: sum(obj.total for obj in objects.with_rollups())) == plain
    assert sum(obj.total for obj in objects.with_rollups()) == 120
    graphql = GraphQL(user)
    for query in ('{ custom_objects_invoice_list { %s } }', '{ custom_objects_line_list { invoice { %s } } }'):
        assert queries(graphql, query % 'number total lines') == queries(graphql, query % 'number'), query


def test_what_can_be_made_of_values(invoice, line):
    model = line.get_model()
    for title, days in (('a', 3), ('b', 1)):
        found = model.objects.get(title=title)
        found.work, found.due = timedelta(hours=days), f'2026-01-0{days}'
        found.save()
    made = {
        'least': ('min', 'quantity', 1), 'most': ('max', 'title', 'c'), 'first_due': ('min', 'due', '2026-01-01'),
        'last_title': ('latest', 'title', 'c'), 'titles': ('list', 'title', ['a', 'b', 'c']),
        'prices': ('list', 'amount', [Decimal('59.97'), Decimal('0.03'), Decimal('700.00')]),
        'hours': ('sum', 'work', timedelta(hours=4)), 'pieces': ('sum', 'quantity', 11),
        'dates': ('list', 'due', ['2026-01-03', '2026-01-01']), 'flag': ('latest', 'cancelled', True),
    }  # fmt: skip
    for name, (aggregate, field, _value) in made.items():
        rollup(invoice, name, 'line.invoice', aggregate, field)
    rollup(invoice, 'overdue', 'line.invoice', 'count', condition='due < today()')
    objects = invoice.get_model().objects.with_rollups()
    full, empty = objects.get(number='A'), objects.get(number='C')
    for name, (aggregate, _field, value) in made.items():
        shown = getattr(full, name)
        shown = list(map(str, shown)) if name == 'dates' else str(shown) if name == 'first_due' else shown
        assert shown == value, name
        nothing = {'list': [], 'sum': timedelta(0) if name == 'hours' else 0}.get(aggregate)
        assert getattr(empty, name) == nothing, name
    assert full.overdue == 2
    assert list(objects.filter(titles__contains=['d'])) == [objects.get(number='B')]
    # Overflows are null.
    model.objects.update(quantity=2**63 - 1, unit_price=None, work=timedelta.max)
    full = objects.get(number='A')
    assert (full.pieces, full.hours) == (None, None)


def test_all_kinds_of_references(invoice, line):
    kinds = ('invoice', 'copies', 'about', 'notes')
    for name in kinds:
        rollup(invoice, f'by_{name}', f'line.{name}', 'count', condition="title != 'x'")
        rollup(invoice, f'names_{name}', f'line.{name}', 'list', 'title')
    first, second = invoice.get_model().objects.order_by('pk')[:2]
    site = Site.objects.create(name='s', slug='s', pk=second.pk)
    line.get_model().objects.update(invoice=None)
    make_object(line, title='x', copies=[first, second], about=site, notes=[first, site])
    make_object(line, title='y', copies=[second], about=second, notes=[second, first], invoice=first)
    objects = invoice.get_model().objects.with_rollups()
    counts = {obj.pk: [getattr(obj, f'by_{name}') for name in kinds] for obj in objects}
    assert (counts[first.pk], counts[second.pk]) == ([1, 0, 0, 1], [0, 1, 1, 1])
    assert objects.get(pk=second.pk).names_copies == ['x', 'y']
    assert [obj.pk for obj in objects.filter(by_copies=1, by_about=1, by_notes__gte=1)] == [second.pk]


def test_only_what_the_reader_may_view_counts(invoice, line, rest):
    seen = {'title__in': ['a', 'd']}
    reader = make_user('reader', (invoice, ['view'], None), (line, ['view'], seen))
    blind = make_user('blind', (invoice, ['view'], None))
    pages = [(text_of(Browser(user).get('invoice/?sort=-total')), user) for user in (reader, blind)]
    rows = [[(row['total'], row['lines']) for row in Rest(user).get('invoice/')['results']] for _page, user in pages]
    assert rows == [[(59.97, 1), (10, 1), (0, 0)], [(0, 0)] * 3]
    assert '1 A 59.97' in pages[0][0]
    assert '0 A 0.00' in pages[1][0]
    assert Rest(reader).get('invoice/', total__gt=59.98)['count'] == 0
    assert Rest(blind).get('invoice/', total__gt=0)['count'] == 0
    # Sorted as they see it, too: by id where all are alike.
    assert [row['number'] for row in Rest(blind).get('invoice/', ordering='-total')['results']] == ['A', 'B', 'C']
    # Who may not know of the lines learns nothing of them from the definition.
    definer = make_user('definer', (CustomObjectTypeField, ['view', 'change'], None), (CustomObjectType, ['view'],
                        {'name': 'invoice'}))  # fmt: skip
    field = invoice.fields.get(name='total')
    assert 'cancelled' not in str(Rest(definer).get(f'{FIELDS}{field.pk}/'))
    assert 'cancelled' in rest.get(f'{FIELDS}{field.pk}/')['condition']


def test_permissions_cannot_go_round_in_circles(invoice, line):
    """A constraint may name a rollup, but not where it decides what a rollup counts."""
    some = make_user('some', (invoice, ['view'], {'total__gt': 20}), (line, ['view'], None))
    assert [row['number'] for row in Rest(some).get('invoice/')['results']] == ['A']
    none = make_user('none', (invoice, ['view'], None), (line, ['view'], {'invoice__total__gt': 20}))
    assert [row['total'] for row in Rest(none).get('invoice/')['results']] == [0, 0, 0]


@pytest.mark.parametrize(('attributes', 'key', 'message'), [
    ({'referring_field': None}, 'referring_field', 'Choose a field by which objects refer to objects of this type.'),
    ({'referring_field': 'title'}, 'referring_field', 'Choose a field by which objects refer'),
    ({'aggregate': ''}, 'aggregate', 'Choose what is made'),
    ({'aggregate': 'median'}, 'aggregate', 'not a valid choice'),
    ({'aggregate': 'count'}, 'aggregated_field', 'A count takes no values'),
    ({'aggregated_field': None}, 'aggregated_field', 'Choose a field of the referring objects.'),
    ({'aggregated_field': 'number'}, 'aggregated_field', 'Choose a field of the referring objects.'),
    ({'aggregated_field': 'invoice'}, 'aggregated_field', 'cannot be aggregated'),
    ({'aggregated_field': 'title'}, 'aggregate', 'of this kind: text'),
    ({'aggregated_field': 'cancelled', 'aggregate': 'min'}, 'aggregate', 'true or false'),
    ({'condition': 'cancelled ='}, 'condition', 'Line 1, column 11'),
    ({'condition': 'quantity'}, 'condition', 'Line 1, column 1'),
    ({'condition': 'number == null'}, 'condition', 'Unknown field “number”'),
    ({'required': True}, 'required', 'cannot be required'),
    ({'primary': True}, 'primary', 'cannot name objects'),
    ({'context': True}, 'context', 'cannot name objects'),
    ({'unique': True}, 'unique', 'cannot be unique'),
    ({'default': 1}, 'default', 'cannot have a default'),
    ({'type': 'integer'}, 'aggregate', 'This is for rollups.'),
])  # fmt: skip
def test_definitions_that_are_refused(invoice, line, rest, attributes, key, message):
    fields = {'number': invoice.fields.get(name='number'), **{field.name: field for field in line.fields.all()}}
    sent = {'referring_field': 'invoice', 'aggregated_field': 'quantity', 'aggregate': 'sum', **attributes}
    for name in ('referring_field', 'aggregated_field'):
        sent[name] = sent[name] and fields[sent[name]].pk
    errors = rest.post(FIELDS, {'custom_object_type': invoice.pk, 'name': 'more', 'type': 'rollup', **sent}, expect=400)
    assert message in str(errors[key])


def test_what_it_reads_cannot_go(invoice, line, rest):
    """Nor be converted; renames are followed, and the error names the rollup that reads a field."""
    fields = {field.name: field for field in line.fields.all()}
    for name in ('invoice', 'amount', 'cancelled'):
        with pytest.raises(SchemaChangeRefused, match='read by rollups: .*invoice.total'):
            fields[name].delete()
    assert 'invoice.total' in str(rest.patch(f'{FIELDS}{fields["cancelled"].pk}/', {'type': 'text'}, expect=400))
    assert rest.delete(f'{FIELDS}{fields["amount"].pk}/', expect=400)
    other = {'expression': 'title', 'result_type': 'text'}
    assert 'invoice.total' in str(rest.patch(f'{FIELDS}{fields["amount"].pk}/', other, expect=400)['result_type'])
    rest.patch(f'{FIELDS}{fields["amount"].pk}/', {'expression': 'unit_price * quantity'})
    rest.patch(f'{FIELDS}{fields["cancelled"].pk}/', {'name': 'void'})
    rest.patch(f'{FIELDS}{fields["amount"].pk}/', {'name': 'sum'})
    field = invoice.fields.get(name='total')
    assert rest.get(f'{FIELDS}{field.pk}/')['condition'] == 'void == null || !void'
    assert [row['total'] for row in rest.get('invoice/')['results']] == [60, 10, 0]
    assert 'is read by' not in str(rest.patch(f'{FIELDS}{field.pk}/', {'condition': '', 'aggregate': 'max'}))
    assert [row['total'] for row in rest.get('invoice/')['results']] == [700, 10, None]
    # A rollup is not read by another one, nor by anything else of its type.
    rest.post(FIELDS, {'custom_object_type': invoice.pk, 'name': 'x', 'type': 'computed', 'result_type': 'decimal',
                       'expression': 'total * 2'}, expect=400)  # fmt: skip
    field.delete()
    fields['cancelled'].delete()


def test_a_type_that_is_counted_cannot_be_taken_away(invoice, line, rest):
    rollup(invoice, 'mentions', 'line.about', 'count')
    about = line.fields.get(name='about')
    site = [found.pk for found in about.related_object_types.all() if found.model == 'site']
    errors = rest.patch(f'{FIELDS}{about.pk}/', {'related_object_types_input': site}, expect=400)
    assert 'invoice.mentions' in str(errors)
    with pytest.raises(SchemaChangeRefused, match=r'invoice\.mentions'):
        about.related_object_types.set(site)


def test_copies_of_fields(invoice, line, browser):
    """Rollups are left out; what is computed from other fields reads those of the copy."""
    browser.post('custom-object-types/add/', name='bill', slug='bill', fields_of=line.pk)
    bill = CustomObjectType.objects.get(name='bill')
    assert make_object(bill, quantity=2, unit_price=3).__class__.objects.get().amount == 6
    browser.post('custom-object-types/add/', name='receipt', slug='receipt', fields_of=invoice.pk)
    receipt = CustomObjectType.objects.get(name='receipt')
    assert list(receipt.fields.values_list('name', flat=True)) == ['number']


def test_types_are_deleted_with_what_counts_them(invoice, line):
    with pytest.raises(ProtectedError, match='invoice.lines, invoice.total'):
        line.delete()
    line.delete(delete_referencing_fields=True)
    assert list(invoice.fields.values_list('name', flat=True)) == ['number']


def test_a_referred_type_is_deleted_with_its_rollups(invoice, line):
    invoice.delete(delete_referencing_fields=True)
    assert not CustomObjectTypeField.objects.exclude(aggregate='').exists()


def test_a_referred_type_is_restored_with_its_rollups(invoice, line, browser):
    """They have values again as soon as the field is restored, too, by which objects refer to the type."""
    sent = {'confirm': 'true', 'delete_referencing_fields': 'true'}
    browser.post(f'custom-object-types/{invoice.pk}/delete/', **sent)
    for name in ('invoice', 'line.invoice', 'line.copies'):
        restore(next(found for found in find_restorable(open_main_schema()) if found.name == name))
        model = CustomObjectType.objects.get(name='invoice').get_model()
        assert hasattr(model, 'total') == (name != 'invoice')
    assert [(obj.total, obj.lines) for obj in model.objects.order_by('number')] == [(60, 3), (10, 2), (0, 0)]


def test_a_type_that_refers_to_itself(rest):
    part = make_type('part', fields=[{'name': 'title', 'primary': True}, ('weight', 'integer')])
    make_field(part, 'parent', 'object', target=part)
    rollup(part, 'below', 'part.parent', 'sum', 'weight')
    top = make_object(part, title='top', weight=1)
    for weight in (2, 3):
        middle = make_object(part, title='middle', weight=weight, parent=top)
    make_object(part, title='leaf', weight=5, parent=middle)
    assert [row['below'] for row in rest.get('part/')['results']] == [5, 0, 5, 0]
    assert rest.get('part/', below__gt=0)['count'] == 2
    assert part.get_model().objects.filter(parent__below=5, below=0).count() == 2
    part.delete()


def test_the_form(invoice, line, browser):
    fields = {field.name: field.pk for field in line.fields.all()}
    page = text_of(browser.get(f'{FIELDS}add/?custom_object_type={invoice.pk}&type=rollup'))
    assert 'Line › Invoice' in page
    assert 'Line › Title' not in page
    chosen = f'{FIELDS}add/?custom_object_type={invoice.pk}&type=rollup&referring_field={fields["invoice"]}'
    page = text_of(browser.get(f'{chosen}&aggregate=sum'))
    assert 'Amount' in page
    assert 'Fields: about amount cancelled' in page
    browser.get(f'{chosen}&aggregate=count')
    assert 'aggregated_field' not in browser.response.context['form'].fields
    sent = {
        'custom_object_type': invoice.pk, 'name': 'pieces', 'type': 'rollup', 'search_weight': '500',
        'filter_logic': 'loose', 'ui_visible': 'always', 'ui_editable': 'yes', 'weight': '100',
        'referring_field': fields['invoice'], 'aggregate': 'sum', 'aggregated_field': fields['quantity'],
    }  # fmt: skip
    browser.post(f'{FIELDS}add/', 200, condition='quantity = 1', **sent)
    assert list(browser.errors) == ['condition']
    preview = text_of(browser.post(f'{FIELDS}preview/', 200, condition='quantity > 1', **sent))
    assert 'pieces' in preview
    browser.post(f'{FIELDS}add/', condition='quantity > 1', **sent)
    field = CustomObjectTypeField.objects.get(name='pieces')
    assert field.condition == f'${fields["quantity"]} > 1'
    browser.get(f'{FIELDS}{field.pk}/edit/')
    assert browser.response.context['form']['condition'].value() == 'quantity > 1'
    page = text_of(browser.get(f'custom-object-types/{invoice.pk}/'))
    assert 'Sum of line.quantity by line.invoice, where quantity > 1' in page
    assert 'Count by line.invoice' in page


def test_one_without_what_it_reads_is_reported(invoice, line, rest):
    """As it comes from elsewhere: the objects keep working without it."""
    CustomObjectTypeField.objects.filter(name='total').update(aggregated_field=999_999)
    assert 'total' not in rest.get('invoice/')['results'][0]
    assert not hasattr(invoice.get_model(), 'total')
    field = invoice.fields.get(name='total')
    field.aggregate = 'max'
    with pytest.raises(ValidationError):
        field.full_clean()


def test_the_examples_of_the_page(invoice, line, rest):
    text = (ROOT / 'docs' / 'field-types' / 'rollup.md').read_text()
    invoice.fields.get(name='total').delete()
    (body,) = (json.loads(found) for found in re.findall(r'```json\n(.*?)```', text, re.DOTALL))
    ids = {5: invoice.pk, 12: line.fields.get(name='invoice').pk, 15: line.fields.get(name='amount').pk}
    rest.post(FIELDS, {key: ids.get(value, value) for key, value in body.items()})
    path, query = re.search(r'GET /api/plugins/custom-objects/(\S+)\?(\S+)', text).groups()
    make_object(line, quantity=1, unit_price=100, invoice=invoice.get_model().objects.get(number='C'))
    make_object(line, quantity=1, unit_price=100, invoice=invoice.get_model().objects.get(number='A'))
    assert [row['number'] for row in rest.get(path, **dict(parse_qsl(query)))['results']] == ['A']
    (code,) = re.findall(r'```python\n(.*?)```', text, re.DOTALL)
    printed = []
    exec(code, {'Invoice': invoice.get_model(), 'print': lambda *parts: printed.append(parts)})
    assert [(str(found), total) for found, total in printed] == [('A', 160), ('B', 10), ('C', 100)]


def test_templates_of_exports(invoice, browser):
    template = ExportTemplate.objects.create(
        name='totals', template_code='{% for obj in queryset %}{{ obj }}={{ obj.total }} {% endfor %}'
    )
    template.object_types.add(invoice.object_type)
    with CaptureQueriesContext(connection) as found:
        assert browser.get('invoice/?export=totals') == 'A=60.00 B=10.00 C=0.00 '
    assert len([query for query in found if f'FROM "{invoice.get_database_table_name()}"' in query['sql']]) == 1


def test_graphql(invoice, line, user):
    query = '{ custom_objects_invoice_list(filters: {total: {gt: 20}}, order: {total: DESC}) { number total lines } }'
    assert GraphQL(user)(query)['custom_objects_invoice_list'] == [{'number': 'A', 'total': '60.00', 'lines': 3}]
    blind = make_user('blind', (invoice, ['view'], None))
    found = GraphQL(blind)('{ custom_objects_invoice_list { total } }')['custom_objects_invoice_list']
    assert found[0]['total'] == '0.00'


# No value is written to an object itself, so that the contract of all types has nothing to write: this module looks at
# each surface.
CASES = ()
