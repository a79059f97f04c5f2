"""Objects of other apps that refer to custom objects, by content type and id: they work, and go with the object."""

from uuid import uuid4

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import ObjectChange, ObjectType
from dcim.models import Site
from extras.models import (
    Bookmark,
    CachedValue,
    CustomField,
    Dashboard,
    ImageAttachment,
    JournalEntry,
    Notification,
    SavedFilter,
    Subscription,
    TableConfig,
    Tag,
    TaggedItem,
)
from netbox.search.backends import search_backend
from tenancy.models import Contact, ContactAssignment, ContactRole

from tests.support.factories import make_object, make_type
from tests.surfaces.ui import text_of

pytestmark = pytest.mark.django_db

# The smallest GIF there is.
GIF = bytes.fromhex('47494638396101000100800100ffffff0000002c00000000010001000002024401003b')


@pytest.fixture
def thing():
    return make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])


@pytest.fixture
def obj(thing):
    return make_object(thing, title='held')


LABEL = 'netbox_custom_objects.table{}model'


def label_of(thing):
    return LABEL.format(thing.pk)


@pytest.fixture
def hangers(obj, user, tmp_path, settings):
    """Something of each kind that hangs on the object, by class."""
    settings.MEDIA_ROOT = tmp_path
    contact = Contact.objects.create(name='Ann')
    role = ContactRole.objects.create(name='admin', slug='admin')
    image = SimpleUploadedFile('a.gif', GIF, content_type='image/gif')
    obj.tags.add(Tag.objects.create(name='t', slug='t'))
    search_backend.cache([obj])
    made = [
        JournalEntry.objects.create(assigned_object=obj, comments='noted', created_by=user),
        ImageAttachment.objects.create(parent=obj, image=image, image_height=1, image_width=1, name='picture'),
        ContactAssignment.objects.create(object=obj, contact=contact, role=role, priority='primary'),
        Bookmark.objects.create(object=obj, user=user),
        Subscription.objects.create(object=obj, user=user),
        Notification.objects.create(object=obj, user=user, event_type='object_updated'),
        TaggedItem.objects.get(),
    ]
    return [type(instance) for instance in made]


def delete_by_page(browser, rest, thing, obj):
    browser.post(f'thing/{obj.pk}/delete/', confirm='true')


def delete_by_rest(browser, rest, thing, obj):
    rest.delete(f'thing/{obj.pk}/')


def delete_by_orm(browser, rest, thing, obj):
    obj.delete()


def delete_by_queryset(browser, rest, thing, obj):
    thing.get_model().objects.all().delete()


def delete_the_type(browser, rest, thing, obj):
    browser.post(f'custom-object-types/{thing.pk}/delete/', confirm='true')


WAYS = [delete_by_page, delete_by_rest, delete_by_orm, delete_by_queryset, delete_the_type]


@pytest.mark.parametrize('delete', WAYS, ids=lambda way: way.__name__)
def test_what_hangs_on_an_object_goes_with_it(
    browser, rest, thing, obj, hangers, delete, django_capture_on_commit_callbacks
):
    content_type = thing.object_type_id
    assert CachedValue.objects.filter(object_type_id=content_type).exists()
    with django_capture_on_commit_callbacks(execute=True):
        delete(browser, rest, thing, obj)
    assert not thing.get_model().objects.exists()
    # Whoever follows an object is told of its end.
    left = {model.__name__: model.objects.count() for model in hangers if model is not Notification}
    assert set(left.values()) == {0}, left
    assert not CachedValue.objects.filter(object_type_id=content_type).exists()
    for page in ('/', '/user/bookmarks/', '/user/notifications/', '/user/subscriptions/', '/extras/journal-entries/'):
        browser.get(page)
    for page in ('/extras/image-attachments/', '/tenancy/contact-assignments/', '/core/changelog/', '/extras/tags/'):
        browser.get(page)
    browser.get('/search/?q=held')
    for endpoint in ('journal-entries', 'image-attachments', 'bookmarks', 'subscriptions', 'notifications', 'tags'):
        rest.get(f'/api/extras/{endpoint}/')
    rest.get('/api/tenancy/contact-assignments/')


def test_pages_and_lists_show_what_hangs_on_an_object(browser, rest, thing, obj, hangers):
    for page in ('/extras/journal-entries/', '/user/bookmarks/', '/user/subscriptions/', '/user/notifications/'):
        assert 'held' in text_of(browser.get(page)), page
    for page in ('/extras/image-attachments/', '/tenancy/contact-assignments/'):
        assert 'held' in text_of(browser.get(page)), page
    for endpoint, key in (
        ('journal-entries', 'assigned_object'), ('image-attachments', 'parent'), ('bookmarks', 'object'),
        ('subscriptions', 'object'), ('notifications', 'object'), ('tagged-objects', 'object'),
    ):  # fmt: skip
        shown = rest.get(f'/api/extras/{endpoint}/')['results'][0][key]
        assert (shown['id'], shown['display']) == (obj.pk, 'held'), endpoint
    assert rest.get('/api/tenancy/contact-assignments/')['results'][0]['object']['display'] == 'held'


def test_what_hangs_on_an_object_can_be_made_by_rest(rest, user, thing, obj):
    label = label_of(thing)
    rest.post(
        '/api/extras/journal-entries/',
        {'assigned_object_type': label, 'assigned_object_id': obj.pk, 'comments': 'x', 'kind': 'info'},
    )
    about = {'object_type': label, 'object_id': obj.pk}
    rest.post('/api/extras/bookmarks/', {**about, 'user': user.pk})
    rest.post('/api/extras/subscriptions/', {**about, 'user': user.pk})
    contact = Contact.objects.create(name='Ann')
    role = ContactRole.objects.create(name='admin', slug='admin')
    rest.post('/api/tenancy/contact-assignments/', {**about, 'contact': contact.pk, 'role': role.pk})


