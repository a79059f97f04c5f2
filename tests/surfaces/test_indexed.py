"""Indexed fields in REST, GraphQL, pages, previews and the counts of filters that read whole tables."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.filtersets import objects
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.services.attention import unindexed
from netbox_custom_objects.views.fields import suggestions
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.graphql import GraphQL
from tests.surfaces.rest import make_user, superuser
from tests.surfaces.ui import Browser, form_of, text_of

FIELDS = 'custom-object-type-fields/'
SITE = {'app_label': 'dcim', 'model': 'site'}


@pytest.fixture
def thing(db):
    """A type with three objects."""
    thing = make_type('thing', fields=[
        {'name': 'title', 'primary': True}, {'name': 'code', 'suggest_values': True}, ('size', 'integer'),
    ])  # fmt: skip
    for number in range(3):
        make_object(thing, title=f'title {number}', code=f'code {number}', size=number)
    return thing


def test_rest_reads_writes_filters_and_refuses(rest, thing):
    made = rest.post(FIELDS, {'custom_object_type': thing.pk, 'name': 'made', 'type': 'text', 'indexed': True})
    assert made['indexed'] is True
    assert rest.get(FIELDS, indexed=True)['count'] == 1
    rest.patch(f'{FIELDS}{made["id"]}/', {'indexed': False})
    assert rest.get(FIELDS, indexed=True)['count'] == 0
    for type_, options, message in (
        ('json', {}, 'Fields of this type cannot be indexed.'),
        ('coordinates', {}, 'Fields of this type cannot be indexed.'),
        ('object', {'related_object_type': SITE}, 'References are always indexed.'),
        ('multiobject', {'related_object_type': SITE}, 'References are always indexed.'),
    ):
        data = {'custom_object_type': thing.pk, 'name': 'bad', 'type': type_, 'indexed': True, **options}
        assert rest.post(FIELDS, data, expect=400) == {'indexed': [message]}, type_
    data = {'custom_object_type': thing.pk, 'name': 'bad', 'type': 'object', 'related_object_types': [SITE]}
    data |= {'is_polymorphic': True, 'indexed': True}
    assert rest.post(FIELDS, data, expect=400) == {'indexed': ['References are always indexed.']}


def test_graphql_reads_and_filters(thing):
    make_field(thing, 'made', indexed=True)
    query = '{ custom_object_type_field_list(filters: {indexed: {exact: true}}) { name indexed } }'
    found = GraphQL(superuser())(query)
    assert found == {'custom_object_type_field_list': [{'name': 'made', 'indexed': True}]}


def test_the_form_can_be_opened_with_the_wish(browser, thing):
    field = CustomObjectTypeField.objects.get(name='code')
    for wish, sent in (('', ['']), ('?indexed=on', ['', 'on'])):
        page = browser.get(f'{FIELDS}{field.pk}/edit/{wish}')
        assert form_of(page)['indexed'] == sent


class TestCounts:
    """Which filters read whole tables."""

    @pytest.fixture
    def large(self, thing, settings, monkeypatch):
        monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], 'inline_row_limit', 2)
        monkeypatch.setattr(unindexed, 'SAMPLED', 1)
        cache.clear()
        with connection.cursor() as cursor:
            cursor.execute('ANALYZE')
        return thing

    def test_are_on_the_page_of_the_type_with_a_way_to_index_the_field(self, rest, browser, large):
        page = browser.get(large.get_absolute_url())
        assert 'Objects (estimate)' in page
        assert 'Requests (estimate)' not in page
        for _time in range(3):
            rest.get('thing/', code='x')
        browser.get('thing/?size=1')
        rest.get('thing/', id=1)
        page = browser.get(large.get_absolute_url())
        pks = dict(large.fields.values_list('name', 'pk'))
        assert f'{pks["code"]}/edit/?indexed=on' in page
        assert f'{pks["size"]}/edit/?indexed=on' in page
        assert f'{pks["title"]}/edit/?indexed=on' not in page
        CustomObjectTypeField.objects.filter(name='size').update(indexed=True)
        rest.get('thing/', q='titl')
        page = browser.get(large.get_absolute_url())
        assert f'{pks["title"]}/edit/?indexed=on' in page
        assert f'{pks["size"]}/edit/?indexed=on' not in page

    def test_and_sizes_are_for_those_who_may_change_fields(self, rest, large):
        rest.get('thing/', code='x')
        viewer = make_user('viewer', (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view'], None))
        assert 'Objects (estimate)' not in Browser(viewer).get(large.get_absolute_url())
        some = make_user(
            'some', (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['change', 'view'], {'name': 'size'})
        )
        page = Browser(some).get(large.get_absolute_url())
        assert 'Objects (estimate)' in page
        assert '?indexed=on' not in page

    def test_few_objects_are_counted(self, browser, thing):
        """PostgreSQL's estimate of a new table is nothing, or nought."""
        assert 'Objects 3 Tables' in ' '.join(text_of(browser.get(thing.get_absolute_url())).split())

    def test_leave_out_small_tables_and_most_requests(self, rest, large, settings, monkeypatch):
        monkeypatch.setattr(unindexed, 'SAMPLED', 10**9)
        rest.get('thing/', code='x')
        monkeypatch.setattr(unindexed, 'SAMPLED', 1)
        monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], 'inline_row_limit', 100)
        rest.get('thing/', code='x')
        monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], 'inline_row_limit', 2)
        definition = large.get_model()._definition
        assert unindexed.filters_without_index(definition.fields) == {}


def test_a_text_is_searched_once_if_few_objects_have_it(rest, thing, monkeypatch):
    for few, searches in ((1000, 1), (0, 3)):
        monkeypatch.setattr(objects, 'FEW', few)
        with CaptureQueriesContext(connection) as queries:
            found = rest.get('thing/', q='ITLE 1')
        assert [row['title'] for row in found['results']] == ['title 1']
        assert sum(' LIKE ' in query['sql'] for query in queries) == searches
        assert rest.get('thing/', q='title', size=2)['count'] == 1
        assert rest.get('thing/', q='title')['count'] == 3


def test_suggestions_of_indexed_fields_come_from_all_objects(browser, thing, monkeypatch):
    monkeypatch.setattr(suggestions, 'LOOKED_AT', 1)
    field = CustomObjectTypeField.objects.get(name='code')
    path = f'custom-object-type-fields/{field.pk}/suggestions/?code='
    assert 'code 2' in browser.get(f'{path}CODE')
    assert 'code 0' not in browser.get(f'{path}CODE')
    field.indexed = True
    field.full_clean()
    field.save()
    assert 'code 0' in browser.get(f'{path}CODE+0')
    assert 'code 0' not in browser.get(f'{path}ode+0'), 'the index knows how texts begin'
    user = make_user('user', (thing, ['view', 'change'], [{'title': 'title 1'}]))
    assert 'code 0' not in Browser(user).get(f'{path}CODE+0')
    assert 'code 1' in Browser(user).get(f'{path}CODE')
