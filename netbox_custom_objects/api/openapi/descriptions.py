"""
The description of each type in the OpenAPI schema, kept until the type or one that it refers to changes.

It is the same for all users: who may not view a type is shown no description of it.
"""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from hashlib import sha256

from django.core.cache import cache

from ...constants import APP_LABEL
from ...definitions import TypeDefinition
from ...runtime.classes.memo import per_island
from ...runtime.classes.registry import world
from ...runtime.context import within_request
from .names import SchemaNames, schema_names
from .template import describe_common, describe_type, template
from .texts import Form, Tree, packed, unpacked, write

# Seconds. What a type was is asked for again only if it becomes that again, or in a branch.
KEEP = 24 * 60 * 60


def describe(
    definitions: Iterable[TypeDefinition], version: str | None, context: str, form: Form | None
) -> Iterable[Tree]:
    """
    Return paths and components of each type, and components of them all; what was described before is in the cache.

    Args:
        definitions: of the current World
        version: of the API
        context: what all descriptions depend on: versions and language
        form: how entries are written; None if they are not
    """
    current = world()
    definitions = [*filter(None, (current.definition(found.id) for found in definitions))]
    if not definitions:
        return ()
    names = schema_names(current.definitions.values())
    describers = {f'{context}_of_all_types': describe_common}
    for found in definitions:
        describers[_key(current.island(found.id), found.id, names, context)] = partial(describe_type, found, names)

    def make(keys: Collection[str]) -> dict[str, Tree]:
        common = template(version, context)
        with within_request():
            parts = {key: describers[key](common) for key in keys}
        return {key: write(part, form) for key, part in parts.items()} if form else parts

    return _kept(describers, make, f'_{form.name}' if form else '').values()


def _kept(keys: Collection[str], make: Callable[[Collection[str]], dict[str, Tree]], suffix: str) -> dict[str, Tree]:
    """Return what the cache holds under keys with a suffix, and what is made where it holds nothing; in order."""
    kept = cache.get_many([f'{key}{suffix}' for key in keys])
    made = {}
    if missing := [key for key in keys if f'{key}{suffix}' not in kept]:
        made = make(missing)
        cache.set_many({f'{key}{suffix}': packed(part) for key, part in made.items()}, KEEP)
    return {key: made[key] if key in made else unpacked(kept[f'{key}{suffix}']) for key in keys}


def _key(island, type_id: int, names: dict[int, SchemaNames], context: str) -> str:
    """Return what a description depends on: the definitions of connected types, and what they are called."""
    digest, ids = _digests(island)[type_id]
    parts = digest, type_id, [names[pk] for pk in ids], context
    return f'{APP_LABEL}_packed_schema_of_type_{sha256(repr(parts).encode()).hexdigest()}'


@per_island
def _digests(island) -> dict[int, tuple[str, list[int]]]:
    """Return, for each type, a digest of what its description shows, and the ids of the types which that is of."""
    known = {found.id: found for found in island.definitions}
    found = {}
    for definition in island.definitions:
        # Rollups show fields of other types, and what these refer to.
        counted = {read.type_id for field in definition.fields for read in field.reads} & known.keys()
        shown = {definition.id, *counted, *definition.referenced_type_ids}
        shown = shown.union(*(known[pk].referenced_type_ids for pk in counted)) & known.keys()
        text = repr([known[pk] for pk in sorted(shown)])
        found[definition.id] = sha256(text.encode()).hexdigest(), sorted(shown)
    return found