class TestCustomFields:
    """NetBox's own custom fields of type object that refer to custom objects: they hold ids in JSON."""

    @pytest.fixture
    def field(self, thing):
        made = CustomField(name='held_by', type='object', related_object_type=thing.object_type)
        made.full_clean()
        made.save()
        made.object_types.set([ObjectType.objects.get_for_model(Site)])
        return made

    def test_are_set_and_shown(self, browser, rest, field, obj):
        site = rest.post('/api/dcim/sites/', {'name': 'S', 'slug': 's', 'custom_fields': {'held_by': obj.pk}})
        assert site['custom_fields']['held_by']['display'] == 'held'
        assert 'held' in text_of(browser.get(f'/dcim/sites/{site["id"]}/'))
        browser.get(f'/dcim/sites/{site["id"]}/edit/')
        browser.get('/dcim/sites/?cf_held_by=1')
        rest.get(f'/api/dcim/sites/?cf_held_by={obj.pk}')

    def test_survive_the_end_of_the_object(self, browser, rest, field, thing, obj):
        """NetBox does not clean such fields for its own objects, either: what does not exist reads as nothing."""
        site = Site.objects.create(name='S', slug='s', custom_field_data={'held_by': obj.pk})
        obj.delete()
        assert Site.objects.get(pk=site.pk).cf['held_by'] is None
        assert rest.get(f'/api/dcim/sites/{site.pk}/')['custom_fields']['held_by'] is None
        for page in (f'/dcim/sites/{site.pk}/', f'/dcim/sites/{site.pk}/edit/', '/dcim/sites/'):
            browser.get(page)

    def test_survive_the_end_of_the_type(self, browser, rest, field, thing, obj):
        site = Site.objects.create(name='S', slug='s', custom_field_data={'held_by': obj.pk})
        browser.post(f'custom-object-types/{thing.pk}/delete/', confirm='true')
        assert rest.get(f'/api/dcim/sites/{site.pk}/')['custom_fields']['held_by'] is None
        for page in (f'/dcim/sites/{site.pk}/', f'/dcim/sites/{site.pk}/edit/', f'/extras/custom-fields/{field.pk}/'):
            browser.get(page)
        browser.post(f'/extras/custom-fields/{field.pk}/delete/', confirm='true')
        assert not CustomField.objects.exists()


class TestSettingsOfUsers:
    def test_saved_filters_and_table_configs(self, browser, rest, user, thing, obj):
        kind = [label_of(thing)]
        made = rest.post(
            '/api/extras/saved-filters/',
            {'name': 'f', 'slug': 'f', 'object_types': kind, 'parameters': {'title': ['held']}},
        )
        assert 'held' in text_of(browser.get(f'thing/?filter_id={made["id"]}'))
        browser.get(f'/extras/saved-filters/{made["id"]}/')
        config = TableConfig.objects.create(
            name='c', object_type=thing.object_type, table=f'Table{thing.pk}ModelTable', user=user, columns=['title']
        )
        browser.get(f'thing/?tableconfig_id={config.pk}')
        browser.post(f'custom-object-types/{thing.pk}/delete/', confirm='true')
        for page in ('/extras/saved-filters/', f'/extras/saved-filters/{made["id"]}/', '/extras/table-configs/'):
            browser.get(page)
        rest.get(f'/api/extras/saved-filters/{made["id"]}/')
        browser.post(f'/extras/saved-filters/{made["id"]}/delete/', confirm='true')
        assert not SavedFilter.objects.exists()

    def test_dashboards(self, browser, user, thing, obj):
        label, other = label_of(thing), 'dcim.site'
        ids = [str(uuid4()) for _ in range(3)]
        config = {
            ids[0]: {'class': 'extras.ObjectListWidget', 'config': {'model': label, 'page_size': 5}, 'title': 'Things'},
            ids[1]: {'class': 'extras.ObjectCountsWidget', 'config': {'models': [label, other]}, 'title': 'Counts'},
            ids[2]: {'class': 'extras.BookmarksWidget', 'config': {'object_types': [label]}, 'title': 'Marks'},
        }
        layout = [{'id': key, 'w': 4, 'h': 3, 'x': 0, 'y': 0} for key in config]
        Dashboard.objects.create(user=user, layout=layout, config=config)
        page = browser.get('/')
        assert 'Things' in page
        assert '/plugins/custom-objects/thing/' in page
        browser.get('thing/?embedded=true&per_page=5', headers={'HX-Request': 'true'})
        browser.post(f'custom-object-types/{thing.pk}/delete/', confirm='true')
        browser.get('/')


class TestOtherPlugins:
    def test_a_class_that_is_held_goes_on_working(self, thing, obj):
        """A plugin may keep what `model_class()` returned: across edits of the type, and beyond its end."""
        content_type = ContentType.objects.get_for_model(obj)
        held = content_type.model_class()
        field = thing.fields.get()
        field.snapshot()
        field.name = 'renamed'
        field.save()
        assert held.objects.get(pk=obj.pk) == obj
        assert isinstance(thing.get_model().objects.get(), held)
        assert content_type.get_object_for_this_type(pk=obj.pk) == obj
        thing.delete()
        assert content_type.model_class().objects.count() == 0
        assert held.objects.count() == 0
        assert list(content_type.get_all_objects_for_this_type()) == []

    def test_a_generic_foreign_key_of_the_change_log(self, thing, obj, rest):
        made = rest.post('thing/', {'title': 'b'})
        change = ObjectChange.objects.get(changed_object_id=made['id'])
        assert change.changed_object.title == 'b'
        thing.delete()
        assert ObjectChange.objects.get(pk=change.pk).changed_object is None
