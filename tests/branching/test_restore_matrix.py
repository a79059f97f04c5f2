"""
What is deleted and restored is as it was: fields of all types, a type and an object, in main, in a branch, after a
merge and a revert with both strategies, and partly purged. Values, links, and all that hangs on objects.
"""

from copy import deepcopy

import pytest
from django.contrib.auth import get_user_model

from core.models import ObjectChange
from extras.models import Bookmark, ImageAttachment, JournalEntry, Notification, Subscription, Tag
from tenancy.models import Contact, ContactAssignment
from users.models import ObjectPermission

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.models.attachments import SetAside
from tests.field_types.everything import Everything
from tests.support.attachments import hang
from tests.support.beginnings import begins_with
from tests.support.branches import Lab, assert_schema_is_clean
from tests.support.factories import make_constraint, make_field, make_object, make_type
from tests.surfaces.rest import Rest

# What is deleted of each of the types.
WHAT = ('fields', 'object', 'type')
# Branches have no tables of the last two. NetBox replaces the notifications of an object with each event.
ATTACHED = (JournalEntry, ContactAssignment, ImageAttachment, Bookmark, Subscription)
# Of definitions, the first is kept but for fractions of milliseconds.
TIMES = ('created', 'last_updated')


def make_scene():
    lab, needs = Lab(), {}
    author = get_user_model().objects.create_user('author')
    with lab.request():
        tag = Tag.objects.create(name='Red', slug='red')
        everything = {what: Everything(name=f'of_{what}', needs=needs) for what in WHAT}
        for what, made in everything.items():
            for number, title in enumerate(('first', 'second')):
                made.write(title, number)
            made.write('empty', None)
            make_constraint(made.type, f'{what} once', ['title'])
            hang(made.model.objects.get(title='first'), tag, author, lab.user)
            permission = ObjectPermission.objects.create(name=f'See {what}', actions=['view'])
            permission.object_types.add(made.type.object_type)
        passing = make_type('passing', fields=[('title', 'text')])
        make_field(everything['type'].type, 'passing', 'object', target=passing)
        make_field(everything['type'].type, 'early', 'text')
        target = everything['object'].type
        referrer = make_type('referrer', fields=[('title', 'text')])
        make_field(referrer, 'one', 'object', target=target)
        make_field(referrer, 'many', 'multiobject', target=target)
        make_field(referrer, 'mixed', 'object', targets=[target, everything['fields'].type])
        first = everything['object'].model.objects.get(title='first')
        make_object(referrer, title='r', one=first, many=list(everything['object'].model.objects.all()), mixed=first)


class Scene:
    """The types by what is deleted of them, as one schema has them."""

    def __init__(self, lab, branch=None):
        self.lab, self.branch = lab, branch
        self.rest = Rest(lab.user, **({'HTTP_X_NETBOX_BRANCH': branch.schema_id} if branch else {}))
        # They keep their ids.
        self.ids = dict(CustomObjectType.objects.values_list('name', 'pk'))
        self.object_types = dict(CustomObjectType.objects.values_list('name', 'object_type'))

    def picture(self):
        """Return all that must be the same again."""
        with self.lab.request(self.branch):
            found = {what: self._picture_of(what) for what in WHAT}
            referrer = CustomObjectType.objects.get(name='referrer').get_model().objects.get()
            links = [referrer.one_id, sorted(obj.pk for obj in referrer.many.all()), referrer.mixed_object_id]
            return {**found, 'links': links}

    def _picture_of(self, what):
        kind = CustomObjectType.objects.get(name=f'of_{what}')
        made, there = Everything(kind), set(kind.fields.values_list('name', flat=True))
        made.cases = {name: case for name, case in made.cases.items() if name in there}
        objects = {obj.title: obj for obj in made.model.objects.all()}
        titles = ('first', 'second', 'empty')
        return {
            'fields': [
                {name: value for name, value in field.serialize_object().items() if name not in TIMES}
                for field in kind.fields.order_by('pk')
            ],
            'made': [f'{field.created:%c}' for field in kind.fields.order_by('pk')],
            'constraints': list(kind.constraints.values_list('pk', 'name', 'field_ids')),
            'values': {title: made.read(title) for title in titles},
            # Change records hold milliseconds.
            'rows': {title: (objects[title].pk, f'{objects[title].created:%c %f}'[:-3]) for title in titles},
            'tags': {title: sorted(tag.name for tag in objects[title].tags.all()) for title in titles},
            'attached': {model.__name__: self._attached(model, kind) for model in ATTACHED},
            'notified': set(
                Notification.objects.filter(object_type=kind.object_type_id).values_list('user__username', 'object_id')
            ),
            'entry': [tag.name for entry in objects['first'].journal_entries.all() for tag in entry.tags.all()],
            'permissions': list(kind.object_type.object_permissions.values_list('name', flat=True)),
            'records': set(
                ObjectChange.objects.filter(
                    changed_object_type=kind.object_type, changed_object_id=objects['first'].pk
                ).values_list('pk', flat=True)
            ),
        }  # fmt: skip

    def _attached(self, model, kind):
        key = 'assigned_object' if model is JournalEntry else 'object'
        rows = model.objects.filter(**{f'{key}_type': kind.object_type_id})
        return sorted(rows.values_list('pk', f'{key}_id'))

    def delete(self):
        """Delete the fields of one type, an object of another one, and a third one."""
        with self.lab.request(self.branch):
            self.fields = self._deletable()
            first = CustomObjectType.objects.get(name='of_object').get_model().objects.get(title='first').pk
        self.rest.delete('custom-object-type-fields/', [{'id': pk} for pk in self.fields])
        self.first = first
        self.rest.delete(f'of-object/{first}/')
        self.rest.delete(f'custom-object-types/{self.ids["of_type"]}/')

    def _deletable(self):
        fields = CustomObjectTypeField.objects.filter(custom_object_type__name='of_fields').exclude(name='title')
        # What reads other fields goes before them.
        return sorted(fields.values_list('pk', flat=True), reverse=True)

    def restore(self, impossible=()):
        """Restore all that can be restored; return what was named as lost, by what was restored."""
        wanted = {'custom_object_type': self.ids['of_object'], 'objects': [self.first]}
        lost = {'object': self.rest.post('deleted/objects/restore/', wanted, expect=200)['left_out']}
        # Those that others read were deleted last.
        for entry in self.rest.get('deleted/', limit=200)['results']:
            path, name = f'deleted/{entry["id"]}/restore/', entry['name']
            if name in impossible:
                lost[name] = self.rest.post(path, {}, expect=409)['detail']
                continue
            preview = self.rest.post(f'{path}?dry_run=true', {}, expect=200) if entry['field'] is None else None
            lost[name] = self.rest.post(path, {}, expect=200)['left_out']
            assert preview is None or preview['left_out'] == lost[name]
        return {name: found for name, found in lost.items() if found}

    def purge(self, *names):
        for entry in self.rest.get('deleted/', limit=200)['results']:
            if entry['name'] in names:
                self.rest.delete(f'deleted/{entry["id"]}/')


