"""An object on which everything hangs that generic relations can hang there."""

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import ObjectType
from extras.models import Bookmark, ImageAttachment, JournalEntry, Notification, Subscription, Tag, TaggedItem
from tenancy.models import Contact, ContactAssignment, ContactRole

from netbox_custom_objects.models import CustomObjectType
from tests.support.factories import make_object, make_type

PIXEL = (
    b'\x47\x49\x46\x38\x39\x61\x01\x00\x01\x00\x80\x00\x00\x05\x04\x04\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00'
    b'\x00\x02\x02\x44\x01\x00\x3b'
)
MODELS = JournalEntry, TaggedItem, Bookmark, Subscription, Notification, ContactAssignment, ImageAttachment


def hang(obj, tag, author, reader):
    """Hang something of each model on an object: an entry of the author's, bookmarks and the like of the reader's."""
    obj.tags.add(tag)
    where = {'object_type': ObjectType.objects.get_for_model(obj), 'object_id': obj.pk}
    entry = JournalEntry.objects.create(assigned_object=obj, comments='Hm', created_by=author)
    entry.tags.add(tag)
    Bookmark.objects.create(user=reader, **where)
    Subscription.objects.create(user=reader, **where)
    Notification.objects.create(user=reader, event_type='object_updated', object_repr='One', **where)
    contact, _new = Contact.objects.get_or_create(name='Ann')
    role, _new = ContactRole.objects.get_or_create(name='Owner', slug='o')
    ContactAssignment.objects.create(contact=contact, role=role, **where)
    ImageAttachment.objects.create(image=SimpleUploadedFile('a.gif', PIXEL), name='Pixel', **where)


class Scene:
    def __init__(self, lab, limit, plugin_settings):
        plugin_settings(type_delete_log_limit=limit)
        self.lab = lab
        self.other_user = get_user_model().objects.create_user('other')
        with lab.request():
            self.type = make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
            self.object = make_object(self.type, title='One')
            self.tag = Tag.objects.create(name='Red', slug='red')
            hang(self.object, self.tag, self.other_user, lab.user)
        self.before = self.found()
        assert min(len(rows) for rows in self.before.values()) == 1

    def found(self):
        return {model: list(model.objects.order_by('pk').values_list('pk', flat=True)) for model in MODELS}

    def delete(self):
        with self.lab.request():
            found = CustomObjectType.objects.get(pk=self.type.pk)
            found.snapshot()
            found.delete()
