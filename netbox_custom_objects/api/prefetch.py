"""
What to fetch along with a list of objects because their texts name other objects.

NetBox finds what the keys of a serializer show; an object's name and context are text, which it cannot look into.
May import field_types, models.display and runtime.
"""

from ..field_types import field_type_of
from ..models.display import expression_names
from ..runtime.surfaces import per_type, surfaced_fields
from .serializers.objects import CONTEXT_KEY, context_fields

# A name that is another object's name, which is another's: followed this far.
MAX_DEPTH = 3


@per_type
def text_prefetches(model) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return {(key,): lookups}, for a viewset's `field_prefetches`."""
    context = [field for field in context_fields(model) if field_type_of(field).is_reference]
    found = {
        ('display',): name_lookups(model),
        (CONTEXT_KEY,): _lookups(model, context, MAX_DEPTH),
    }
    for field in _references(model):
        found[(field.name,)] = tuple(
            lookup
            for lookup in (*_below(model, field, MAX_DEPTH), *_context_below(model, field))
            if lookup != field.name
        )
    return {keys: lookups for keys, lookups in found.items() if lookups}


def name_lookups(model, depth: int = MAX_DEPTH) -> tuple[str, ...]:
    """Return the relations that naming an object of this model reads."""
    definition = model._definition
    names = expression_names(definition.display_expression) if definition.display_expression else frozenset()
    primary = definition.primary_field
    read = [field for field in _references(model) if field.name in names or field is primary]
    return _lookups(model, read, depth)


def _references(model):
    return [field for field in surfaced_fields(model) if field_type_of(field).is_reference]


def _lookups(model, fields, depth) -> tuple[str, ...]:
    return tuple(lookup for field in fields for lookup in _below(model, field, depth))


def _below(model, field, depth) -> list[str]:
    """Return the lookup of a relation, and of what naming its targets reads."""
    target = model._meta.get_field(field.name).related_model
    if depth == 0 or not hasattr(target, '_definition'):
        return [field.name]
    return [field.name, *(f'{field.name}__{lookup}' for lookup in name_lookups(target, depth - 1))]


def _context_below(model, field) -> list[str]:
    target = model._meta.get_field(field.name).related_model
    if not hasattr(target, '_definition'):
        return []
    shown = [field for field in context_fields(target) if field_type_of(field).is_reference]
    return [f'{field.name}__{lookup}' for lookup in _lookups(target, shown, MAX_DEPTH - 1)]
