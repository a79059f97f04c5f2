"""
Change data of custom objects as people read them: labels for payload keys, choices by their labels, links to objects.

May import models and runtime.
"""

from collections.abc import Iterable, Iterator, Mapping

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from ...definitions import FieldDefinition, field_id_from_payload_key
from ...field_types import field_type_of
from ...field_types.polymorphic.keys import Key, content_type_id, key_from_payload, key_type
from ...models.change_data import RETIRED_VALUES, by_key
from ...runtime.classes.memo import surfaced_fields
from .pieces import References, Value, json_pieces, pieces_of

# What changes with every change, or does not hold a value.
NOT_SHOWN = {'id', 'created', 'last_updated', RETIRED_VALUES}
# What a value that does not fit its field any longer raises: the field has been converted since.
UNFIT = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)


def object_values(model: type, states: Iterable[Mapping | None], user) -> list[dict[str, Value]]:
    """
    Return what change data of objects of one type hold, by key: fields in their order, then what all objects have.

    Args:
        model: the class of the type
        states: change data; none of an object that is not there
        user: who reads them; None for the system itself
    """
    keyed = [by_key(model, state or {}) for state in states]
    keys = [key for state in keyed for _name, found in _keys(model, state) for key in found]
    references = References(keys, user)
    return [_values(model, state, references) for state in keyed]


def _keys(model: type, state: Mapping) -> Iterator[tuple[str, list[Key]]]:
    """Yield what a record refers to, by key of the record."""
    for field in surfaced_fields(model):
        if field_type_of(field).is_reference and field.payload_key in state:
            held = state[field.payload_key]
            entries = held if isinstance(held, list) else [held]
            yield field.payload_key, [key for entry in entries if (key := _key(field, entry))]
    owner = state.get('owner')
    if owner:
        yield 'owner', [(key_type(model._meta.get_field('owner').related_model), owner)]


def _key(field: FieldDefinition, entry) -> Key | None:
    if field.is_polymorphic:
        return key_from_payload(entry)
    content_type = content_type_id(field.target) if field.target else None
    return (content_type, entry) if entry and content_type else None


def _values(model: type, state: Mapping, references: References) -> dict[str, Value]:
    values, keys = {}, dict(_keys(model, state))
    for field in surfaced_fields(model):
        field_type = field_type_of(field)
        if field.payload_key in keys:
            found = references.pieces(keys[field.payload_key])
            values[field.payload_key] = Value(field.display_label, found, many=field_type.many)
        else:
            values |= _plain_values(model, field, state)
    for key, value in state.items():
        if key in values or key in NOT_SHOWN or key in keys and key != 'owner':
            continue
        many, label = isinstance(value, list), _label(model, key)
        values[key] = Value(label, references.pieces(keys[key]) if key in keys else _other(value), many)
    return values


def _plain_values(model: type, field: FieldDefinition, state: Mapping) -> dict[str, Value]:
    """Return the values of a field other than a reference: several, if it has several attributes."""
    field_type = field_type_of(field)
    names = {name: key for name, key in field_type.payload_names(field).items() if key in state}
    instance, values = model(), {}
    for name, key in names.items():
        model_field = model._meta.get_field(name)
        label = str(model_field.verbose_name) if len(names) > 1 else field.display_label
        if isinstance(model_field, models.JSONField):
            values[key] = Value(label, json_pieces(state[key]))
            continue
        try:
            setattr(instance, name, model_field.to_python(state[key]))
            is_alone = len(names) == 1
            value = field_type.get_plain_value(instance, field) if is_alone else getattr(instance, name)
            found = pieces_of(value, field.unit)
        except UNFIT:
            found = pieces_of(state[key], field.unit)
        values[key] = Value(label, found, many=isinstance(state[key], list))
    return values


def _other(value) -> tuple:
    return json_pieces(value) if isinstance(value, dict) else pieces_of(value)


def _label(model: type, key: str) -> str:
    """Return what is shown for a key that no field of the type has (any more)."""
    if field_id_from_payload_key(key) is not None:
        return _('{name} (deleted field)').format(name=key.rsplit('__', 1)[0])
    try:
        label = str(model._meta.get_field(key).verbose_name)
    except (FieldDoesNotExist, AttributeError):
        label = key.replace('_', ' ')
    return label[:1].upper() + label[1:]
