"""
Which custom objects refer to an object: the GraphQL face of `linked-objects/`, and `custom_objects` of all objects.

May import the runtime. Must not import NetBox's GraphQL types: `extensions` is read before these are made.
"""

from datetime import datetime

import strawberry
from django.utils.translation import gettext as _

from netbox.graphql.pagination import OffsetPaginationInput

from ..definitions import TypeDefinition
from ..runtime.classes.registry import world
from ..runtime.inbound.linked_objects import LinkedObjects
from ..runtime.rights import has_right, viewable_types
from .batch import Batch
from .errors import WrongInput
from .names import type_name
from .paging import bounds_of


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
    Return the custom objects that refer to `obj`, as far as the user may view them.

    Args:
        obj: an object of any model
        info: what Strawberry tells the resolver
        types: slugs of the only types that are looked at, or None
        fields: names of the only fields that are looked at, or None
        pagination: which page of the entries is meant

    Raises:
        WrongInput: a slug is unknown, or the page is out of range
    """
    user = info.context.request.user
    if not viewable_types(user):
        return []
    linked = LinkedObjects(user, obj, slugs=_slugs(types or (), user), fields=fields or ())
    start, offset, limit = bounds_of(pagination)
    if start is not None:
        raise WrongInput(_('Entries have no IDs of their own: use offset, not start.'))
    page = linked[offset : None if limit is None else offset + limit]
    # A type that could not be made has no name in the schema.
    known = info._raw_info.schema.type_map
    page = [(source, found) for source, found in page if type_name(source.definition.id) in known]
    groups: dict[type, list] = {}
    for source, found in page:
        groups.setdefault(source.model, []).append(found)
    for objects in groups.values():
        Batch(objects)
    return [
        LinkedCustomObject(custom_object_type=_summary(source.definition), field_name=source.field.name, object=found)
        for source, found in page
    ]


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
