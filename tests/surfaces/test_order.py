"""Orders of lists: no page repeats or loses an object, and references are sorted by the names that they show."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.models import CustomObjectTypeField
from netbox_custom_objects.runtime.classes import managers
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.graphql import GraphQL
from tests.surfaces.rest import Rest, make_user
from tests.surfaces.ui import Browser, text_of

COUNT, PAGE = 300, 50


@pytest.fixture
def many(db):
    """Objects whose order in the table is not that of their keys, all with the same state."""
    many = make_type('many', fields=[{'name': 'name', 'primary': True}, ('state', 'text')])
    model = many.get_model()
    model.objects.bulk_create(model(name=f'n{n}', state='x') for n in range(COUNT))
    for pk in model.objects.values_list('pk', flat=True)[: COUNT // 2]:
        model.objects.filter(pk=pk).update(name='moved')
    return many


def test_pages_of_a_rest_list_show_each_object_once(rest, many):
    for ordering in ('state', '-state', 'state,-state', 'created'):
        pages = [rest.get('many/', ordering=ordering, limit=PAGE, offset=at) for at in range(0, COUNT, PAGE)]
        assert len({row['id'] for page in pages for row in page['results']}) == COUNT, ordering


def test_pages_of_a_list_show_each_object_once(browser, many):
    shown = []
    for page in range(1, COUNT // PAGE + 1):
        text = browser.get(f'many/?sort=-state&per_page={PAGE}&page={page}')
        shown += re.findall(r'name="pk" value="(\d+)"', text)
    assert len(shown) == len(set(shown)) == COUNT


def test_pages_of_a_graphql_list_show_each_object_once(user, many):
    graphql, shown = GraphQL(user), []
    for sign in ('ASC', 'DESC'):
        for at in range(0, COUNT, PAGE):
            page = f'order: {{state: {sign}}}, pagination: {{offset: {at}, limit: {PAGE}}}'
            shown += [row['id'] for row in graphql(f'{{ found: custom_objects_many_list({page}) {{ id }} }}')['found']]
    assert len(shown) == 2 * len(set(shown)) == 2 * COUNT
    assert shown[:COUNT] == shown[COUNT:][::-1]


def test_a_page_far_from_the_start_is_found_by_keys(rest, browser, many, monkeypatch):
    """What is shown is the same; PostgreSQL reads the objects of the page, and of those before it the keys alone."""
    expected = rest.get('many/', ordering='name', limit=PAGE, offset=PAGE)['results']
    listed = re.findall(r'name="pk" value="(\d+)"', browser.get(f'many/?sort=name&per_page={PAGE}&page=2'))
    monkeypatch.setattr(managers, 'DEEP', PAGE)
    with CaptureQueriesContext(connection) as queries:
        assert rest.get('many/', ordering='name', limit=PAGE, offset=PAGE)['results'] == expected
    assert any(f'OFFSET {PAGE})' in query['sql'] for query in queries)
    with CaptureQueriesContext(connection) as queries:
        found = rest.get('many/', ordering='name', limit=PAGE, offset=COUNT - PAGE)['results']
    assert any(f' DESC LIMIT {PAGE})' in query['sql'] for query in queries), 'from the end, which is nearer'
    monkeypatch.undo()
    assert rest.get('many/', ordering='name', limit=PAGE, offset=COUNT - PAGE)['results'] == found
    monkeypatch.setattr(managers, 'DEEP', PAGE)
    assert re.findall(r'name="pk" value="(\d+)"', browser.get(f'many/?sort=name&per_page={PAGE}&page=2')) == listed
    objects = many.get_model().objects.order_by('name', 'pk')
    assert list(objects[PAGE : PAGE + 3].values_list('pk', flat=True)) == [row['id'] for row in expected[:3]]


class TestEstimates:
    """The setting `exact_count_limit`: long lists are not counted."""

    @pytest.fixture(autouse=True)
    def analyzed(self, many, settings, monkeypatch):
        monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], 'exact_count_limit', COUNT // 3)
        with connection.cursor() as cursor:
            cursor.execute(f'ANALYZE {many.get_model()._meta.db_table}')

    def listed(self, rest) -> list[int]:
        """Return the ids of all pages of a list, one after the other."""
        shown, page = [], {'next': 'many/'}
        while page['next']:
            page = rest.get('many/', ordering='-state', limit=PAGE, offset=len(shown))
            shown += [row['id'] for row in page['results']]
            assert page['count'] >= len(shown)
        assert page['count'] == len(shown), 'the last page'
        return shown

    def paged(self, browser) -> list[str]:
        shown, number, text = [], 0, 'Next page'
        while 'Next page' in text:
            number += 1
            text = browser.get(f'many/?sort=-state&per_page={PAGE}&page={number}')
            shown += re.findall(r'name="pk" value="(\d+)"', text)
        assert f'of {len(shown)}\n' in text, 'the last page'
        return shown

    def test_take_no_count(self, rest, browser, many, settings, monkeypatch):
        for limit, counts in ((COUNT // 3, 0), (COUNT, 1), (None, 1)):
            monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], 'exact_count_limit', limit)
            with CaptureQueriesContext(connection) as queries:
                assert rest.get('many/', ordering='name')['count'] == COUNT
                text = browser.get('many/?sort=name')
                browser.get('many/?sort=name', HTTP_HX_REQUEST='true')
            found = [query for query in queries if re.search(r'SELECT COUNT\(.*custom_objects_\d', query['sql'])]
            assert len(found) == 3 * counts
            assert f'of ~{COUNT}\n' in text if counts == 0 else '~' not in text_of(text)

    def test_are_for_all_objects_only(self, rest, many):
        many.get_model().objects.filter(name='moved').delete()
        left = COUNT // 2
        assert rest.get('many/', limit=1)['count'] == COUNT, 'as it was counted last'
        assert rest.get('many/', limit=1, state='x')['count'] == left
        assert rest.get('many/', limit=1, q='n')['count'] == left
        reader = make_user('reader', (many, ['view'], {'state': 'x'}))
        assert Rest(reader).get('many/', limit=1)['count'] == left
        assert '~' not in text_of(Browser(reader).get('many/'))

    def test_hide_no_object(self, rest, browser, many):
        model = many.get_model()
        model.objects.bulk_create(model(name=f'new{n}', state='x') for n in range(COUNT // 2))
        for left in COUNT * 3 // 2, COUNT // 3, 0:
            model.objects.filter(pk__in=model.objects.order_by('pk').values('pk')[left:]).delete()
            keys = set(model.objects.values_list('pk', flat=True))
            assert len(keys) == left
            shown, paged = self.listed(rest), self.paged(browser) if left else []
            assert len(shown) == left
            assert set(shown) == keys
            assert len(paged) == left
            assert {*map(int, paged)} == keys


def test_fields_of_equal_names_are_listed_in_order_of_their_keys(rest, browser):
    types = [make_type(f'type_{n}', fields=[('same', 'text')]) for n in range(3)]
    keys = list(CustomObjectTypeField.objects.order_by('pk').values_list('pk', flat=True))
    CustomObjectTypeField.objects.filter(pk=keys[0]).update(description='moved')
    assert len(types) == len(keys)
    for params in ({}, {'ordering': 'weight'}):
        assert [row['id'] for row in rest.get('custom-object-type-fields/', **params)['results']] == keys
    text = browser.get('custom-object-type-fields/')
    assert [int(pk) for pk in re.findall(r'name="pk" value="(\d+)"', text)] == keys


class TestReferences:
    """Sorting by a reference to custom objects."""

    @pytest.fixture
    def vendors(self, db):
        return make_type('vendor', fields=[{'name': 'name', 'primary': True}])

    def listed(self, rest, path, **params):
        return [row['name'] for row in rest.get(path, **params)['results']]

    def sorted_on_page(self, browser, path, names):
        text = browser.get(path)
        return sorted(names, key=lambda name: text.index(f'>{name}</a>'))

    def test_is_by_name(self, user, rest, browser, vendors):
        asset = make_type('asset', fields=[
            {'name': 'name', 'primary': True}, {'name': 'vendor', 'type': 'object', 'target': vendors},
        ])  # fmt: skip
        for name in ('z', 'a', 'm'):
            make_object(asset, name=f'of-{name}', vendor=make_object(vendors, name=name))
        expected = ['of-a', 'of-m', 'of-z']
        assert self.listed(rest, 'asset/', ordering='vendor') == expected
        assert self.listed(rest, 'asset/', ordering='-vendor') == expected[::-1]
        for sign, names in (('ASC', expected), ('DESC', expected[::-1])):
            query = f'{{ found: custom_objects_asset_list(order: {{vendor: {sign}}}) {{ name }} }}'
            assert [row['name'] for row in GraphQL(user)(query)['found']] == names
        assert self.sorted_on_page(browser, 'asset/?sort=vendor', expected) == expected
        assert self.sorted_on_page(browser, 'asset/?sort=-vendor', expected) == expected[::-1]

    def test_is_by_what_an_expression_reads_and_by_names_of_names(self, rest, browser, vendors):
        part = make_type('hardware', display_expression='{{ vendor }} {{ code }}', fields=[
            {'name': 'vendor', 'type': 'object', 'target': vendors}, ('code', 'text'),
        ])  # fmt: skip
        asset = make_type('asset', fields=[
            {'name': 'name', 'primary': True}, {'name': 'part', 'type': 'object', 'target': part},
        ])  # fmt: skip
        late, early = make_object(vendors, name='late'), make_object(vendors, name='early')
        for vendor, code in ((late, 'b'), (late, 'a'), (early, 'z')):
            name = f'{vendor.name}-{code}'
            make_object(asset, name=name, part=make_object(part, vendor=vendor, code=code))
        expected = ['early-z', 'late-a', 'late-b']
        assert self.listed(rest, 'asset/', ordering='part') == expected
        assert self.sorted_on_page(browser, 'asset/?sort=part', expected) == expected

    def test_of_types_that_name_each_other_ends(self, rest, vendors):
        node = make_type('node')
        for field in ({'name': 'up', 'type': 'object', 'target': node, 'primary': True}, {'name': 'name'}):
            make_field(node, **field)
        top = make_object(node, name='top')
        make_object(node, name='below', up=top)
        assert len(self.listed(rest, 'node/', ordering='up')) == 2

    @pytest.fixture
    def assets(self, vendors):
        asset = make_type('asset', fields=[
            {'name': 'name', 'primary': True}, {'name': 'vendor', 'type': 'object', 'target': vendors},
        ])  # fmt: skip
        for name in ('z', 'a', 'm', 'b'):
            make_object(asset, name=f'of-{name}', vendor=make_object(vendors, name=name))
        return asset

    def test_does_not_tell_of_names_that_are_hidden(self, vendors, assets):
        user = make_user('user', (assets, ['view'], None))
        made = ['of-z', 'of-a', 'of-m', 'of-b']
        for sign in ('', '-'):
            assert self.listed(Rest(user), 'asset/', ordering=f'{sign}vendor') == made
            assert self.sorted_on_page(Browser(user), f'asset/?sort={sign}vendor', made) == made

    def test_is_by_the_names_of_those_that_the_reader_may_view(self, vendors, assets):
        user = make_user('user', (assets, ['view'], None), (vendors, ['view'], [{'name': 'z'}, {'name': 'm'}]))
        for sign, expected in (('', ['of-m', 'of-z', 'of-a', 'of-b']), ('-', ['of-z', 'of-m', 'of-a', 'of-b'])):
            assert self.listed(Rest(user), 'asset/', ordering=f'{sign}vendor') == expected
            assert self.sorted_on_page(Browser(user), f'asset/?sort={sign}vendor', expected) == expected
