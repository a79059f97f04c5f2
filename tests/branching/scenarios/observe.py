"""Everything that can be said about a scenario's part of a schema, as a value that can be compared."""

from dcim.models import Site
from extras.models import JournalEntry, Tag

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField

from .stage import model_of

# When something was written differs between schemas, as it must.
WHEN = {'created', 'last_updated'}


def capture(stage) -> dict:
    """Return {(kind, key): data} of all types, fields, objects, sites, tags and journal entries of a scenario."""
    found = {}
    for custom_object_type in CustomObjectType.objects.filter(name__startswith=stage.prefix):
        type_id = custom_object_type.pk
        found['type', type_id] = data_of(custom_object_type)
        for field in CustomObjectTypeField.objects.filter(custom_object_type=type_id):
            found['field', field.pk] = data_of(field)
        model = model_of(type_id)
        for instance in model.objects.all():
            found['object', type_id, instance.pk] = data_of(instance)
        for entry in JournalEntry.objects.filter(assigned_object_type__model=model._meta.model_name):
            found['journal', entry.pk] = (type_id, entry.assigned_object_id, entry.comments)
    for model in (Site, Tag):
        for instance in model.objects.filter(name__startswith=stage.prefix):
            found[model._meta.model_name, instance.pk] = data_of(instance)
    return found


def data_of(instance) -> dict:
    return {name: ordered(value) for name, value in instance.serialize_object().items() if name not in WHEN}


def ordered(value):
    """Return the ids or tag names of a many-valued reference in order: they have none of their own."""
    if isinstance(value, list) and (all(type(item) is int for item in value) or all(type(i) is str for i in value)):
        return sorted(value)
    return value


def differences(before: dict, after: dict) -> list[str]:
    """Return one line for each thing in which two captured states differ."""
    lines = []
    for key in sorted({*before, *after}, key=str):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
            lines.append(f'{key}: ' + ', '.join(f'{name} {old.get(name)!r} -> {new.get(name)!r}' for name in names))
        else:
            lines.append(f'{key}: {old!r} -> {new!r}')
    return lines
