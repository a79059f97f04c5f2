"""Deleted types and fields on pages and over REST: listed, restored and purged by those who may."""

import re

import pytest
from django.test import override_settings

from dcim.models import Site

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import Rest, make_user
from tests.surfaces.ui import Browser, text_of

PAGE = 'custom-object-types/deleted/'


@pytest.fixture
def server(db):
    """A type with two fields and two objects."""
    kind = make_type('server', fields=[('name', 'text'), ('serial', 'text')])
    make_field(kind, 'sites', 'multiobject', target=Site)
    oslo = Site.objects.create(name='Oslo', slug='oslo')
    make_object(kind, name='a', serial='1', sites=[oslo])
    make_object(kind, name='b')
    return kind


def field(name):
    return CustomObjectTypeField.objects.get(name=name)


def delete_field(browser, name):
    browser.post(f'custom-object-type-fields/{field(name).pk}/delete/', confirm='true', _confirm='1')


def delete_type(browser, kind):
    browser.post(f'custom-object-types/{kind.pk}/delete/', confirm='true', _confirm='1')


class TestPages:
    def test_a_field_is_deleted_and_restored(self, browser, server):
        pk = field('serial').pk
        assert 'It can be restored until' in text_of(browser.get(f'custom-object-type-fields/{pk}/delete/'))
        delete_field(browser, 'serial')
        undo = re.search(r'href="([^"]+)">Undo', browser.messages[-1]).group(1)
        assert 'Deleted Fields' in text_of(browser.get(server.get_absolute_url()))
        shown = text_of(browser.get(PAGE))
        assert 'server.serial' in shown
        assert '1 value' in shown
        question = text_of(browser.get(undo))
        assert 'Restore server.serial?' in question
        assert '1 value' in question
        browser.post(undo)
        assert browser.messages[-1] == 'server.serial has been restored.'
        assert field('serial').pk == pk
        assert list(server.get_model().objects.order_by('pk').values_list('serial', flat=True)) == ['1', None]
        assert undo not in browser.get(PAGE)
        assert 'Deleted Fields' not in text_of(browser.get(server.get_absolute_url()))
        browser.get(undo, expect=404)

    def test_a_type_comes_back_with_its_objects(self, browser, server):
        delete_type(browser, server)
        restore = re.search(r'href="([^"]+)">Undo', browser.messages[-1]).group(1)
        assert '2 objects' in text_of(browser.get(PAGE))
        question = text_of(browser.get(restore))
        assert '2 objects' in question
        assert '3 fields' in question
        browser.post(restore)
        assert browser.messages[-1] == 'server has been restored. With 3 fields and 2 objects.'
        model = CustomObjectType.objects.get().get_model()
        assert [[site.name for site in found.sites.all()] for found in model.objects.order_by('pk')] == [['Oslo'], []]

    def test_several_are_deleted_at_once(self, browser, server):
        pks = [field(name).pk for name in ('serial', 'sites')]
        browser.post('custom-object-type-fields/delete/', pk=pks, confirm='true', _confirm='1')
        assert f'href="/plugins/custom-objects/{PAGE}">Undo' in browser.messages[-1]
        shown = text_of(browser.get(PAGE))
        assert 'server.serial' in shown
        assert 'server.sites' in shown

    def test_what_is_in_the_way_is_shown(self, browser, server):
        delete_field(browser, 'serial')
        restore = re.search(r'href="([^"]+)">Undo', browser.messages[-1]).group(1)
        make_field(server, 'serial', 'integer')
        page = browser.get(restore)
        assert 'Rename the type or field that has taken its place first.' in text_of(page)
        assert '>Restore</button>' not in page
        browser.post(restore)
        assert '"server.serial" cannot be restored' in browser.messages[-1]
        assert field('serial').type == 'integer'

    def test_purged_for_good(self, browser, server):
        delete_field(browser, 'serial')
        purge = re.search(r'href="([^"]+)">Undo', browser.messages[-1]).group(1).replace('restore', 'purge')
        assert 'cannot be restored' in text_of(browser.get(purge))
        browser.post(purge)
        assert browser.messages[-1] == 'server.serial has been purged.'
        assert purge not in browser.get(PAGE)
        browser.post(purge, expect=404)

    @pytest.mark.parametrize(('setting', 'shown'), [(None, 'Not limited'), (0, 'Restorable until')])
    def test_how_long_they_are_kept(self, browser, server, settings, setting, shown):
        settings.PLUGINS_CONFIG = {
            **settings.PLUGINS_CONFIG,
            'netbox_custom_objects': {**settings.PLUGINS_CONFIG['netbox_custom_objects'], 'retention_days': setting},
        }
        delete_field(browser, 'serial')
        with override_settings(CHANGELOG_RETENTION=0):
            assert shown in text_of(browser.get(PAGE))


