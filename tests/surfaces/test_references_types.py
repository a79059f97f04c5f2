"""Deletion of types that fields of other types refer to: refused by default, or with these fields on request."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import ProtectedError

from core.models import ObjectChange
from dcim.models import Site
from extras.models import Bookmark, JournalEntry

from netbox_custom_objects.exceptions import SchemaChangeRefused
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.factories import make_field, make_object, make_type
from tests.support.request import changes_of, request
from tests.surfaces.rest import Rest, make_user, superuser
from tests.surfaces.ui import Browser, text_of

pytestmark = pytest.mark.django_db

TYPES = 'custom-object-types/'


@pytest.fixture
def target():
    return make_type('target', fields=[{'name': 'title', 'type': 'text', 'primary': True}])


@pytest.fixture
def other(target):
    """A type with a field of each kind that refers to `target`, and a field that may refer to sites as well."""
    made = make_type('other', fields=[('title', 'text')])
    make_field(made, 'one', 'object', target=target, on_delete_behavior='protect')
    make_field(made, 'many', 'multiobject', target=target)
    make_field(made, 'any', 'object', targets=[target, Site])
    return made


@pytest.fixture
def objects(target, other):
    here = make_object(target, title='here')
    site = Site.objects.create(name='Site', slug='site')
    return (
        make_object(other, title='a', one=here, many=[here], any=here),
        make_object(other, title='b', any=site),
    )


def assert_all_gone(target_id, other):
    assert not CustomObjectType.objects.filter(pk=target_id).exists()
    assert sorted(other.fields.values_list('name', flat=True)) == ['any', 'title']
    assert [kind.model for kind in other.fields.get(name='any').related_object_types.all()] == ['site']
    a, b = other.get_model().objects.order_by('title')
    assert (a.any, str(b.any)) == (None, 'Site')


class TestOrm:
    def test_is_logged_field_by_field(self, target, other, objects):
        pk, title = target.pk, target.fields.get().pk
        fields = {field.name: field.pk for field in other.fields.all()}
        here = target.get_model().objects.get().pk
        with request() as made:
            target.snapshot()
            target.delete(delete_referencing_fields=True)
        assert changes_of(made) == [
            ('delete', 'customobjecttypefield', fields['many']),
            ('delete', 'customobjecttypefield', fields['one']),
            ('update', f'table{other.pk}model', objects[0].pk),
            ('delete', f'table{pk}model', here),
            ('update', 'customobjecttypefield', fields['any']),
            ('delete', 'customobjecttypefield', title),
            ('delete', 'customobjecttype', pk),
        ]
        assert_all_gone(pk, other)

    def test_is_refused_by_default(self, target, other):
        with pytest.raises(ProtectedError, match=r'other\.any, other\.many, other\.one'), transaction.atomic():
            target.delete()
        assert CustomObjectType.objects.count() == 2

    def test_types_in_a_circle(self):
        one, two = make_type('one'), make_type('two')
        make_field(one, 'two', 'object', target=two, on_delete_behavior='cascade')
        make_field(two, 'one', 'object', target=one, on_delete_behavior='cascade')
        make_object(two, one=make_object(one))
        one.delete(delete_referencing_fields=True)
        assert two.get_model().objects.count() == 1
        assert not CustomObjectTypeField.objects.exists()
        two.delete()

    def test_objects_that_protect_by_a_field_that_stays_refuse_all(self, target):
        other = make_type('other')
        make_field(other, 'one', 'object', target=target)
        make_field(other, 'any', 'object', targets=[target, Site], on_delete_behavior='protect')
        make_object(other, any=make_object(target, title='here'))
        with pytest.raises(ProtectedError), transaction.atomic():
            target.delete(delete_referencing_fields=True)
        assert other.fields.count() == 2
        assert target.get_model().objects.count() == 1

    def test_a_field_that_stays_does_not_keep_values_of_a_large_type(
        self, target, other, objects, settings, monkeypatch
    ):
        monkeypatch.setitem(settings.PLUGINS_CONFIG['netbox_custom_objects'], 'type_delete_log_limit', 0)
        with pytest.raises(SchemaChangeRefused), transaction.atomic():
            target.delete(delete_referencing_fields=True)
        assert other.fields.count() == 4


class TestRest:
    def test_with_the_fields(self, target, other, objects):
        rest = Rest(superuser())
        path, pk = f'{TYPES}{target.pk}/', target.pk
        assert 'other.one' in rest.delete(path, expect=409)['detail']
        rest.delete(f'{path}?delete_referencing_fields=false', expect=409)
        assert 'maybe' in str(rest.delete(f'{path}?delete_referencing_fields=maybe', expect=400))
        rest.delete(f'{path}?delete_referencing_fields=true')
        assert_all_gone(pk, other)

    def test_in_bulk(self, target, other, objects):
        pk = target.pk
        Rest(superuser()).delete(f'{TYPES}?delete_referencing_fields=true', [{'id': pk}])
        assert_all_gone(pk, other)

    def test_is_tried_out(self, target, other, objects):
        rest = Rest(superuser())
        body = rest.delete(f'{TYPES}{target.pk}/?delete_referencing_fields=true&dry_run=true', expect=200)
        deleted = {group['object_type']: group['count'] for group in body['deleted']}
        assert deleted['netbox_custom_objects.customobjecttypefield'] == 3
        assert other.fields.count() == 4

    def test_is_no_parameter_of_other_writes(self, target):
        path = f'{TYPES}{target.pk}/?delete_referencing_fields=true'
        Rest(superuser()).patch(path, {'description': 'x'}, expect=400)

    def test_needs_rights_on_each_field(self, target, other):
        rights = [(CustomObjectType, ['view', 'delete'], None), (CustomObjectTypeField, ['view', 'change'], None)]
        rest = Rest(make_user('half', *rights))
        path = f'{TYPES}{target.pk}/?delete_referencing_fields=true'
        detail = rest.delete(path, expect=403)['detail']
        assert 'other.one' in detail
        assert 'other.any' not in detail
        assert other.fields.count() == 4
        rest = Rest(make_user('whole', *rights, (CustomObjectTypeField, ['delete'], None)))
        rest.delete(path)

    def test_does_not_name_fields_that_the_user_may_not_view(self, target, other):
        rest = Rest(make_user('blind', (CustomObjectType, ['view', 'delete'], None)))
        for query, expect in (('', 409), ('?delete_referencing_fields=true', 403)):
            detail = rest.delete(f'{TYPES}{target.pk}/{query}', expect=expect)['detail']
            assert '3 that you may not view' in detail
            assert 'other' not in detail


class TestPage:
    def test_asks_and_deletes_with_the_fields(self, target, other, objects):
        browser, path, pk = Browser(superuser()), f'{TYPES}{target.pk}/delete/', target.pk
        page = browser.get(path)
        assert 'name="delete_referencing_fields"' in page
        text = text_of(page)
        for field in ('other.one', 'other.many', 'other.any'):
            assert field in text
        assert 'is kept, but can no longer refer to this type' in text
        browser.post(path, confirm='true')
        assert 'other.one' not in ''.join(browser.messages) or CustomObjectType.objects.filter(pk=pk).exists()
        browser.post(path, confirm='true', delete_referencing_fields='true')
        assert_all_gone(pk, other)

    def test_a_dialog_leads_to_the_page(self, target, other):
        browser, path = Browser(superuser()), f'{TYPES}{target.pk}/delete/'
        browser.get(path, headers={'HX-Request': 'true'})
        assert browser.response['HX-Redirect'].endswith(path)

    def test_offers_nothing_to_who_may_not(self, target, other):
        user = make_user('half', (CustomObjectType, ['view', 'delete'], None))
        browser, path = Browser(user), f'{TYPES}{target.pk}/delete/'
        page = browser.get(path)
        assert '3 fields that you may not view' in text_of(page)
        assert 'other' not in text_of(page).replace('another', '').replace('other types', '')
        assert 'name="delete_referencing_fields"' not in page
        browser.post(path, confirm='true', delete_referencing_fields='true')
        assert 'You may not delete these fields' in browser.messages[0]
        assert CustomObjectType.objects.count() == 2


class TestRetiredTypes:
    def test_lists_that_name_them_do_not_break(self):
        """Their content types stay: change log, journal, bookmarks and REST go on showing what there was."""
        user = superuser()
        browser, rest = Browser(user), Rest(user)
        kind = make_type('gone', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        browser.post('gone/add/', title='once')
        obj = kind.get_model().objects.get()
        content_type = ContentType.objects.get_for_model(obj)
        JournalEntry.objects.create(assigned_object=obj, comments='note', created_by=user)
        Bookmark.objects.create(object=obj, user=user)
        browser.post(f'{TYPES}{kind.pk}/delete/', confirm='true')
        assert ContentType.objects.get(pk=content_type.pk).model_class().objects.count() == 0
        assert 'once' in text_of(browser.get('/core/changelog/'))
        for change in ObjectChange.objects.filter(changed_object_type=content_type):
            browser.get(f'/core/changelog/{change.pk}/')
            rest.get(f'/api/core/object-changes/{change.pk}/')
        for page in (
            '/extras/journal-entries/',
            '/user/bookmarks/',
            '/',
            '/search/?q=once',
            '/extras/bookmarks/delete/',
        ):
            browser.get(page, expect=302 if 'delete' in page else 200)
        for endpoint in ('extras/journal-entries', 'extras/bookmarks', 'core/object-changes', 'core/object-types'):
            rest.get(f'/api/{endpoint}/')
        assert not JournalEntry.objects.exists()
        assert not Bookmark.objects.exists()
