"""The contract of every field type on pages: forms, bulk edit, import and export, lists, filters, clone and search."""

import csv
import io
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.forms import MultiWidget
from django.http import QueryDict

from extras.models import CachedValue
from users.models import User
from utilities.querydict import prepare_cloned_fields

from netbox_custom_objects.choices import FilterLogicChoices
from netbox_custom_objects.filtersets import get_filterset_class
from netbox_custom_objects.tables import get_table_class
from tests.field_types.case import NAME, resolve
from tests.field_types.cases import SAMPLED
from tests.field_types.kit import expected
from tests.surfaces.ui import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize('case', SAMPLED, ids=str, scope='module')]


def fields_of(case, form):
    """Return the parts of a form's errors, or of its inputs, that are about the field."""
    return {name for name in form if name.startswith(NAME)}


def import_file(browser, rows, expect=302):
    """Send rows of {column: text} to the import form; return the page."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
    writer.writeheader()
    writer.writerows(rows)
    return import_text(browser, file.getvalue(), expect)


def import_text(browser, text, expect=302):
    return browser.post(
        'thing/bulk-import/', expect, data=text, format='csv', csv_delimiter=',', import_method='direct'
    )


def test_add_edit_and_clear(browser, kit, case):
    browser.get('thing/add/')
    inputs = fields_of(case, browser.response.context['form'].fields)
    # What is computed has none, but what it is computed from; what is drawn is only shown.
    assert bool(inputs) != bool(case.source)
    assert {browser.response.context['form'].fields[name].disabled for name in inputs} <= {case.is_drawn}
    if case.is_drawn:
        return
    for sample in case.samples:
        browser.post('thing/add/', title='x', **resolve(sample.form))
        obj = kit.model.objects.latest('pk')
        assert kit.get(obj) == expected(case, sample.value)
        # An edit form that is sent back as it was shown changes nothing.
        browser.get(f'thing/{obj.pk}/edit/')
        browser.post(f'thing/{obj.pk}/edit/', **shown_values(browser, case, sample))
        assert kit.get(obj) == expected(case, sample.value)
    other = case.samples[0]
    browser.post(f'thing/{obj.pk}/edit/', title='x', **resolve(other.form))
    assert kit.get(obj) == expected(case, other.value)
    browser.post(f'thing/{obj.pk}/edit/', title='x')
    assert kit.get(obj) is None


def shown_values(browser, case, sample):
    """Return what the form on the last page would send if nobody touched it."""
    form = browser.response.context['form']
    shown = {}
    for name in ('title', *resolve(case.fields_of(sample))):
        widget, value = form[name].field.widget, form[name].value()
        if isinstance(widget, MultiWidget):
            inputs = widget.get_context(name, value, {})['widget']['subwidgets']
            shown |= {part['name']: part['value'] for part in inputs}
        else:
            shown[name] = value
    return {name: value for name, value in shown.items() if value is not None}


def test_the_form_refuses_what_the_definition_forbids(browser, kit, case):
    if case.source or case.is_drawn:
        return
    kit.edit(required=True, unique=case.unique)
    first = resolve(case.samples[0].form)
    browser.post('thing/add/', 200, title='x')
    assert fields_of(case, browser.errors)
    if case.bad_form is not None:
        browser.post('thing/add/', 200, title='x', **resolve(case.bad_form))
        assert fields_of(case, browser.errors)
    assert not kit.model.objects.exists()
    browser.post('thing/add/', title='x', **first)
    if case.unique:
        browser.post('thing/add/', 200, title='x', **first)
        assert fields_of(case, browser.errors)
    assert kit.model.objects.count() == 1


def test_bulk_edit(browser, kit, case):
    if case.is_drawn:
        return
    first, second = case.samples[:2]
    objects = [kit.make(first.value), kit.make(None)]
    sent = {'pk': [obj.pk for obj in objects], '_apply': '1'}
    browser.post('thing/bulk-edit/', **sent, **resolve(second.form))
    assert [kit.get(obj) for obj in objects] == [expected(case, second.value)] * 2
    browser.post('thing/bulk-edit/', **sent)
    assert [kit.get(obj) for obj in objects] == [expected(case, second.value)] * 2
    browser.post('thing/bulk-edit/', **sent, _nullify=case.fields_of(second))
    assert [kit.get(obj) for obj in objects] == [None] * 2


def test_what_is_imported(browser, kit, case):
    import_file(browser, [{'title': str(number), **resolve(sample.text)} for number, sample in enumerate(case.samples)])
    objects = kit.model.objects.order_by('pk')
    assert [kit.get(obj) for obj in objects] == [expected(case, sample.value) for sample in case.samples]


def test_what_is_exported_can_be_imported_unchanged(browser, kit, case):
    kit.make_samples()
    for value in case.values:
        # All surfaces cut white space off at the ends of a text.
        if value == trimmed(value):
            kit.make(value)
    before = [kit.get(obj) for obj in kit.model.objects.order_by('pk')]
    exported = browser.get('thing/?export=importable')
    file = csv.DictReader(io.StringIO(exported, newline=''))
    written = case.source_of() if case.source else NAME
    assert [column for column in file.fieldnames if column.startswith(written)] == list(case.samples[0].text)
    assert case.source == '' or NAME not in file.fieldnames
    rows = list(file)
    for row, sample in zip(rows, case.samples):
        assert {column: row[column] for column in sample.text} == resolve(sample.text)
    for obj in kit.model.objects.all():
        kit.set(obj, None)
    import_text(browser, exported)
    assert [kit.get(obj) for obj in kit.model.objects.order_by('pk')] == before
    # Without the IDs, the rows are new objects.
    kit.model.objects.all().delete()
    import_file(browser, [{column: text for column, text in row.items() if column != 'id'} for row in rows])
    assert [kit.get(obj) for obj in kit.model.objects.order_by('pk')] == before
    # The export for people holds no markup.
    for row in csv.DictReader(io.StringIO(browser.get('thing/?export'))):
        assert '<' not in ''.join(row.values())


def trimmed(value):
    if isinstance(value, list):
        return [trimmed(item) for item in value]
    return value.strip() if isinstance(value, str) else value


def test_import_errors_name_the_record_and_the_column(browser, kit, case):
    if case.bad_text is None:
        return
    first = {'title': 'good', **resolve(case.samples[0].text)}
    page = text_of(import_file(browser, [first, {'title': 'bad', **case.bad_text}], expect=200))
    messages = ' '.join(str(error) for errors in browser.response.context['form'].errors.values() for error in errors)
    assert f'Record 2 {NAME}' in (messages or page)
    assert not kit.model.objects.exists()


def show_column(kit):
    """Have the list show the values of the field, which it leaves out by itself as they may be long."""
    table = get_table_class(kit.model)
    shown = [name for name in table.base_columns if name.startswith(('title', NAME))]
    User.objects.get().config.set(f'tables.{table.__name__}.columns', shown, commit=True)


def test_list_and_detail(browser, kit, case):
    if not kit.field_type.listed:
        show_column(kit)
    objects = kit.make_samples()
    text = text_of(browser.get('thing/'))
    for sample in case.samples:
        assert ' '.join(sample.cell.split()) in text
    for obj in objects:
        browser.get(f'thing/{obj.pk}/')
    if case.order is not None:
        for sign, wanted in (('', case.order), ('-', case.order[::-1])):
            page = browser.get(f'thing/?sort={sign}{NAME}&export')
            titles = [row['Title'] for row in csv.DictReader(io.StringIO(page)) if row['Title'] != 'null']
            assert titles == [str(number) for number in wanted]


def test_filter_form(browser, kit, case):
    """The inputs are rendered, and each asks a filter that there is."""
    kit.make_samples()
    browser.get('thing/')
    inputs = fields_of(case, browser.response.context['filter_form'].fields)
    assert inputs
    assert inputs <= {resolve(filter.parameter) for filter in case.filters}
    for number, filter in enumerate(case.filters):
        query = urlencode({resolve(filter.parameter): resolve(filter.value)}, doseq=True)
        found = get_filterset_class(kit.model)(QueryDict(query), kit.model.objects.all()).qs
        assert len(found) == len(filter.matches), filter
        if number == 0:  # the page asks this filterset, too
            rows = csv.DictReader(io.StringIO(browser.get(f'thing/?{query}&export')))
            assert len(list(rows)) == len(filter.matches), filter
    for parameter, value in resolve(case.bad_filters):
        browser.get(f'thing/?{urlencode({parameter: value})}', 400 if '\0' in value else 200)
    kit.edit(filter_logic=FilterLogicChoices.DISABLED)
    browser.get('thing/')
    assert not fields_of(case, browser.response.context['filter_form'].fields)


def test_clone(browser, kit, case):
    if not case.clonable:
        return
    kit.edit(is_cloneable=True)
    for sample in case.samples:
        obj = kit.make(sample.value)
        query = prepare_cloned_fields(obj).urlencode()
        browser.get(f'thing/add/?{query}')
        browser.post('thing/add/', **{**shown_values(browser, case, sample), 'title': 'clone'})
        assert kit.get(kit.model.objects.latest('pk')) == expected(case, sample.value)


def test_an_address_prefills_the_add_form(browser, kit, case):
    """By the names of the inputs, whatever they are."""
    if case.is_drawn:
        return
    for sample in case.samples:
        sent = resolve(sample.form)
        browser.get(f'thing/add/?{urlencode(sent, doseq=True)}')
        browser.post('thing/add/', **{**shown_values(browser, case, sample), 'title': 'x'})
        assert kit.get(kit.model.objects.latest('pk')) == expected(case, sample.value)


def test_an_import_without_the_column_takes_the_default(browser, kit, case):
    if case.default is None:
        return
    default, value = resolve(case.default)
    for required in (False, True):
        kit.edit(required=required, default=default)
        import_file(browser, [{'title': 'x'}])
        assert kit.get(kit.model.objects.get(title='x')) == expected(case, value)
        # NetBox's page says what a file must have.
        browser.get('thing/bulk-import/')
        assert not any(found.required for name, found in browser.response.context['fields'].items() if name != 'title')
        # A record of an existing object leaves out what it does not change.
        obj = kit.make(case.values[0], 'y')
        import_file(browser, [{'id': str(obj.pk), 'title': 'z'}])
        assert kit.get(obj) == expected(case, case.values[0])
        kit.model.objects.all().delete()


def test_global_search(browser, kit, case, django_capture_on_commit_callbacks):
    kit.edit(search_weight=500)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        objects = kit.make_samples()
        for obj in objects:
            obj.save()  # once it has its links
    if case.word is None:
        assert not CachedValue.objects.filter(object_type=kit.type.object_type, field__startswith=NAME).exists()
        return
    browser.get(f'/search/?{urlencode({"q": case.word})}')
    found = [row.object_id for row in browser.response.context['table'].data.data]
    assert set(found) == {objects[0].pk}
