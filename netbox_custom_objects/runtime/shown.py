"""How constraints and conditions are shown: with the names that fields have now, from what the current World knows."""

from django.utils.translation import gettext as _

from ..definitions import TypeDefinition
from ..field_types.constraints import with_field_names
from .classes.registry import world
from .rights import is_known_to_reader


def _definition(row) -> TypeDefinition:
    type_id = row.custom_object_type_id
    return world().all_definitions.get(type_id) or TypeDefinition(type_id, '', '')


def field_names(constraint) -> list[str]:
    """Return the names of the fields that are unique together; a field that is gone is named by its id."""
    names = {field.id: field.name for field in _definition(constraint).fields}
    return [names.get(pk, f'${pk}') for pk in constraint.field_ids]


def shown_expression(row, stored: str) -> str:
    """Return a condition or expression of a constraint or field as people write it."""
    return with_field_names(stored, _definition(row).fields)


def shown_condition(field) -> str:
    """Return the condition of a rollup as people write it, with names only for those who may know of the type."""
    definition = referring_type(field.referring_field_id)
    if definition is None or not field.condition:
        return field.condition
    return with_field_names(field.condition, definition.fields)


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
