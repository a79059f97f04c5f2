"""The list of types: names, numbers, ways to objects; the way to a first type; and what comes after a new one."""

import re

import pytest

from users.models import Group, ObjectPermission, User

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.factories import make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, text_of
from tests.surfaces.view_cases import queries_of

LIST = '/plugins/custom-objects/custom-object-types/'
VIEW_TYPES = (CustomObjectType, ['view'], None)


@pytest.fixture
def kinds(db):
    asset = make_type('asset', verbose_name='Thing', group_name='Stock', fields=[('a', 'text'), ('b', 'text')])
    other = make_type('other', fields=[('a', 'text')])
    for number in range(3):
        make_object(asset, a=str(number))
    return asset, other


def cells(browser, kind):
    """Return the texts of the row of a type, by column."""
    browser.get(LIST)
    table = browser.response.context['table']
    row = next(row for row in table.rows if row.record.pk == kind.pk)
    return {column.name: text_of(str(value)) for column, value in row.items()}


class TestList:
    def test_shows_names_and_numbers(self, kinds, browser):
        asset, other = kinds
        shown = cells(browser, asset)
        expected = {'display_name': 'Thing', 'group_name': 'Stock', 'field_count': '2', 'object_count': '3'}
        assert shown | expected == shown
        assert cells(browser, other)['object_count'] == '0'
        page = browser.get(LIST)
        assert re.search(r'<a href="/plugins/custom-objects/asset/">3</a>', page)
        assert re.search(rf'<a href="{asset.get_absolute_url()}">Thing</a>', page)
        assert browser.get(f'{LIST}?sort=-display_name')
        assert 'Thing' in browser.get(f'{LIST}?export=table')

    def test_counts_what_the_user_may_view(self, kinds):
        asset, other = kinds
        nobody = Browser(make_user('nobody', VIEW_TYPES))
        assert cells(nobody, asset)['object_count'] == '—'
        assert cells(nobody, asset)['field_count'] == '—'
        fields = (CustomObjectTypeField, ['view'], {'name': 'a'})
        some = Browser(make_user('some', VIEW_TYPES, fields, (asset, ['view'], {'a': '1'})))
        assert cells(some, asset)['object_count'] == '1'
        assert cells(some, asset)['field_count'] == '1'
        assert cells(some, other)['object_count'] == '—'

    def test_queries_do_not_grow(self, kinds, browser):
        few = queries_of(browser.client, LIST)
        for number in range(4):
            make_object(make_type(f'more_{number}', fields=[('a', 'text')]), a='x')
        assert queries_of(browser.client, LIST) == few


class TestFirstType:
    def test_an_empty_list_shows_the_ways(self, browser, db):
        page = text_of(browser.get(LIST))
        for text in ('Design your first type', 'Choose from the gallery', 'Start from a spreadsheet'):
            assert text in page
        assert 'Design your first type' not in Browser(make_user('reader', VIEW_TYPES)).get(LIST)
        make_type('first')
        assert 'Design your first type' not in browser.get(LIST)


class TestNextSteps:
    def test_are_those_that_the_user_may_take(self, kinds, browser):
        _asset, other = kinds
        page = browser.get(other.get_absolute_url())
        for address in (f'{other.get_absolute_url()}grant/', '/other/add/', '/other/bulk-import/'):
            assert f'{address}"' in page
        adder = Browser(make_user('adder', VIEW_TYPES, (other, ['add'], None)))
        page = text_of(adder.get(other.get_absolute_url()))
        assert 'Add object' in page
        assert 'Grant permissions' not in page
        assert 'Next Steps' not in Browser(make_user('reader', VIEW_TYPES)).get(other.get_absolute_url())
        make_object(other, a='x')
        assert 'Next Steps' not in browser.get(other.get_absolute_url())

    def test_permissions_are_granted_in_one_step(self, kinds, browser):
        _asset, other = kinds
        group, user = Group.objects.create(name='Team'), User.objects.create_user('worker')
        grant = f'{other.get_absolute_url()}grant/'
        assert 'Grant permissions for Others' in text_of(browser.get(grant))
        browser.post(grant, groups=[group.pk], users=[user.pk], view='on', add='on')
        made = ObjectPermission.objects.get()
        assert (made.name, made.actions, made.constraints) == ('Others: view, add', ['view', 'add'], None)
        assert list(made.object_types.values_list('pk', flat=True)) == [other.object_type_id]
        assert list(made.groups.all()) == [group]
        assert Browser(user).get('other/add/')
        Browser(user).post('other/add/', a='made')
        assert 'Granted' in browser.messages[-1]

    def test_wrong_input_is_an_error(self, kinds, browser):
        _asset, other = kinds
        grant, user = f'{other.get_absolute_url()}grant/', User.objects.create_user('worker')
        for sent in ({}, {'view': 'on'}, {'users': [user.pk]}, {'users': [10**9], 'view': 'on'},
                     {'users': ['x'], 'view': 'on'}):  # fmt: skip
            browser.post(grant, 200, **sent)
            assert browser.errors
        assert not ObjectPermission.objects.exists()

    def test_needs_the_right_to_add_permissions(self, kinds):
        _asset, other = kinds
        grant, user = f'{other.get_absolute_url()}grant/', User.objects.create_user('worker')
        sent = {'users': [user.pk], 'view': 'on'}
        reader = Browser(make_user('reader', VIEW_TYPES))
        reader.get(grant, 403)
        reader.post(grant, 403, **sent)
        limited = make_user('limited', VIEW_TYPES, (User, ['view'], None), (ObjectPermission, ['add'], {'name': 'x'}))
        count = ObjectPermission.objects.count()
        Browser(limited).post(grant, 200, **sent)
        assert ObjectPermission.objects.count() == count
        blind = Browser(make_user('blind', VIEW_TYPES, (ObjectPermission, ['add'], None)))
        blind.post(grant, 200, **sent)
        assert 'users' in blind.errors
