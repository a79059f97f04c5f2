"""Fields may have names that NetBox uses for parameters; names that it uses for keys are refused with a suggestion."""

from datetime import date

import pytest

from dcim.models import Site
from extras.models import SavedFilter, Tag
from users.models import User

from dev.paths import ROOT
from netbox_custom_objects.filtersets import get_filterset_class
from netbox_custom_objects.models.validation.reserved import QUERY_PARAMETERS, is_reserved, parameter_of
from tests.support.factories import make_field, make_object, make_type
from tests.support.kept import KEEPER, read_again
from tests.surfaces.graphql import GraphQL
from tests.surfaces.ui import text_of

# All that are allowed: each is used by some public model.
PARAMETERS = sorted(name for name in QUERY_PARAMETERS if not is_reserved(name))
NAMES = sorted({'end', 'model', 'group', 'type', 'class', 'from', 'data', 'view', *PARAMETERS})


def make_record():
    return make_type('record', fields=[{'name': 'title', 'primary': True}, *((name, 'text') for name in NAMES)])


@pytest.fixture
def record(db):
    return read_again(KEEPER.value)


def test_the_documentation_lists_them():
    assert {'start', 'contact', 'format', 'filter', 'page', 'sort'} <= set(PARAMETERS)
    text = (ROOT / 'docs' / 'rest-api.md').read_text().split('These are the names: ')[1].split('.\n')[0]
    assert text.replace('`', '').split() == PARAMETERS


@pytest.mark.kept.with_args(make_record)
class TestNames:
    def test_in_rest(self, rest, record):
        body = {'title': 'a', **{name: f'value of {name}' for name in NAMES}}
        made = rest.post('record/', body)
        assert {key: made[key] for key in body} == body
        other = rest.post('record/', {'title': 'b'})
        for name in NAMES:
            for parameter, value in (
                (parameter_of(name), f'value of {name}'),
                (f'{name}__empty', 'false'),
                (f'{parameter_of(name)}__empty', 'false'),
            ):
                found = rest.get('record/', **{parameter: value})['results']
                assert [o['id'] for o in found] == [made['id']], parameter
        assert rest.patch(f'record/{other["id"]}/', {'start': 'x'})['start'] == 'x'
        assert [o['title'] for o in rest.get('record/', ordering='-start')['results']] == ['b', 'a']

    def test_parameters_of_netbox_mean_what_they_did(self, rest, record):
        for title in ('a', 'b', 'c'):
            tagged = make_object(record, title=title, limit='1', tag='x', contact='x')
        tagged.tags.add(Tag.objects.create(name='T', slug='t'))
        assert len(rest.get('record/', limit=2, offset=1)['results']) == 2
        assert set(rest.get('record/', brief='true')['results'][0]) == {'id', 'url', 'display'}
        assert set(rest.get('record/', fields='id,format')['results'][0]) == {'id', 'format'}
        assert [o['id'] for o in rest.get('record/', tag='t')['results']] == [tagged.pk]
        assert [o['id'] for o in rest.get('record/', start=tagged.pk)['results']] == [tagged.pk]
        assert rest.get('record/', q='c')['count'] == 1
        assert rest.get('record/', field_tag='x', field_limit='1', field_contact='x')['count'] == 3

    def test_on_pages(self, browser, record):
        values = {name: f'value of {name}' for name in NAMES}
        browser.post('record/add/', title='a', **values)
        obj = record.get_model().objects.get()
        assert {name: getattr(obj, name) for name in NAMES} == values
        page = text_of(browser.get(f'record/{obj.pk}/'))
        assert all(value in page for value in values.values())
        browser.post(f'record/{obj.pk}/edit/', title='a', **{**values, 'model': 'other'})
        browser.post('record/bulk-edit/', pk=[obj.pk], start='begun', model='T1', _apply='1')
        obj.refresh_from_db()
        assert (obj.start, obj.model, obj.end) == ('begun', 'T1', 'value of end')
        browser.post('record/bulk-import/', data='title,start,model\nb,x,T2', format='csv', csv_delimiter='auto')
        page = browser.get('record/?field_start=begun&sort=-title&per_page=50&page=1')
        for parameter in ('field_start', 'model', 'field_tag', 'end'):
            assert f'name="{parameter}"' in page
        assert [row.title for row in browser.response.context['table'].data] == ['a']
        assert len(browser.response.context['filter_form'].declared_fields) > len(NAMES)
        assert browser.get('record/?export=table').startswith('ID')

    def test_in_graphql(self, rest, record):
        values = {name: f'value of {name}' for name in NAMES}
        make_object(record, title='a', **values)
        make_object(record, title='b')
        graphql = GraphQL(User.objects.get())
        asked = f'custom_objects_record_list(filters: {{start: {{i_contains: "of"}}}}) {{ {" ".join(NAMES)} }}'
        found = graphql(f'{{ {asked} }}')
        assert found == {'custom_objects_record_list': [values]}

    def test_saved_filters_follow_a_rename(self, rest, record):
        saved = SavedFilter.objects.create(
            name='s', slug='s', parameters={'field_start': ['a'], 'start__ic': ['a'], 'start': ['1'], 'end': ['b']}
        )
        saved.object_types.set([record.object_type])
        path = f'custom-object-type-fields/{record.fields.get(name="start").pk}/'
        rest.patch(path, {'name': 'begun', 'update_dependents': True})
        saved.refresh_from_db()
        assert saved.parameters == {'begun': ['a'], 'begun__ic': ['a'], 'start': ['1'], 'end': ['b']}
        rest.patch(path, {'name': 'start', 'update_dependents': True})
        saved.refresh_from_db()
        assert saved.parameters == {'field_start': ['a'], 'field_start__ic': ['a'], 'start': ['1'], 'end': ['b']}


