"""What a scenario expects to find afterwards: rows and schema of types, attributes, and what is gone."""

import json

from django.apps import apps

from dcim.models import Site
from extras.models import JournalEntry
from users.models import Owner

from .stage import model_of

EMPTY = '-'


class Rows:
    """
    A type has exactly these fields, and exactly these objects: `Rows('server', 'title amount', 'a 1', 'b -')`.

    The header names all fields of the type, in any order, and may go on with `#tags`, `#journal`, `#images` and
    `#owner`. A cell holds `-` for nothing, the handle of a referenced object (with a `?` behind it if that does not
    exist), or a value without its spaces; several values stand in alphabetical order with commas between them.
    """

    def __init__(self, type_name, header, *rows):
        self.type_name, self.header, self.rows = type_name, header.split(), rows

    def problems(self, stage):
        found = stage.find_type(self.type_name)
        if found is None:
            return [f'type {self.type_name} is missing']
        model = model_of(found.pk)
        fields, wanted = set(model._definition.fields_by_name), {name for name in self.header if name[0] != '#'}
        if fields != wanted:
            return [f'{self.type_name} has the fields {sorted(fields)}, not {sorted(wanted)}']
        rows = sorted(' '.join(cell(stage, obj, name) for name in self.header) for obj in model.objects.all())
        if rows != sorted(self.rows):
            return [f'{self.type_name} holds {rows}, not {sorted(self.rows)}']
        return []


class Gone:
    """These types do not exist, and their classes are empty."""

    def __init__(self, *names):
        self.names = names

    def problems(self, stage):
        problems = [f'type {name} exists' for name in self.names if stage.find_type(name)]
        ids = (stage.type_ids[name] for name in self.names)
        return problems + [f'objects of type {pk} exist' for pk in ids if model_of(pk).objects.exists()]


class Has:
    """A type or field has these attributes: `Has('server.title', label='Title')`; names are without prefix."""

    def __init__(self, path, **attributes):
        self.path, self.attributes = path, attributes

    def problems(self, stage):
        found = stage.field(self.path) if '.' in self.path else stage.type(self.path)
        actual = {name: getattr(found, name) for name in self.attributes}
        actual = {name: stage.unnamed(value) if isinstance(value, str) else value for name, value in actual.items()}
        return [] if actual == self.attributes else [f'{self.path} has {actual}, not {self.attributes}']


class TypeTags:
    """A type has these tags."""

    def __init__(self, name, *tags):
        self.name, self.tags = name, tags

    def problems(self, stage):
        tags = sorted(stage.unnamed(tag.name) for tag in stage.type(self.name).tags.all())
        return [] if tags == sorted(self.tags) else [f'{self.name} is tagged {tags}, not {sorted(self.tags)}']


class Sites:
    """Exactly these of the scenario's sites exist."""

    def __init__(self, *names):
        self.names = names

    def problems(self, stage):
        names = Site.objects.filter(name__startswith=stage.prefix).values_list('name', flat=True)
        found = sorted(map(stage.unnamed, names))
        return [] if found == sorted(self.names) else [f'there are sites {found}, not {sorted(self.names)}']


def cell(stage, obj, name: str) -> str:
    """Return one value of an object as scenarios write it."""
    if name == '#tags':
        return joined(stage.unnamed(tag.name) for tag in obj.tags.all())
    if name == '#owner':
        return stage.unnamed(Owner.objects.get(pk=obj.owner_id).name) if obj.owner_id else EMPTY
    if name == '#journal':
        entries = JournalEntry.objects.filter(
            assigned_object_id=obj.pk, assigned_object_type__model=obj._meta.model_name
        )
        return joined(entry.comments for entry in entries)
    if name == '#images':
        return joined(image.name for image in obj.images.all())
    field = obj._definition.fields_by_name[name]
    if field.is_polymorphic:
        value = getattr(obj, name)
        targets = value.all() if field.type == 'multiobject' else [value] if value else ()
        return joined(stage.handle(target._meta.label_lower, target.pk) for target in targets)
    if field.type == 'coordinates':
        parts = getattr(obj, f'{name}_latitude'), getattr(obj, f'{name}_longitude')
        return EMPTY if None in parts else '{}/{}'.format(*parts)
    if not field.targets:
        return plain(getattr(obj, name))
    if obj._meta.get_field(name).many_to_many:
        return joined(stage.handle(target._meta.label_lower, target.pk) for target in getattr(obj, name).all())
    target = field.target
    pk = getattr(obj, f'{name}_id')
    if pk is None:
        return EMPTY
    exists = apps.get_model(target.app_label, target.model).objects.filter(pk=pk).exists()
    return stage.handle(target.label, pk) + ('' if exists else '?')


def plain(value) -> str:
    if value is None or value == '':
        return EMPTY
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return joined(value)
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, separators=(',', ':'))
    if hasattr(value, 'isoformat'):
        return value.isoformat()
    return str(value).replace(' ', '')


def joined(values) -> str:
    return ','.join(sorted(values)) or EMPTY
