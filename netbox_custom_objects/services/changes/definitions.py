"""
Change data of types, fields and constraints as people read them.

May import models and runtime. Expressions are shown with the names that fields have now.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from extras.models import CustomFieldChoiceSet

from ...definitions import CONDITIONS
from ...field_types.polymorphic.keys import key_type
from ...models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ...runtime.linked_defaults import shown_path
from ...runtime.rights import is_known_to_reader
from ...runtime.shown import field_names, referring_type, shown_condition, shown_expression
from .pieces import EMPTY, Piece, References, Value, json_pieces, model_pieces, pieces_of

MODELS = (CustomObjectType, CustomObjectTypeField, CustomObjectTypeConstraint)
# What changes with every change, or is bookkeeping.
NOT_SHOWN = {
    'id', 'created', 'last_updated', 'custom_object_type', 'cache_timestamp', 'payload_key', 'schema_id', 'object_type',
    'schema_document', 'next_schema_id', 'former_names', 'custom_field_data',
}  # fmt: skip
_MODELS_OF = ('related_object_type', 'related_object_types')
_FIELDS_OF = ('referring_field', 'aggregated_field')


def definition_values(model: type[models.Model], states: Iterable[Mapping | None], user) -> list[dict[str, Value]]:
    """
    Return what change data of types, fields or constraints hold, by attribute, without what is as by default.

    Args:
        model: one of MODELS
        states: change data; none of a row that is not there
        user: who reads them; None for the system itself
    """
    states = [state or {} for state in states]
    sets = key_type(CustomFieldChoiceSet)
    references = References([(sets, state['choice_set']) for state in states if state.get('choice_set')], user)
    return [_values(model, state, references, sets) for state in states]


def type_id_of(model: type[models.Model], pk: int, data: Mapping) -> int:
    """Return the id of the type that a record of a type, field or constraint is about."""
    return pk if model is CustomObjectType else data.get('custom_object_type') or 0


def _values(model, state: Mapping, references: References, sets: int) -> dict[str, Value]:
    attributes = {field.name: field for field in (*model._meta.concrete_fields, *model._meta.many_to_many)}
    row, values = _row(model, state), {}
    for name in [*(name for name in attributes if name in state), *(name for name in state if name not in attributes)]:
        if name in NOT_SHOWN:
            continue
        attribute, value = attributes.get(name), state[name]
        if attribute is None:
            # Tags, and what a newer or older release records.
            label, found = name.replace('_', ' '), pieces_of(value)
        elif name == 'choice_set':
            label, found = attribute.verbose_name, references.pieces([(sets, value)] if value else [])
        else:
            label, found = attribute.verbose_name, _pieces(row, attribute, value)
        label = str(label)
        values[name] = Value(label[:1].upper() + label[1:], found, many=isinstance(value, list) and name != 'default')
    return values


def _row(model, state: Mapping):
    """Return what expressions in a record are named by: the row as it was, unsaved."""
    row = model(**{} if model is CustomObjectType else {'custom_object_type_id': state.get('custom_object_type')})
    if model is CustomObjectTypeField:
        row.referring_field_id = state.get('referring_field')
    return row


def _pieces(row, attribute: models.Field, value: Any) -> tuple[Piece, ...]:
    name = attribute.name
    if value in EMPTY:
        return ()
    if name == 'condition' and isinstance(row, CustomObjectTypeField):
        row.condition = value
        return pieces_of(shown_condition(row))
    if name in ('expression', 'condition', *CONDITIONS):
        return pieces_of(shown_expression(row, value))
    if name == 'default_from':
        return pieces_of(shown_path(value))
    if name in _MODELS_OF:
        return model_pieces(value if isinstance(value, list) else [value], is_known_to_reader)
    if name in _FIELDS_OF:
        return (Piece(_field_name(row.referring_field_id, value), key=value),)
    if name == 'field_ids':
        row.field_ids = value
        return pieces_of(field_names(row))
    if isinstance(attribute, models.JSONField):
        return json_pieces(value)
    labels = dict(attribute.flatchoices or ())
    return pieces_of(str(labels.get(value, value)) if isinstance(value, str) else value)


def _field_name(referring_field: int | None, pk: int) -> str:
    definition = referring_type(referring_field)
    names = {field.id: field.display_label for field in definition.fields} if definition else {}
    return names.get(pk, '?')


def without_defaults(model: type[models.Model], values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values of a new or deleted row that are not what a row has by default."""
    usual = _defaults(model)
    return {name: value for name, value in values.items() if value.pieces and value.pieces != usual.get(name)}


def _defaults(model: type[models.Model]) -> dict[str, tuple[Piece, ...]]:
    fields = (field for field in model._meta.concrete_fields if field.has_default() and not field.primary_key)
    row = _row(model, {})
    return {field.name: _pieces(row, field, field.get_default()) for field in fields if field.name not in NOT_SHOWN}
