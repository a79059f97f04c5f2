"""The vocabulary of scenarios: what a user does, one class per kind of edit, each edit a request of its own."""

from django.test import Client

from core.models import ObjectType
from dcim.models import Site
from extras.models import CustomFieldChoiceSet, ImageAttachment, JournalEntry, Tag
from netbox_branching.constants import QUERY_PARAM
from netbox_branching.contextvars import active_branch
from users.models import Owner

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support import branches
from tests.support.factories import make_choice_set
from tests.support.files import picture


class Edit:
    """One thing that a user does; `do` says how, with the arguments that the edit was written with."""

    def __init__(self, *args, **values):
        self.args, self.values = args, values

    def __repr__(self):
        shown = [*map(repr, self.args), *(f'{name}={value!r}' for name, value in self.values.items())]
        return f'{type(self).__name__}({", ".join(shown)})'

    def apply(self, stage) -> None:
        self.do(stage, *self.args, **self.values)

    def do(self, stage, *args, **values) -> None:
        raise NotImplementedError


class OneRequest(Edit):
    """Several edits in one request, as a script or a form with related objects makes them."""

    def do(self, stage, *edits):
        for edit in edits:
            edit.apply(stage)


# Types


class AddType(Edit):
    """Create a type with fields, e.g. `'title amount:integer:unique site:object>site color:select=red,green'`."""

    def do(self, stage, name, fields='', **attributes):
        made = CustomObjectType(name=stage.named(name), slug=stage.slug(name), **attributes)
        made.full_clean()
        made.save()
        stage.type_ids[name] = made.pk
        for text in fields.split():
            add_field(stage, made, text)


class SetType(Edit):
    """Change attributes of a type; names and slugs are given without the prefix."""

    def do(self, stage, name, **attributes):
        if 'name' in attributes:
            attributes['name'] = stage.named(attributes['name'])
        if 'slug' in attributes:
            attributes['slug'] = stage.slug(attributes['slug'])
        branches.edit(stage.type(name), **attributes)


class RenameType(Edit):
    """Give a type another name, and the slug that goes with it."""

    def do(self, stage, name, new_name):
        branches.edit(stage.type(name), name=stage.named(new_name), slug=stage.slug(new_name))


class DeleteType(Edit):
    def do(self, stage, name):
        branches.delete(stage.type(name))


class TagType(Edit):
    def do(self, stage, name, tag):
        found = stage.type(name)
        found.snapshot()
        found.tags.add(stage.named(tag))


# Fields

FLAGS = {
    'unique': {'unique': True},
    'required': {'required': True},
    'primary': {'primary': True},
    'protect': {'on_delete_behavior': 'protect'},
    'cascade': {'on_delete_behavior': 'cascade'},
}


def add_field(stage, custom_object_type, text: str, **attributes) -> None:
    """
    Create a field written as `name[:type[>target[|target ...] | =choice,...]][:flag ...]`, by default of type text.

    A field with several targets is polymorphic.
    """
    name, kind, *flags = *text.split(':'), *([] if ':' in text else ['text'])
    for flag in flags:
        attributes = {**FLAGS[flag], **attributes}
    kind, _, choices = kind.partition('=')
    kind, _, target = kind.partition('>')
    if choices:
        choice_set = f'{custom_object_type.name} {name}'
        known = CustomFieldChoiceSet.objects.filter(name=choice_set).first()
        attributes['choice_set'] = known or make_choice_set(choice_set, choices.split(','))
    targets = [object_type_of(stage, label) for label in target.split('|') if label]
    if len(targets) == 1:
        (attributes['related_object_type'],) = targets
    field = CustomObjectTypeField(custom_object_type=custom_object_type, name=name, type=kind, **attributes)
    if len(targets) > 1:
        field.is_polymorphic, field._m2m_values = True, {'related_object_types': targets}
    field.full_clean()
    field.save()
    if len(targets) > 1:
        field.related_object_types.set(targets)


def object_type_of(stage, target: str) -> ObjectType:
    return ObjectType.objects.get_for_model(Site) if target == 'site' else stage.type(target).object_type


class AddField(Edit):
    """Add a field, written as in AddType: `AddField('server', 'serial:text:unique', label='Serial number')`."""

    def do(self, stage, type_name, text, **attributes):
        add_field(stage, stage.type(type_name), text, **attributes)


class SetField(Edit):
    """Change attributes of a field: `SetField('server.title', label='Title', unique=True)`."""

    def do(self, stage, path, **attributes):
        branches.edit(stage.field(path), **attributes)


class Rename(Edit):
    """Give a field another name: `Rename('server.title', 'label')`."""

    def do(self, stage, path, new_name):
        branches.edit(stage.field(path), name=new_name)


class Swap(Edit):
    """Swap the names of two fields of a type, through a third name, as a user must."""

    def do(self, stage, path, other_path):
        first, second = stage.field(path), stage.field(other_path)
        names = first.name, second.name
        branches.edit(first, name=f'{first.name}_tmp')
        branches.edit(second, name=names[0])
        branches.edit(first, name=names[1])


class Allow(Edit):
    """Let a polymorphic field refer to one more type: `Allow('server.ref', 'vendor')`."""

    def do(self, stage, path, target):
        field = stage.field(path)
        field.snapshot()
        field.related_object_types.add(object_type_of(stage, target))


class Forbid(Edit):
    """Take a type away from those that a polymorphic field may refer to."""

    def do(self, stage, path, target):
        field = stage.field(path)
        field.snapshot()
        field.related_object_types.remove(object_type_of(stage, target))