def test_lookups_stay(rest):
    thing = make_type('booking', fields=[{'name': 'title', 'primary': True}, ('start', 'date'), ('end', 'date')])
    site = make_field(thing, 'contact', 'object', target=Site)
    place = Site.objects.create(name='S', slug='s')
    obj = make_object(thing, title='a', start=date(2024, 5, 1), end=date(2024, 5, 3), contact=place)
    make_object(thing, title='b', start=date(2025, 1, 1))
    for parameters in (
        {'start__lt': '2024-12-31'}, {'field_start': '2024-05-01'}, {'field_start__lte': '2024-05-01'},
        {'end': '2024-05-03'}, {'start__gte': '2024-01-01', 'end__lte': '2024-06-01'},
        {'field_contact': 's'}, {'contact_id': place.pk}, {'contact__empty': 'false'},
    ):  # fmt: skip
        assert [found['id'] for found in rest.get('booking/', **parameters)['results']] == [obj.pk], parameters
    # These are NetBox's own.
    names = get_filterset_class(thing.get_model()).base_filters
    assert names['contact__n'].field_name != site.name
    assert names['field_contact'].field_name == site.name


@pytest.mark.parametrize(('name', 'suggested'), [
    ('url', 'website or link_url'), ('display', 'display_text or screen'), ('id', 'identifier or number'),
    ('tags', 'labels or keywords'), ('owner', 'owned_by or responsible'), ('created', 'created_on or creation_date'),
    ('save', 'save_value or own_save'),
])  # fmt: skip
def test_a_reserved_name_is_refused_with_a_suggestion(rest, name, suggested):
    thing = make_type('thing')
    body = {'custom_object_type': thing.pk, 'name': name, 'type': 'text'}
    (message,) = rest.post('custom-object-type-fields/', body, expect=400)['name']
    assert f'such as {suggested}.' in message
    for other in suggested.split(' or '):
        rest.post('custom-object-type-fields/', {**body, 'name': other})
    (message,) = rest.post('custom-object-type-fields/', body, expect=400)['name']
    assert suggested.split(' or ', maxsplit=1)[0] not in message.split()


def test_a_name_that_is_the_parameter_of_another_field_is_refused(rest):
    thing = make_type('thing', fields=[('start', 'date')])
    body = {'custom_object_type': thing.pk, 'name': 'field_start', 'type': 'text'}
    (message,) = rest.post('custom-object-type-fields/', body, expect=400)['name']
    assert 'field_start is used by the field start' in message
