"""
What to fetch along with custom objects because their names are made of other objects.

May import field_types, models.display and surfaces. Must follow names of names to a limit only: they may form circles.
"""

from ...field_types import field_type_of
from ...models.display import expression_names
from ..classes.memo import surfaced_fields

# A name that is another object's name, which is another's: followed this far.
MAX_DEPTH = 3


def name_lookups(model, depth: int = MAX_DEPTH) -> tuple[str, ...]:
    """Return the relations that naming an object of this model reads."""
    definition = model._definition
    names = expression_names(definition.display_expression)
    primary = definition.primary_field
    read = [field for field in references(model) if field.name in names or field is primary]
    return relation_lookups(model, read, depth)


def references(model) -> list:
    """Return the definitions of a model's fields that refer to objects."""
    return [field for field in surfaced_fields(model) if field_type_of(field).is_reference]


def relation_lookups(model, fields, depth: int) -> tuple[str, ...]:
    """Return the lookups of some relations, and of what naming their targets reads."""
    return tuple(lookup for field in fields for lookup in lookups_below(model, field, depth))


def lookups_below(model, field, depth: int) -> list[str]:
    """Return the lookup of one relation, and of what naming its targets reads."""
    target = model._meta.get_field(field.name).related_model
    if depth == 0 or not hasattr(target, '_definition'):
        # Targets of many types fetch what they need themselves, see `generic`.
        return [field.name]
    return [field.name, *(f'{field.name}__{lookup}' for lookup in name_lookups(target, depth - 1))]
