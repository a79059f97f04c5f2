"""What hangs on objects of a deleted type by generic relations: hidden at once, back with the type, gone with it."""

import pytest

from core.models import ObjectType
from extras.models import TaggedItem
from tenancy.models import Contact

from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.models.attachments import SetAside
from netbox_custom_objects.services.purge import purge
from tests.support.attachments import MODELS, Scene
from tests.support.commands import upgrade
from tests.support.factories import make_type
from tests.surfaces.ui import Browser


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
