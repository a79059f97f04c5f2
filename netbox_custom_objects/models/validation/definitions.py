"""
The type of a field as it is stored, and as it would be with an edit of the field; and what such an edit breaks.

May import surroundings and rows.
"""

from collections.abc import Callable

from ...definitions import FieldDefinition, TypeDefinition
from ...expressions.typed import InvalidExpression, parse, stored_form
from ...field_types.constraints import scope_of_fields
from ..rows.convert import field_definition
from .surroundings import surroundings_of


def others_of(field) -> list[FieldDefinition]:
    """Return the definitions of the fields of its type, itself left out: what it may read."""
    return [field_definition(other) for other in surroundings_of(field).siblings(field)]


def definition_of(row, using: str | None) -> TypeDefinition:
    """Return the type of a field or constraint, with its current fields."""
    type_id = row.custom_object_type_id
    fields = surroundings_of(row).fields_of(type_id, using)
    return TypeDefinition(type_id, '', '').with_fields(map(field_definition, fields))


def is_stored(source: str) -> bool:
    """Whether an expression names fields by keys."""
    try:
        return any(node.op == 'key' for node in parse(source, stored=True).walk())
    except InvalidExpression:
        return False


def stored_expression(field) -> str:
    """Return the expression of a field with keys in place of names of fields; as it is, if it cannot be read."""
    if not field.expression or is_stored(field.expression):
        return field.expression
    try:
        return stored_form(field.expression, scope_of_fields(others_of(field)))
    except InvalidExpression:
        return field.expression


def definition_with(field) -> TypeDefinition:
    """Return the type of a field, with its other fields as they are stored and this one as it is in memory."""
    own = field_definition(field, expression=stored_expression(field))
    return TypeDefinition(field.custom_object_type_id, '', '').with_fields([*others_of(field), own])


def broken_by(field, using: str | None, find: Callable[[TypeDefinition], set]) -> list:
    """Return what `find` finds broken once a field is what it is to be, and not now."""
    return sorted(find(definition_with(field)) - find(definition_of(field, using)))
