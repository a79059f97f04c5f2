"""
Which custom objects refer to an object: the GraphQL face of `linked-objects/`, and `custom_objects` of all objects.

May import the runtime. Must not import NetBox's GraphQL types: `extensions` is read before these are made.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any

import strawberry
from django.utils.translation import gettext as _

from netbox.graphql.pagination import OffsetPaginationInput

from ..definitions import TypeDefinition
from ..runtime.classes.registry import world
from ..runtime.inbound.batches import linked_to_each
from ..runtime.inbound.linked_objects import Source
from ..runtime.rights import has_right, viewable_types
from .errors import WrongInput
from .names import type_name
from .reading.batch import Batch, batch_of
from .reading.paging import bounds_of


@strawberry.interface(name='CustomObject', description='What objects of all custom object types have.')
class CustomObjectInterface:
    id: strawberry.ID
    display: str
    class_type: str
    created: datetime | None
    last_updated: datetime | None

    @classmethod
    def resolve_type(cls, obj, info, abstract_type) -> str:
        return type_name(obj._type_id)


@strawberry.type(description='What names a custom object type.')
class CustomObjectTypeSummary:
    id: strawberry.ID
    name: str
    slug: str
    display: str
    display_plural: str
    description: str


@strawberry.type(description='A custom object that refers to another object, and by which of its fields.')
class LinkedCustomObject:
    custom_object_type: CustomObjectTypeSummary
    field_name: str
    object: CustomObjectInterface


def entries_of(obj, info, types, fields, pagination: OffsetPaginationInput | None) -> list[LinkedCustomObject]:
    """
    Return the custom objects that refer to `obj`, as far as the user may view them; read for all objects of its batch.

    Args:
        obj: an object of any model
        info: what Strawberry tells the resolver
        types: slugs of the only types that are looked at, or None
        fields: names of the only fields that are looked at, or None
        pagination: which page of the entries is meant

    Raises:
        WrongInput: a slug is unknown, or the page is out of range
    """

    def read(objects: list) -> dict:
        return _entries_of_each(objects, info, types, fields, pagination)

    return batch_of(obj).read(info.path.key, read).get(obj.pk, [])


def _entries_of_each(objects: list, info, types, fields, pagination) -> dict[int, list[LinkedCustomObject]]:
    user = info.context.request.user
    if not viewable_types(user):
        return {}
    start, offset, limit = bounds_of(pagination)
    if start is not None:
        raise WrongInput(_('Entries have no IDs of their own: use offset, not start.'))
    # A type that could not be made has no name in the schema.
    known = info._raw_info.schema.type_map
    found = linked_to_each(
        user,
        objects,
        slugs=_slugs(types or (), user),
        fields=fields or (),
        hidden={type_id for type_id in world().definitions if type_name(type_id) not in known},
        offset=offset,
        limit=limit,
    )
    groups: dict[type, dict[int, Any]] = defaultdict(dict)
    for entries in found.values():
        for source, linked in entries:
            groups[source.model][id(linked)] = linked
    for linked in groups.values():
        Batch(linked.values())
    return {pk: [_entry(source, linked) for source, linked in entries] for pk, entries in found.items()}


def _entry(source: Source, found) -> LinkedCustomObject:
    summary = _summary(source.definition)
    return LinkedCustomObject(custom_object_type=summary, field_name=source.field.name, object=found)


def _summary(definition: TypeDefinition) -> CustomObjectTypeSummary:
    return CustomObjectTypeSummary(
        id=definition.id,
        name=definition.name,
        slug=definition.slug,
        display=definition.display_name,
        display_plural=definition.display_name_plural,
        description=definition.description,
    )


def _slugs(slugs, user) -> list[str]:
    found = []
    for slug in slugs:
        definition = world().find_slug(slug)
        if definition is None or not has_right(user, definition):
            raise WrongInput(_('Unknown custom object type: {slug}').format(slug=slug))
        found.append(definition.slug)
    return found
