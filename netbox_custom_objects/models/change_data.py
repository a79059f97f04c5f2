"""
Change data of custom objects: what ObjectChange and ChangeDiff hold.

Values stand under their field's payload key (`title__1`), which never changes and is never used again, so that merge,
undo and conflict detection need to know nothing about renames (decision 9). `title__1` is also a property of the
class, because the host's generic deserializer and `update_object` set what they find in the data as attributes.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.base import DeserializedObject
from django.db import models
from django.utils.translation import gettext as _

from utilities.serialization import serialize_object

from ..field_types import field_type_of

_PARKED = '_parked_links'
# What a deleted object held in columns of fields that were deleted before it. No field can have this name. An
# object that is restored from its change data gets it as an attribute.
RETIRED_VALUES = 'retired__values'


def serialize(instance, exclude=None) -> dict[str, Any]:
    """
    Return an object's change data.

    An empty many-valued reference is left out: a branch that added the field would otherwise differ from a main that
    lacks it (`[]` against nothing) and conflict for no reason.

    Args:
        instance: the object
        exclude: attribute names to leave out
    """
    exclude = set(exclude or ())
    data = serialize_object(instance, exclude=exclude)
    for field in instance._surfaced_fields():
        field_type = field_type_of(field)
        for key, value in field_type.get_change_data(instance, field, data).items():
            if not (field_type.many and not value):
                data[key] = value
    return data


def by_name(model: type, data: dict) -> dict:
    """Return change data keyed by the current field names, as event rules and webhooks expect it."""
    fields = {
        key: field for field in model._surfaced_fields() for key in field_type_of(field).payload_names(field).values()
    }
    named = {}
    for key, value in data.items():
        field = fields.get(key)
        named |= {key: value} if field is None else field_type_of(field).name_change_data(field, key, value)
    return named


def by_key(model: type, data: dict) -> dict:
    """
    Return data keyed by payload keys, whichever way it is keyed now.

    Records from before a take-over are keyed by the names that fields had then; a name in use beats a former one.
    """
    former = {
        attribute: key
        for field in model._definition.fields
        for name in field.former_names
        for attribute, key in field_type_of(field).former_payload_names(field, name).items()
        if attribute in data
    }
    keys = {**former, **model._payload_names}
    return {keys.get(key, key): value for key, value in data.items()}


def deserialize(model: type, data: dict, pk: int | None) -> DeserializedObject:
    """
    Return an unsaved object made of change data.

    Keys of fields that the class does not have (deleted since, or not merged yet) are dropped.

    Raises:
        ValidationError: the type does not exist in the schema that is being written to
    """
    if model.objects.all().query.is_empty():
        # Its table may still be there, retired: a row written to it would be lost without a word.
        raise ValidationError(
            _('{type} {id} cannot be created because its type has been deleted here.').format(
                type=model._meta.verbose_name, id=pk
            )
        )
    data = by_key(model, data)
    names = {key: name for name, key in model._payload_names.items()}
    opts = model._meta
    attributes = {field.name: field for field in [*opts.concrete_fields, *opts.private_fields, *opts.many_to_many]}
    values, links, references = {opts.pk.attname: pk}, {}, {}
    for key, value in data.items():
        field = attributes.get(names.get(key, key))
        if field is None:
            continue
        if field.many_to_many:
            # Tags by name, links by id; `set_base` of their managers takes both, after the object is saved.
            # A new object has none, so setting nothing would only cost queries.
            if value:
                links[field.name] = list(value)
        elif hasattr(field, 'set_payload'):
            references[field] = value
        else:
            values[field.attname] = field.to_python(value)
    instance = model(**values)
    for field, value in references.items():
        field.set_payload(instance, value)
    return DeserializedObject(instance, links)


def alias_property(name: str, model_field: models.Field) -> property:
    """Return the property that makes a payload key an alias of the attribute `name`."""
    if model_field.many_to_many:
        return property(lambda self: getattr(self, name), lambda self, value: park_links(self, name, value))
    if hasattr(model_field, 'set_payload'):
        return property(model_field.get_payload, model_field.set_payload)
    attribute = model_field.attname
    return property(
        lambda self: getattr(self, attribute),
        lambda self, value: setattr(self, attribute, model_field.to_python(value)),
    )


def park_links(instance, name: str, value) -> None:
    """Remember the targets of a many-valued reference until the object has been saved."""
    instance.__dict__.setdefault(_PARKED, {})[name] = list(value or ())


def parked_objects(instance) -> dict[str, list[models.Model]]:
    """Return the targets of a new object's references that are known as objects."""
    parked = instance.__dict__.get(_PARKED, {})
    return {name: value for name, value in parked.items() if all(isinstance(item, models.Model) for item in value)}


def take_parked_objects(instance) -> dict[str, list[models.Model]]:
    """Return the targets of a new object's references that are known as objects; they are not parked any longer."""
    known = parked_objects(instance)
    for name in known:
        del instance.__dict__[_PARKED][name]
    return known


def assign_parked_links(instance) -> None:
    for name, value in instance.__dict__.pop(_PARKED, {}).items():
        getattr(instance, name).set(value)


def keep_retired(instance, values: dict) -> None:
    """Note what an object that is being deleted holds in columns out of use, for the record of its deletion."""
    if values:
        instance.__dict__[RETIRED_VALUES] = values


def take_retired(instance) -> dict:
    """Return what must be written back to columns out of use, once; nothing for most objects."""
    return instance.__dict__.pop(RETIRED_VALUES, None) or {}