@pytest.fixture
@begins_with(make_scene)
def scene(lab):
    return Scene(lab)


def test_what_is_restored_is_as_it_was(lab, scene):
    before = scene.picture()
    # In main.
    scene.delete()
    assert scene.restore() == {}
    same(scene.picture(), before)
    # In a branch, which main does not notice.
    branch = lab.branch()
    there = Scene(lab, branch)
    there_before = there.picture()
    there.delete()
    same(scene.picture(), before)
    assert there.restore() == {}
    same(there.picture(), there_before)
    # After a merge, and a revert, which brings all back by itself.
    there.delete()
    lab.merge(branch, 'squash')
    lab.revert(branch)
    same(scene.picture(), before)
    lab.merge(branch)
    scene.fields, scene.first = there.fields, there.first
    assert scene.restore() == {}
    same(scene.picture(), before)
    assert_schema_is_clean()


def test_what_is_left_of_what_was_purged_in_part_comes_back(lab, scene):
    """After a merge with the other strategy, too: what cannot come back is named, and all else is as it was."""
    with lab.request():
        early = CustomObjectTypeField.objects.get(name='early').pk
    scene.rest.delete(f'custom-object-type-fields/{early}/')
    scene.purge('of_type.early')
    before = scene.picture()
    branch = lab.branch()
    there = Scene(lab, branch)
    there.delete()
    lab.merge(branch, 'squash')
    # Its copies of tables would keep those of main.
    lab.fresh(branch).delete()
    scene.fields, scene.first = there.fields, there.first
    source, computed = next((case.source_of(name), name) for name, case in Everything.cases.items() if case.source)
    gone = {name for number, (name, case) in enumerate(Everything.cases.items()) if number % 2 and not case.source}
    scene.rest.delete(f'custom-object-types/{scene.ids["passing"]}/')
    scene.purge('passing', *(f'of_fields.{name}' for name in (source, *gone)))
    kept = without(before, {source, computed, *gone})
    delete_what_is_needed(lab, scene)
    tags = 'Tags that have been deleted: Red.'
    contact = 'What needs users, tags or other objects that have been deleted: 1 contact assignment.'
    passing = 'Field passing: it refers to a type that no longer exists, which cannot be restored.'
    lost = scene.restore({f'of_fields.{computed}'})
    assert 'cannot be restored: it reads f_' in lost.pop(f'of_fields.{computed}')
    assert lost == {'object': [tags, contact], 'of_type': [passing, tags, contact]}
    same(scene.picture(), kept)
    assert_schema_is_clean()


def without(before, gone):
    """Return what is left of a picture without some fields, and without what `delete_what_is_needed` deletes."""
    kept = deepcopy(before)
    for what, leaving in (('fields', gone), ('type', {'passing'})):
        part = kept[what]
        part['made'] = [at for at, found in zip(part['made'], part['fields']) if found['name'] not in leaving]
        part['fields'] = [found for found in part['fields'] if found['name'] not in leaving]
        part['values'] = {
            title: {name: value for name, value in found.items() if name not in leaving}
            for title, found in part['values'].items()
        }
    for what in WHAT:
        kept[what] |= {'tags': dict.fromkeys(kept[what]['tags'], []), 'entry': []}
        kept[what]['attached']['ContactAssignment'] = []
    kept['type']['attached']['Bookmark'] = []
    kept['object']['attached']['JournalEntry'] = []
    return kept


def delete_what_is_needed(lab, scene):
    """Delete a tag and a contact, a bookmark that was set aside, and the record of a journal entry."""
    with lab.request():
        Tag.objects.get(name='Red').delete()
        ContactAssignment.objects.all().delete()
        Contact.objects.get().delete()
        SetAside.objects.filter(type_id=scene.ids['of_type'], table='extras_bookmark').delete()
        entries = ObjectChange.objects.filter(changed_object_type__model='journalentry', action='delete')
        entries.filter(
            prechange_data__assigned_object_id=scene.first,
            prechange_data__assigned_object_type=scene.object_types['of_object'],
        ).delete()


def same(found, wanted):
    """Compare part by part, for short messages."""
    for what in WHAT:
        for part, expected in wanted[what].items():
            if part == 'records':
                # What was on record still is.
                assert expected <= found[what][part]
            else:
                assert found[what][part] == expected, (what, part)
    assert found['links'] == wanted['links']