class TestRest:
    def test_list_restore_and_purge(self, rest, browser, server):
        for name in ('serial', 'sites'):
            rest.delete(f'custom-object-type-fields/{field(name).pk}/')
        assert rest.get('deleted/', kind='type')['count'] == 0
        sites, serial = rest.get('deleted/', custom_object_type=server.pk, kind='field')['results']
        assert (serial['name'], serial['field_type'], serial['count']) == ('server.serial', 'text', 1)
        assert (sites['kind']['value'], sites['user'], sites['count']) == ('field', 'root', 1)
        assert rest.get(f'deleted/{serial["id"]}/') == serial
        tried = rest.post(f'deleted/{serial["id"]}/restore/?dry_run=true', {}, expect=200)
        assert tried['dry_run'] is True
        assert rest.get('deleted/')['count'] == 2
        done = rest.post(f'deleted/{serial["id"]}/restore/', {}, expect=200)
        assert (done['dry_run'], done['field']) == (False, field('serial').pk)
        rest.delete(f'deleted/{sites["id"]}/')
        assert rest.get('deleted/')['count'] == 0
        rest.post(f'deleted/{serial["id"]}/restore/', {}, expect=404)

    def test_what_is_refused(self, rest, server):
        rest.delete(f'custom-object-type-fields/{field("serial").pk}/')
        (serial,) = rest.get('deleted/')['results']
        make_field(server, 'serial', 'integer')
        for query in ('', '?dry_run=true'):
            refused = rest.post(f'deleted/{serial["id"]}/restore/{query}', {}, expect=409)
            assert 'Rename the type or field' in refused['detail']
        assert rest.post(f'deleted/{serial["id"]}/restore/?dry_run=x', {}, expect=400).keys() == {'dry_run'}
        assert rest.get('deleted/', expect=400, custom_object_type='x').keys() == {'custom_object_type'}
        assert rest.get('deleted/', expect=400, kind='x').keys() == {'kind'}
        assert rest.get('deleted/', expect=400, nonsense='x').keys() == {'nonsense'}
        assert rest.get('deleted/', expect=400, start=1) == {'start': ['This list is paged by offset.']}
        for pk in ('0', 'x', str(10**20)):
            rest.get(f'deleted/{pk}/', expect=404)


class TestRights:
    """A row that is gone meets no constraint of a permission."""

    @pytest.fixture
    def deleted(self, rest, server):
        rest.delete(f'custom-object-type-fields/{field("serial").pk}/')
        return rest.get('deleted/')['results'][0]['id']

    def test_looking(self, deleted, server):
        types, fields = (CustomObjectType, ['view']), (CustomObjectTypeField, ['view'])
        for number, (grants, count) in enumerate((
            ([(*types, None), (*fields, None)], 1),
            ([(*types, None)], 0),
            ([(*types, {'name': 'other'}), (*fields, None)], 0),
            ([(*types, {'name': 'server'}), (*fields, None)], 1),
            ([(*types, None), (*fields, {'name': 'serial'})], 0),
        )):  # fmt: skip
            user = make_user(f'user{number}', *grants)
            assert Rest(user).get('deleted/')['count'] == count, grants
            assert ('server.serial' in text_of(Browser(user).get(PAGE))) == bool(count), grants
            Rest(user).get(f'deleted/{deleted}/', expect=200 if count else 404)
        Rest(make_user('none')).get('deleted/', expect=403)
        Browser(make_user('neither')).get(PAGE, expect=403)

    def test_restoring(self, deleted, server):
        looks = [(CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view'], None)]
        path, page = f'deleted/{deleted}/restore/', f'{PAGE}{deleted}/restore/'
        reader = make_user('reader', *looks)
        Rest(reader).post(path, {}, expect=403)
        Browser(reader).post(page, expect=403)
        assert page not in Browser(reader).get(PAGE)
        other = make_user('other', *looks, (CustomObjectTypeField, ['add'], {'name': 'other'}))
        Rest(other).post(path, {}, expect=403)
        assert not CustomObjectTypeField.objects.filter(name='serial').exists()
        owner = make_user('owner', *looks, (CustomObjectTypeField, ['add'], {'name': 'serial'}))
        Rest(owner).delete(f'deleted/{deleted}/', expect=403)
        Rest(owner).post(path, {}, expect=200)

    def test_purging(self, deleted, server):
        looks = [(CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view', 'add', 'delete'], None)]
        editor = make_user('editor', *looks)
        Rest(editor).delete(f'deleted/{deleted}/', expect=403)
        Browser(editor).get(f'{PAGE}{deleted}/purge/', expect=403)
        Browser(editor).post(f'{PAGE}{deleted}/purge/', expect=403)
        keeper = make_user('keeper', *looks, (CustomObjectTypeField, ['purge'], None))
        Rest(keeper).delete(f'deleted/{deleted}/')


def test_the_page_of_permissions_offers_to_purge(browser):
    assert 'purge' in browser.get('/users/permissions/add/')
