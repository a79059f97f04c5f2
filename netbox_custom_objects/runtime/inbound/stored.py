"""
Where references are stored, and how those to some objects are found: of every kind of field, in any schema.

May import field_types and a World that it is handed. Only reads.
"""

from collections.abc import Iterable, Iterator
from itertools import batched

from django.db.models import Model, QuerySet

from ...definitions import FieldDefinition
from ...field_types import field_type_of
from ...field_types.polymorphic.keys import content_type_id, links_name
from ..classes.world import World

# Objects, and ids of objects, that are read or asked for at once.
CHUNK = 1000


def links_of(current: World, field: FieldDefinition) -> type[Model]:
    """Return the class of the link rows of a many-valued field."""
    if field.is_polymorphic:
        return current.model(field.type_id)._meta.get_field(links_name(field)).related_model
    return current.link_model(field.type_id, field.id)


def stored_references(current: World, field: FieldDefinition, using: str) -> tuple[QuerySet, str, str, str]:
    """
    Return the rows that hold the references of a field, in one schema.

    Returns:
        (rows, name of the attribute with the referrer's id, with the target's id, with the content type of a
        polymorphic target)
    """
    if field_type_of(field).many:
        links = links_of(current, field)._default_manager.using(using).all()
        return links, 'source_id', 'object_id' if field.is_polymorphic else 'target_id', 'content_type'
    objects = current.model(field.type_id).objects.using(using).all()
    target = f'{field.name}_object_id' if field.is_polymorphic else f'{field.name}_id'
    return objects, 'pk', target, f'{field.name}_content_type'


def referrers_of(current: World, field: FieldDefinition, target: Model, using: str) -> QuerySet:
    """Return the custom objects that refer to `target` by a field."""
    objects = current.model(field.type_id).objects.using(using)
    return objects.filter(**field_type_of(field).reference_filter(field, target))


def referenced_ids(
    current: World, field: FieldDefinition, label: str, ids: Iterable[int], using: str
) -> Iterator[tuple[int, int]]:
    """
    Yield which of some objects a field refers to: one query per CHUNK ids.

    Args:
        current: the World of the schema
        field: the field
        label: `app.model` of the objects
        ids: their ids
        using: the alias of the schema

    Yields:
        (id of the target, id of the referrer)
    """
    rows, referrer, target, content_type = stored_references(current, field, using)
    if field.is_polymorphic:
        found = next((target for target in field.targets if target.label == label), None)
        rows = rows.filter(**{content_type: found and content_type_id(found)})
    for chunk in batched(sorted(ids), CHUNK):
        yield from rows.filter(**{f'{target}__in': chunk}).order_by().values_list(target, referrer)


def is_referred_to(current: World, label: str, ids: Iterable[int], using: str) -> bool:
    """Whether any custom object refers to one of some objects; arguments as those of `referenced_ids`."""
    fields = current.referring(label)
    return any(True for field in fields for _found in referenced_ids(current, field, label, ids, using))


def in_chunks(objects: QuerySet) -> Iterator[list]:
    """Yield the objects in lists of at most CHUNK, in order of their ids; they may be changed or deleted meanwhile."""
    last = 0
    while chunk := list(objects.filter(pk__gt=last).order_by('pk')[:CHUNK]):
        last = chunk[-1].pk
        yield chunk
        if len(chunk) < CHUNK:
            return