class Convert(Edit):
    """Give a field another type: `Convert('server.amount', 'text')`; `choices` names a field whose choices to use."""

    def do(self, stage, path, kind, choices=None, **attributes):
        if choices:
            attributes['choice_set'] = stage.field(choices).choice_set
        branches.edit(stage.field(path), type=kind, **attributes)


class UseChoicesOf(Edit):
    """Change the choice set of a field to that of another one."""

    def do(self, stage, path, other_path):
        branches.edit(stage.field(path), choice_set=stage.field(other_path).choice_set)


class AddChoice(Edit):
    """Add a choice to the choice set of a field."""

    def do(self, stage, path, value):
        choice_set = stage.field(path).choice_set
        branches.edit(choice_set, extra_choices=[*choice_set.extra_choices, [value, value.capitalize()]])


class DeleteField(Edit):
    def do(self, stage, path):
        branches.delete(stage.field(path))


# Objects


class Create(Edit):
    """Create objects, each with its handle as title, if the type has a field `title` and no title is given."""

    def do(self, stage, type_name, handles, **values):
        model = stage.model(type_name)
        for handle in handles.split():
            titled = {'title': handle} if 'title' in model._definition.fields_by_name else {}
            single, many = stage.values(model, {**titled, **values})
            made = model(**single)
            made.full_clean()
            made.save()
            for name, targets in many.items():
                getattr(made, name).set(targets)
            stage.remember(handle, made)


class Change(Edit):
    """Change one object, or several in one request, as a form or a bulk edit does."""

    def do(self, stage, type_name, handles, **values):
        for handle in handles.split():
            found = stage.object(type_name, handle)
            single, many = stage.values(type(found), values)
            branches.edit(found, **single)
            for name, targets in many.items():
                getattr(found, name).set(targets)


class Link(Edit):
    """Add a target to a many-valued reference: `Link('server', 'a', 'sites', 'here')`."""

    def do(self, stage, type_name, handle, name, targets):
        found = stage.object(type_name, handle)
        found.snapshot()
        getattr(found, name).add(*stage.values(type(found), {name: targets})[1][name])


class Unlink(Edit):
    def do(self, stage, type_name, handle, name, targets):
        found = stage.object(type_name, handle)
        found.snapshot()
        getattr(found, name).remove(*stage.values(type(found), {name: targets})[1][name])


class Delete(Edit):
    """Delete objects, one by one."""

    def do(self, stage, type_name, handles):
        for handle in handles.split():
            branches.delete(stage.object(type_name, handle))


class BulkDelete(Edit):
    """Delete objects by one queryset, as NetBox's bulk view does."""

    def do(self, stage, type_name, handles):
        stage.objects(type_name, handles).delete()


class Tagged(Edit):
    """Tag an object; the tag is created, if need be."""

    def do(self, stage, type_name, handle, *tags):
        found = stage.object(type_name, handle)
        found.snapshot()
        found.tags.add(*map(stage.named, tags))


class Untagged(Edit):
    def do(self, stage, type_name, handle, *tags):
        found = stage.object(type_name, handle)
        found.snapshot()
        found.tags.remove(*map(stage.named, tags))


class Import(Edit):
    """Import objects by the form for bulk import; rows are `handle value ...` under a header of columns."""

    def do(self, stage, type_name, header, *rows):
        model = stage.model(type_name)
        text = '\n'.join(','.join(row.split()) for row in (header, *rows))
        branch = active_branch.get()
        client = Client()
        client.force_login(stage.lab.user)
        response = client.post(
            f'{model.get_list_url()}bulk-import/?{QUERY_PARAM}={branch.schema_id if branch else ""}',
            {'data': text, 'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'},
        )
        assert response.status_code == 302, response.content
        for row in rows:
            stage.remember(row.split()[0], model.objects.get(title=row.split()[0]))


class Attach(Edit):
    """Attach a picture to an object."""

    def do(self, stage, type_name, handle, name):
        image = ImageAttachment(parent=stage.object(type_name, handle), image=picture(), name=name)
        image.full_clean()
        image.save()


class Caption(Edit):
    """Change the name of an object's only picture."""

    def do(self, stage, type_name, handle, name):
        branches.edit(stage.object(type_name, handle).images.get(), name=name)


class Journal(Edit):
    """Write a journal entry about an object."""

    def do(self, stage, type_name, handle, comments):
        entry = JournalEntry(
            assigned_object=stage.object(type_name, handle), created_by=stage.lab.user, comments=comments
        )
        entry.full_clean()
        entry.save()


class EditJournal(Edit):
    """Change the comments of an object's only journal entry."""

    def do(self, stage, type_name, handle, comments):
        branches.edit(stage.object(type_name, handle).journal_entries.get(), comments=comments)


class DeleteJournal(Edit):
    def do(self, stage, type_name, handle):
        branches.delete(stage.object(type_name, handle).journal_entries.get())


# What NetBox itself has


class AddSite(Edit):
    def do(self, stage, *names):
        for name in names:
            site = Site(name=stage.named(name), slug=stage.slug(name))
            site.full_clean()
            site.save()
            stage.remember(name, site)


class SetSite(Edit):
    def do(self, stage, name, **attributes):
        branches.edit(stage.site(name), **attributes)


class DeleteSite(Edit):
    def do(self, stage, name):
        branches.delete(stage.site(name))


class AddTag(Edit):
    def do(self, stage, name):
        Tag.objects.create(name=stage.named(name), slug=stage.slug(name))


class DeleteTag(Edit):
    def do(self, stage, name):
        branches.delete(stage.tag(name))


class AddOwner(Edit):
    def do(self, stage, name):
        Owner.objects.create(name=stage.named(name))
