"""Names that NetBox's own forms and pages read from a request are none that a field can have."""

import inspect
import re
from pathlib import Path

import pytest

import netbox
from netbox.tables import tables
from netbox.views.generic import bulk_views, mixins, object_views
from utilities import paginator, views

from netbox_custom_objects.api.views.base import PARAMETERS
from netbox_custom_objects.filtersets import CustomObjectFilterSet
from netbox_custom_objects.forms.filters import CustomObjectFilterForm
from netbox_custom_objects.forms.objects import (
    CustomObjectBulkEditForm,
    CustomObjectForm,
    CustomObjectImportForm,
)
from netbox_custom_objects.models import CustomObjectTypeField
from netbox_custom_objects.models.validation.reserved import is_reserved, parameter_of
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import form_of, url

FORMS = (CustomObjectForm, CustomObjectBulkEditForm, CustomObjectImportForm)
MODULES = (bulk_views, mixins, object_views, tables, paginator, views)
READ = re.compile(
    r"""request\.(?P<first>GET|POST)(?:\.get|\.getlist|\.pop)?[(\[]['"](?P<name>\w+)"""
    r"""|['"](?P<other>\w+)['"]\s+in\s+(?:self\.)?request\.(?P<second>GET|POST)"""
)
# Read by the page of a bulk edit as initial values of inputs, which our form does without; see its test.
UNUSED = {'device', 'device_type', 'virtual_machine'}
# Read by forms on which there are no fields of a type.
ELSEWHERE = {'field_names'}


def read_by_netbox(method: str) -> set[str]:
    """Return the names that pages read of a query (GET), or of a form that is sent (POST)."""
    forms = (CustomObjectFilterForm,) if method == 'GET' else FORMS
    names = {name for form in forms for name in form.base_fields}
    for module in MODULES:
        for match in READ.finditer(inspect.getsource(module)):
            if method in (match['first'], match['second']):
                names.add(match['name'] or match['other'])
    return {name for name in names if not name.startswith('_')} - UNUSED - ELSEWHERE


def test_what_netbox_reads_is_found():
    assert {'return_url', 'background_job', 'pk', 'add_tags'} <= read_by_netbox('POST')
    assert {'export', 'per_page', 'tableconfig_id', 'return_url', 'q'} <= read_by_netbox('GET')


def test_no_field_can_have_the_name_of_an_input():
    assert not [name for name in sorted(read_by_netbox('POST')) if not is_reserved(name)]


def test_no_field_can_have_the_name_of_what_templates_read_of_a_form():
    """An input would be found in its place: `form.errors` is `form['errors']` to Django, if there is one."""
    folders = [Path(inspect.getfile(netbox)).parent / '_data' / 'templates', Path(inspect.getfile(paginator)).parent]
    texts = [path.read_text() for folder in folders for path in folder.rglob('*.html')]
    read = {name for text in texts for name in re.findall(r'\bform\.([a-z]\w*)', text)}
    forms = (*FORMS, CustomObjectFilterForm)
    assert {'errors', 'fieldsets', 'hidden_fields'} <= read
    assert not [name for name in read if any(hasattr(form, name) for form in forms) and not is_reserved(name)]


def test_no_filter_has_the_name_of_a_parameter():
    assert not [name for name in read_by_netbox('GET') if not is_reserved(name) and parameter_of(name) == name]
    known = {name for name in CustomObjectFilterSet.base_filters if '__' not in name} | PARAMETERS
    assert not [name for name in known if not is_reserved(name) and parameter_of(name) == name and name[0] != '_']


def test_it_is_refused(db):
    rest = Rest(superuser())
    thing = make_type('thing')
    for name in ('return_url', 'background_job', 'csrfmiddlewaretoken'):
        body = {'custom_object_type': thing.pk, 'name': name, 'type': 'text'}
        assert list(rest.post('custom-object-type-fields/', body, expect=400)) == ['name']
    # Nor can what a field brings along.
    body = {'custom_object_type': thing.pk, 'name': 'return', 'type': 'url'}
    rest.post('custom-object-type-fields/', body)


@pytest.mark.parametrize('name', ['return_url', 'background_job'])
def test_a_field_that_has_such_a_name_from_before_does_no_harm(browser, db, name):
    thing = make_type('thing', fields=[{'name': 'title', 'primary': True}])
    field = make_field(thing, 'before')
    CustomObjectTypeField.objects.filter(pk=field.pk).update(name=name)
    made = make_object(thing, title='a', **{name: 'kept'})
    browser.post('thing/add/', title='b')
    browser.post(f'thing/{made.pk}/edit/', title='c')
    browser.post('thing/bulk-edit/', pk=[made.pk], title='d', _apply='1')
    browser.post('thing/bulk-import/', data='title\ne', format='csv', csv_delimiter='auto')
    assert sorted(thing.get_model().objects.values_list('title', name)) == [('b', None), ('d', 'kept'), ('e', None)]


def test_filters_of_the_list_do_not_fill_in_the_bulk_edit_form(browser, sites):
    thing = make_type('thing', fields=[{'name': 'title', 'primary': True}, ('device', 'text')])
    made = make_object(thing, title='a')
    page = browser.client.post(url('thing/bulk-edit/?device=edge'), {'pk': [made.pk]})
    assert page.context['form'].initial == {'pk': [str(made.pk)]}
    sent = {'pk': [made.pk], 'device': 'edge', '_apply': '1'}
    assert browser.client.post(url('thing/bulk-edit/?device=edge'), sent).status_code == 302
    assert thing.get_model().objects.get().device == 'edge'


def test_what_templates_show_on_their_own_is_shown_once_and_stored(browser, db):
    folder = Path(inspect.getfile(netbox)).parent / '_data' / 'templates'
    texts = [(folder / name).read_text() for name in ('htmx/form.html', 'generic/bulk_edit.html')]
    shown = {name for text in texts for name in re.findall(r'render_field form\.(\w+)', text)}
    assert {'changelog_message', 'owner', 'comments'} <= shown
    names = sorted(name for name in shown if not is_reserved(name))
    fields = [{'name': name, 'type': 'longtext', 'group_name': 'Notes'} for name in names]
    thing = make_type('thing', fields=[{'name': 'title', 'primary': True}, *fields])
    made = [make_object(thing, title=title) for title in 'ab']
    selected = [obj.pk for obj in made]
    pages = {
        'thing/add/': browser.get('thing/add/'),
        f'thing/{made[0].pk}/edit/': browser.get(f'thing/{made[0].pk}/edit/'),
        'thing/bulk-edit/': browser.post('thing/bulk-edit/', 200, pk=selected),
    }
    for path, page in pages.items():
        assert [page.count(f' name="{name}"') for name in names] == [1] * len(names), path
        is_bulk = 'bulk' in path
        values = {name: f'{name} of {path}' for name in names}
        browser.post(path, **form_of(page) | values | ({'_apply': '1'} if is_bulk else {'title': path}))
        assert thing.get_model().objects.filter(**values).count() == (2 if is_bulk else 1), path
