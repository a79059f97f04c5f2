"""How constraints and conditions are shown: with the names that fields have now, from what the current World knows."""

from django.utils.translation import gettext as _

from ..definitions import TypeDefinition
from ..expressions.typed import InvalidExpression, shown_form
from ..field_types.rules import scope_of, scope_of_fields
from .classes.registry import world
from .rights import is_known_to_reader


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


def shown_condition(field) -> str:
    """Return the condition of a rollup as people write it, with names only for those who may know of the type."""
    definition = referring_type(field.referring_field_id)
    if definition is None or not field.condition:
        return field.condition
    try:
        return shown_form(field.condition, scope_of_fields(definition.fields, is_stored=True))
    except InvalidExpression:
        return field.condition


def referring_type(field_id: int | None) -> TypeDefinition | None:
    """Return the type that a field is of, None if there is none that the user of the request may know of."""
    types = world().all_definitions.values()
    found = next((known for known in types if any(field.id == field_id for field in known.fields)), None)
    return found if found is not None and is_known_to_reader(found.id) else None


def rollup_summary(field) -> str:
    """Return how a rollup is calculated, as far as the user of the request may know; '' of any other field."""
    if not field.aggregate:
        return ''
    definition = referring_type(field.referring_field_id)
    if definition is None:
        return _('{aggregate} of objects that you may not view').format(aggregate=field.get_aggregate_display())
    names = {found.id: f'{definition.name}.{found.name}' for found in definition.fields}
    text = _('{aggregate} of {field} by {reference}') if field.aggregated_field_id else _('{aggregate} by {reference}')
    found = text.format(
        aggregate=field.get_aggregate_display(),
        field=names.get(field.aggregated_field_id, '?'),
        reference=names.get(field.referring_field_id, '?'),
    )
    if not field.condition:
        return found
    return _('{rollup}, where {condition}').format(rollup=found, condition=shown_condition(field))
