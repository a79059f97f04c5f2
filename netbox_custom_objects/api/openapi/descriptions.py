"""
The description of each type in the OpenAPI schema, kept until the type or one that it is connected with changes.

It is the same for all users: who may not view a type is shown no description of it. May import filtersets.
"""

from collections.abc import Iterable
from hashlib import sha256

from django.core.cache import cache

from ...constants import APP_LABEL
from ...definitions import TypeDefinition
from ...filtersets import get_filterset_class
from ...filtersets.objects import CustomObjectFilterSet
from ...runtime.classes.memo import per_island
from ...runtime.classes.registry import world
from ...runtime.context import within_request
from .names import SchemaNames, schema_names
from .sharing import share

# Seconds. What a type was is asked for again only if it becomes that again, or in a branch.
KEEP = 24 * 60 * 60


def describe(definitions: Iterable[TypeDefinition], context: str, generate) -> dict:
    """
    Return paths and components of types; those that were described before are taken from the cache, by one request.

    Args:
        definitions: of the current World
        context: what all descriptions depend on: versions and language
        generate: returns the document of one type, from its definition and the names of all types
    """
    current = world()
    definitions = [*filter(None, (current.definition(found.id) for found in definitions))]
    names = schema_names(current.definitions.values())
    keys = {found.id: _key(current.island(found.id), found, names, context) for found in definitions}
    kept = cache.get_many(keys.values())
    made = {}
    with within_request():
        for definition in definitions:
            if (key := keys[definition.id]) not in kept:
                kept[key] = made[key] = _describe(definition, names, generate)
    if made:
        cache.set_many(made, KEEP)
    paths, components = {}, {}
    for key in keys.values():
        paths |= kept[key]['paths']
        for kind, found in kept[key]['components'].items():
            components.setdefault(kind, {}).update(found)
    return {'paths': paths, 'components': {kind: dict(sorted(found.items())) for kind, found in components.items()}}


def _describe(definition: TypeDefinition, names: dict[int, SchemaNames], generate) -> dict:
    filters, common = get_filterset_class(world().model(definition.id)).base_filters, CustomObjectFilterSet.base_filters
    own_parameters = {name for name in filters if name.split('__')[0] not in common}
    document = share(generate(definition, names), own_parameters, names[definition.id].component)
    return {'paths': document['paths'], 'components': document['components']}


def _key(island, definition: TypeDefinition, names: dict[int, SchemaNames], context: str) -> str:
    """Return what a description depends on: the definitions of connected types, and what they are called."""
    called = [names[found.id] for found in island.definitions]
    parts = _digest(island), definition.id, called, context
    return f'{APP_LABEL}_schema_of_type_{sha256(repr(parts).encode()).hexdigest()}'


@per_island
def _digest(island) -> str:
    return sha256(repr(island.definitions).encode()).hexdigest()
