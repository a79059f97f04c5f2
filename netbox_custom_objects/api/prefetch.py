"""
What to fetch along with a list of objects because their texts name other objects.

NetBox finds what the keys of a serializer show; an object's name and context are text, which it cannot look into.
May import field_types and runtime.
"""

from extras.models import Tag
from users.models import Owner
from utilities.api import get_fields_for_serializer, get_prefetches_for_serializer

from ..field_types import field_type_of
from ..field_types.shared.bounds import INT64_MAX
from ..runtime.classes.memo import per_type
from ..runtime.reading.names import MAX_DEPTH, lookups_below, name_lookups, references, relation_lookups
from .serializers.lists import TAG_KEYS
from .serializers.objects import CONTEXT_KEY, context_fields


@per_type
def text_prefetches(model) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return {(key,): lookups}, for a viewset's `field_prefetches`."""
    context = [field for field in context_fields(model) if field_type_of(field).is_reference]
    found = {
        ('display',): name_lookups(model),
        (CONTEXT_KEY,): relation_lookups(model, context, MAX_DEPTH),
    }
    for field in references(model):
        found[(field.name,)] = tuple(
            lookup
            for lookup in (*lookups_below(model, field, MAX_DEPTH), *_context_below(model, field))
            # NetBox sees that itself, unless the targets are of several types.
            if lookup != field.name or field.is_polymorphic
        )
    return {keys: lookups for keys, lookups in found.items() if lookups}


def read_ahead(model, items: list) -> dict[type, dict[int, object]]:
    """
    Return the objects that the items of a bulk request name by ID: one query for each model, not one for each item.

    Args:
        model: the class that the items are objects of
        items: what the client sent; items of any other kind than dicts are passed over
    """
    ids: dict[type, set[int]] = {}
    fields = {field.name: model._meta.get_field(field.name) for field in references(model) if field.target is not None}
    targets = {name: field.related_model for name, field in fields.items()}
    for name, target in {'owner': Owner, **dict.fromkeys(TAG_KEYS, Tag), **targets}.items():
        found = ids.setdefault(target, set())
        for item in items:
            value = item.get(name) if isinstance(item, dict) else None
            found.update(pk for pk in (value if isinstance(value, list) else [value]) if type(pk) is int)
    return {
        target: target.objects.in_bulk([pk for pk in pks if 0 < pk <= INT64_MAX]) for target, pks in ids.items() if pks
    }


def lookups_for(model, serializer_class, **kwargs) -> list[str]:
    """
    Return the relations that a serializer of custom objects reads, as NetBox's viewsets find them.

    Args:
        model: the class of the objects
        serializer_class: the serializer of their type
        kwargs: `fields` or `omit`, as the serializer is given them
    """
    shown = frozenset(get_fields_for_serializer(serializer_class, **kwargs))
    named = [
        lookup for keys, lookups in text_prefetches(model).items() if not shown.isdisjoint(keys) for lookup in lookups
    ]
    return [*named, *get_prefetches_for_serializer(serializer_class, **kwargs)]


def _context_below(model, field) -> list[str]:
    target = model._meta.get_field(field.name).related_model
    if not hasattr(target, '_definition'):
        return []
    shown = [field for field in context_fields(target) if field_type_of(field).is_reference]
    return [f'{field.name}__{lookup}' for lookup in relation_lookups(target, shown, MAX_DEPTH - 1)]
