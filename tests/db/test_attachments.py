"""What hangs on objects of a deleted type by generic relations: hidden at once, back with the type, gone with it."""

import pytest
from django.db import connection

from core.models import ObjectType
from dcim.models import Site
from extras.models import ImageAttachment, TaggedItem
from tenancy.models import Contact

from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.models.attachments import SetAside, drop_attached
from netbox_custom_objects.services.removal.remove import remove
from netbox_custom_objects.services.upkeep.purge import purge
from tests.support.attachments import MODELS, PIXEL, Scene
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
    # Tags are given again where objects are made again.
    assert {model: len(rows) for model, rows in after.items()} == {model: len(r) for model, r in scene.before.items()}
    for model in set(MODELS) - {TaggedItem}:
        assert after[model] == scene.before[model], model
    restored = scene.type.get_model().objects.get()
    assert [tag.name for tag in restored.tags.all()] == ['Red']
    assert restored.journal_entries.get().comments == 'Hm'
    assert [tag.name for tag in restored.journal_entries.get().tags.all()] == ['Red']
    assert restored.images.get().name == 'Pixel'
    assert not SetAside.objects.filter(type_id=scene.type.pk).exists()


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
    assert not SetAside.objects.filter(type_id=scene.type.pk).exists()
    assert scene.found() == dict.fromkeys(MODELS, [])


def test_what_netbox_gained_meanwhile_takes_its_default(lab, plugin_settings):
    """An upgrade of NetBox between deletion and restore: columns with a default of the database, and of Django."""
    scene = Scene(lab, 0, plugin_settings)
    scene.delete()
    with connection.cursor() as cursor:
        cursor.execute('ALTER TABLE extras_journalentry ADD novel int NOT NULL DEFAULT 5')
        cursor.execute('ALTER TABLE extras_journalentry ADD twice int GENERATED ALWAYS AS (novel * 2) STORED')
    # As if these had not been there yet.
    for kept in SetAside.objects.filter(table__in=('extras_journalentry', 'extras_imageattachment')):
        for name in ('kind', 'custom_field_data', 'description'):
            kept.row.pop(name, None)
        kept.save()
    assert upgrade('--restore', 'thing')[0] == 0
    restored = scene.type.get_model().objects.get()
    entry = restored.journal_entries.get()
    assert (entry.comments, entry.kind, entry.custom_field_data) == ('Hm', 'info', {})
    assert (restored.images.get().name, restored.images.get().description) == ('Pixel', '')
    with connection.cursor() as cursor:
        cursor.execute('SELECT novel, twice FROM extras_journalentry')
        assert cursor.fetchall() == [(5, 10)]


class TestFiles:
    """Files of pictures are there as long as a restore can bring these back."""

    @pytest.fixture
    def scene(self, lab, plugin_settings):
        return Scene(lab, 0, plugin_settings)

    def test_kept_for_a_restore_and_deleted_with_the_purge(self, scene):
        image = ImageAttachment.objects.get().image
        scene.delete()
        assert image.storage.exists(image.name)
        assert upgrade('--restore', 'thing')[0] == 0
        assert scene.type.get_model().objects.get().images.get().image.read() == PIXEL
        scene.delete()
        purge(-1)
        assert not image.storage.exists(image.name)

    def test_kept_while_another_row_has_the_picture(self, scene):
        """As a copy of the row in a branch does."""
        image = ImageAttachment.objects.get().image
        site = Site.objects.create(name='Here', slug='here')
        ImageAttachment.objects.create(
            object_type=ObjectType.objects.get_for_model(Site), object_id=site.pk, image=image.name
        )
        scene.delete()
        purge(-1)
        assert image.storage.exists(image.name)
        assert ImageAttachment.objects.get().image.read() == PIXEL

    def test_kept_while_a_branch_has_the_picture(self, scene):
        image = ImageAttachment.objects.get().image
        branch = scene.lab.branch()
        target = Target.for_alias(branch.connection_name)
        with target.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM {target.schema}.extras_imageattachment')
            assert cursor.fetchone() == (1,)
        drop_attached(scene.type.pk, 'default')
        assert not ImageAttachment.objects.exists()
        assert image.storage.exists(image.name)
        drop_attached(scene.type.pk, branch.connection_name)
        assert not image.storage.exists(image.name)

    def test_kept_by_the_dry_run_of_a_removal(self, scene):
        image = ImageAttachment.objects.get().image
        remove(dry_run=True)
        assert image.storage.exists(image.name)
        remove()
        assert not image.storage.exists(image.name)


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
