"""Everything that can be said about a scenario's part of a schema, as a value that can be compared."""

from dcim.models import Site
from extras.models import JournalEntry, Tag

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField

from .stage import model_of

# When something was written differs between schemas, as it must.
WHEN = {'created', 'last_updated'}


def capture(stages) -> dict:
    """
    Return {stage: {(kind, key): data}} of all types, fields, objects, sites, tags and journal entries of scenarios.

    Of what all schemas have in one table, all scenarios are read at once.
    """
    by_prefix = {stage.prefix: {} for stage in stages}
    by_type = {}
    for custom_object_type in _of(by_prefix, CustomObjectType.objects.prefetch_related('tags')):
        type_id = custom_object_type.pk
        found = by_type[type_id] = by_prefix[_prefix(custom_object_type)]
        found['type', type_id] = data_of(custom_object_type)
    fields = CustomObjectTypeField.objects.filter(custom_object_type__in=by_type)
    for field in fields.prefetch_related('related_object_types'):
        by_type[field.custom_object_type_id]['field', field.pk] = data_of(field)
    models = {}
    for type_id, found in by_type.items():
        model = model_of(type_id)
        models[model._meta.model_name] = type_id
        for instance in model.objects.all():
            found['object', type_id, instance.pk] = data_of(instance)
    journal = JournalEntry.objects.filter(assigned_object_type__model__in=models)
    for entry in journal.select_related('assigned_object_type'):
        type_id = models[entry.assigned_object_type.model]
        by_type[type_id]['journal', entry.pk] = (type_id, entry.assigned_object_id, entry.comments)
    for model in (Site, Tag):
        for instance in _of(by_prefix, model.objects.all()):
            by_prefix[_prefix(instance)][model._meta.model_name, instance.pk] = data_of(instance)
    return {stage: by_prefix[stage.prefix] for stage in stages}


def _of(by_prefix, queryset):
    """Return what has a name of one of the scenarios."""
    return [instance for instance in queryset if _prefix(instance) in by_prefix]


def _prefix(instance) -> str:
    return f'{instance.name.split("_")[0]}_'


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
