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
    for field in instance._definition.fields:
        field_type = field_type_of(field)
        for name, key in field_type.payload_names(field).items():
            if name not in data:
                continue
            value = field_type.to_payload(data.pop(name), instance.__dict__.get(name))
            if not (field_type.many and not value):
                data[key] = value
    return data


def by_name(model: type, data: dict) -> dict:
    """Return change data keyed by the current field names, as event rules and webhooks expect it."""
    names = {key: name for name, key in model._payload_names.items()}
    return {names.get(key, key): value for key, value in data.items()}


def by_key(model: type, data: dict) -> dict:
    """Return data keyed by payload keys, whichever way it is keyed now."""
    return {model._payload_names.get(key, key): value for key, value in data.items()}


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
            _('{type} {id} cannot be created because its type does not exist here; it was deleted meanwhile.').format(
                type=model._meta.verbose_name, id=pk
            )
        )
    names = {key: name for name, key in model._payload_names.items()}
    attributes = {field.name: field for field in [*model._meta.concrete_fields, *model._meta.many_to_many]}
    values, links = {model._meta.pk.attname: pk}, {}
    for key, value in data.items():
        field = attributes.get(names.get(key, key))
        if field is None:
            continue
        if field.many_to_many:
            # Tags by name, links by id; `set_base` of their managers takes both, after the object is saved.
            links[field.name] = list(value or ())
        else:
            values[field.attname] = field.to_python(value)
    return DeserializedObject(model(**values), links)


def alias_property(name: str, model_field: models.Field) -> property:
    """Return the property that makes a payload key an alias of the attribute `name`."""
    if model_field.many_to_many:
        return property(lambda self: getattr(self, name), lambda self, value: park_links(self, name, value))
    attribute = model_field.attname
    return property(
        lambda self: getattr(self, attribute),
        lambda self, value: setattr(self, attribute, model_field.to_python(value)),
    )


def park_links(instance, name: str, value) -> None:
    """Remember the targets of a many-valued reference until the object has been saved."""
    instance.__dict__.setdefault(_PARKED, {})[name] = list(value or ())


def assign_parked_links(instance) -> None:
    for name, value in instance.__dict__.pop(_PARKED, {}).items():
        getattr(instance, name).set(value)
