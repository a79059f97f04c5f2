"""What hangs on objects of a deleted type by generic relations: hidden at once, back with the type, gone with it."""

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import ObjectType
from extras.models import Bookmark, ImageAttachment, JournalEntry, Notification, Subscription, Tag, TaggedItem
from tenancy.models import Contact, ContactAssignment, ContactRole

from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.models.attachments import SetAside
from netbox_custom_objects.services.purge import purge
from tests.support.commands import upgrade
from tests.support.factories import make_object, make_type
from tests.surfaces.ui import Browser

PIXEL = (
    b'\x47\x49\x46\x38\x39\x61\x01\x00\x01\x00\x80\x00\x00\x05\x04\x04\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00'
    b'\x00\x02\x02\x44\x01\x00\x3b'
)
MODELS = JournalEntry, TaggedItem, Bookmark, Subscription, Notification, ContactAssignment, ImageAttachment


class Scene:
    def __init__(self, lab, limit, plugin_settings):
        plugin_settings(type_delete_log_limit=limit)
        self.lab = lab
        self.other_user = get_user_model().objects.create_user('other')
        with lab.request():
            self.type = make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
            self.object = make_object(self.type, title='One')
            self.tag = Tag.objects.create(name='Red', slug='red')
            self.object.tags.add(self.tag)
            self.hang(self.object)
        self.before = self.found()
        assert min(len(rows) for rows in self.before.values()) == 1

    def hang(self, obj):
        where = {'object_type': self.type.object_type, 'object_id': obj.pk}
        entry = JournalEntry.objects.create(assigned_object=obj, comments='Hm', created_by=self.other_user)
        entry.tags.add(self.tag)
        Bookmark.objects.create(user=self.lab.user, **where)
        Subscription.objects.create(user=self.lab.user, **where)
        Notification.objects.create(user=self.lab.user, event_type='object_updated', object_repr='One', **where)
        ContactAssignment.objects.create(
            contact=Contact.objects.create(name='Ann'), role=ContactRole.objects.create(name='Owner', slug='o'), **where
        )
        ImageAttachment.objects.create(image=SimpleUploadedFile('a.gif', PIXEL), name='Pixel', **where)

    def found(self):
        return {model: list(model.objects.order_by('pk').values_list('pk', flat=True)) for model in MODELS}

    def delete(self):
        with self.lab.request():
            found = CustomObjectType.objects.get(pk=self.type.pk)
            found.snapshot()
            found.delete()


@pytest.fixture(params=[0, 1000], ids=['retired as a whole', 'deleted one by one'])
def scene(request, lab, plugin_settings):
    return Scene(lab, request.param, plugin_settings)


def test_hidden_at_once_and_back_with_the_type(scene):
    scene.delete()
    assert scene.found() == dict.fromkeys(MODELS, [])
    browser = Browser(scene.lab.user)
    for page in (
        '/', '/extras/journal-entries/', '/extras/tags/', f'/extras/tags/{scene.tag.pk}/', '/extras/bookmarks/',
        '/extras/image-attachments/', '/tenancy/contact-assignments/', '/user/bookmarks/', '/user/subscriptions/',
        '/user/notifications/', '/extras/tagged-objects/',
    ):  # fmt: skip
        if not page.endswith(('extras/bookmarks/', 'tagged-objects/')):
            browser.get(page)
    assert upgrade('--restore', 'thing')[0] == 0
    after = scene.found()
    # Tags are given anew where objects are made anew.
    assert {model: len(rows) for model, rows in after.items()} == {model: len(r) for model, r in scene.before.items()}
    for model in set(MODELS) - {TaggedItem}:
        assert after[model] == scene.before[model], model
    restored = scene.type.get_model().objects.get()
    assert [tag.name for tag in restored.tags.all()] == ['Red']
    assert restored.journal_entries.get().comments == 'Hm'
    assert [tag.name for tag in restored.journal_entries.get().tags.all()] == ['Red']
    assert restored.images.get().name == 'Pixel'
    assert not SetAside.objects.exists()


def test_what_was_deleted_meanwhile_stays_away(lab, plugin_settings):
    scene = Scene(lab, 0, plugin_settings)
    scene.delete()
    with lab.request():
        scene.tag.delete()
        scene.other_user.delete()
        Contact.objects.all().delete()
    assert upgrade('--restore', 'thing')[0] == 0
    restored = scene.type.get_model().objects.get()
    assert list(restored.tags.all()) == []
    assert restored.journal_entries.get().created_by is None
    assert restored.contacts.count() == 0
    assert restored.bookmarks.count() == 1


def test_gone_with_the_purge(scene):
    scene.delete()
    assert SetAside.objects.exists()
    assert {purged.done for purged in purge(-1)} == {True}
    assert not SetAside.objects.exists()
    assert scene.found() == dict.fromkeys(MODELS, [])


class TestOffered:
    """Which types NetBox's own forms and endpoints offer."""

    def public(self, custom_object_type):
        return ObjectType.objects.filter(pk=custom_object_type.object_type_id, public=True).exists()

    def test_a_deleted_type_is_not_offered_until_it_is_restored(self, scene):
        browser = Browser(scene.lab.user)
        label = f'table{scene.type.pk}model'
        forms = '/extras/tags/add/', '/users/permissions/add/', '/extras/event-rules/add/', '/extras/custom-links/add/'
        value = f'<option value="{scene.type.object_type_id}"'
        assert all(value in browser.get(form) or 'thing' in browser.get(form).lower() for form in forms)
        scene.delete()
        assert not self.public(scene.type)
        for form in forms:
            page = browser.get(form).lower()
            assert value not in page, form
            assert label not in page, form
        api = browser.client.get('/api/core/object-types/', {'model': label}).json()['results']
        assert [(found['public'], found['rest_api_endpoint']) for found in api] == [(False, None)]
        assert upgrade('--restore', 'thing')[0] == 0
        assert self.public(scene.type)
        assert value in browser.get('/extras/tags/add/')

    def test_a_type_that_a_branch_still_has_is_offered(self, lab, plugin_settings):
        scene = Scene(lab, 1000, plugin_settings)
        branch = lab.branch()
        scene.delete()
        assert self.public(scene.type)
        with lab.request(branch):
            CustomObjectType.objects.get(pk=scene.type.pk).delete()
        assert not self.public(scene.type)

    def test_a_branch_offers_its_types_once_they_are_committed(self, lab, branch):
        with lab.request(branch):
            born = make_type('born')
        assert self.public(born)
        response = Browser(lab.user).client.get('/api/core/object-types/', {'model': f'table{born.pk}model'})
        assert [found['rest_api_endpoint'] for found in response.json()['results']] == [None]

    def test_a_failed_bulk_creation_in_a_branch_leaves_nothing_to_choose(self, lab, branch):
        client = Browser(lab.user).client
        before = set(ObjectType.objects.filter(public=True).values_list('pk', flat=True))
        response = client.post(
            '/api/plugins/custom-objects/custom-object-types/',
            [{'name': 'fine', 'slug': 'fine'}, {'name': 'Not Fine', 'slug': 'fine'}],
            content_type='application/json',
            headers={'X-NetBox-Branch': branch.schema_id},
        )
        assert response.status_code == 400
        assert set(ObjectType.objects.filter(public=True).values_list('pk', flat=True)) == before
