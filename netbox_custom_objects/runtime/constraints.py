"""How constraints are shown: with the names that fields have now, from what the current World knows."""

from ..definitions import TypeDefinition
from ..expressions.typed import InvalidExpression, shown_form
from ..field_types.rules import scope_of
from .classes.registry import world


def _definition(constraint) -> TypeDefinition:
    type_id = constraint.custom_object_type_id
    return world().all_definitions.get(type_id) or TypeDefinition(type_id, '', '')


def field_names(constraint) -> list[str]:
    """Return the names of the fields that are unique together; a field that is gone is named by its id."""
    names = {field.id: field.name for field in _definition(constraint).fields}
    return [names.get(pk, f'${pk}') for pk in constraint.field_ids]


def shown_expression(constraint, stored: str) -> str:
    """Return the condition or expression of a constraint as people write it."""
    try:
        return shown_form(stored, scope_of(_definition(constraint))) if stored else ''
    except InvalidExpression:
        return stored
