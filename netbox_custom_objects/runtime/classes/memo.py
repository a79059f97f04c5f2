"""
Memoised surfaces (serializer, filterset, form, table, search index): built once per island, or World (invariant I10).
"""

from collections.abc import Callable
from functools import wraps

from ...definitions import FieldDefinition


def per_type(build: Callable):
    """
    Decorate a function `build(model, *args)` so that its result is kept on the island of `model`.

    Builders must depend on the class's definition alone: what differs per request or user cannot be memoised.
    """

    @wraps(build)
    def memoised(model, *args, **kwargs):
        island = getattr(model, '_island', None)
        if island is None:  # a ghost: nothing to keep it on, and nothing that is worth keeping
            return build(model, *args, **kwargs)
        # Not the class itself: two generations are equal, and would be taken for one another.
        key = build.__module__, build.__qualname__, model._type_id, args, tuple(sorted(kwargs.items()))
        return island.memo(key, lambda: build(model, *args, **kwargs))

    return memoised


def per_island(build: Callable):
    """Decorate a function `build(island)` so that its result is kept on the island."""

    @wraps(build)
    def memoised(island):
        return island.memo((build.__module__, build.__qualname__), lambda: build(island))

    return memoised


def per_world(build: Callable):
    """
    Decorate a function `build(world, key, example)` so that its result is kept on the World, for each key.

    For what is derived from many types at once. Any example of the key must give the same result.
    """

    @wraps(build)
    def memoised(current, key, example):
        return current.memo((build.__module__, build.__qualname__, key), lambda: build(current, key, example))

    return memoised


def surfaced_fields(model) -> tuple[FieldDefinition, ...]:
    """Return the fields that `model` has attributes for: a name that is built in today belongs to NetBox."""
    return model._surfaced_fields()
