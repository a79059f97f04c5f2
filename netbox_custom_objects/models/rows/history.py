"""
Definitions as change data recorded them: what a type or field was before its first edit.

May import from `definitions` and this room. Attributes that a record lacks, because it is older than they are, have
their defaults.
"""

from dataclasses import MISSING, fields
from typing import Any

from django.contrib.contenttypes.models import ContentType

from ...definitions import (
    ChoiceSetRef,
    ConstraintDefinition,
    FieldDefinition,
    TargetRef,
    TypeDefinition,
    canonical_json,
)

# Attributes whose recorded form is not that of the definition.
_CONVERTED = {
    'id',
    'type_id',
    'fields',
    'constraints',
    'choice_set',
    'targets',
    'default_json',
    'related_object_filter_json',
    'former_names',
}


def type_from_change_data(pk: int, data: dict[str, Any]) -> TypeDefinition:
    """Return a type, without its fields, as `serialize_object()` of CustomObjectType recorded it."""
    return TypeDefinition(id=pk, **_plain(TypeDefinition, data))


def field_from_change_data(pk: int, data: dict[str, Any], choice_sets: dict[int, ChoiceSetRef]) -> FieldDefinition:
    """
    Return a field as `serialize_object()` of CustomObjectTypeField recorded it.

    Args:
        pk: the field's id
        data: the record
        choice_sets: choice sets as they are now, by id; records name them by id alone
    """
    default, filters, choice_set = (data.get(key) for key in ('default', 'related_object_filter', 'choice_set'))
    return FieldDefinition(
        id=pk,
        type_id=data['custom_object_type'],
        default_json=None if default is None else canonical_json(default),
        related_object_filter_json=None if filters is None else canonical_json(filters),
        choice_set=choice_sets.get(choice_set, ChoiceSetRef(choice_set, '')) if choice_set else None,
        targets=_targets(data),
        **_plain(FieldDefinition, data),
    )


def constraint_from_change_data(pk: int, data: dict[str, Any]) -> ConstraintDefinition:
    """Return a constraint as `serialize_object()` of CustomObjectTypeConstraint recorded it."""
    values = {**_plain(ConstraintDefinition, data), 'field_ids': tuple(data.get('field_ids') or ())}
    return ConstraintDefinition(id=pk, type_id=data['custom_object_type'], **values)


def _plain(definition: type, data: dict) -> dict[str, Any]:
    values = {}
    for field in fields(definition):
        if field.name in _CONVERTED:
            continue
        if field.name in data and (data[field.name] is not None or field.default is None):
            values[field.name] = data[field.name]
        elif field.default is MISSING:
            values[field.name] = ''
    return values


def _targets(data: dict) -> tuple[TargetRef, ...]:
    pks = data.get('related_object_types') if data.get('is_polymorphic') else [data.get('related_object_type')]
    manager = ContentType.objects
    found = (manager.get_for_id(pk) for pk in pks or () if pk)
    return tuple(sorted((TargetRef(item.app_label, item.model) for item in found), key=lambda target: target.label))
