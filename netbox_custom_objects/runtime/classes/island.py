"""
An island: one connected component of types, and their model classes in an app registry of their own.

The classes are made when one of them is first asked for, all at once, and stay as they are. What a surface builds per
type is memoised here (invariant I10) and dies with the island.
"""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from ...definitions import TypeDefinition
from ...exceptions import PASSING
from .factory import build_classes
from .faults import Fault, buildable


class Classes(NamedTuple):
    """What was made of the types of an island."""

    definitions: tuple[TypeDefinition, ...]
    models: dict[int, type]
    link_models: dict[int, type]
    # What of the types could not be built, and is left out.
    faults: tuple[Fault, ...]


class Island:
    """Some types that refer to one another, their classes, and what surfaces have built on them."""

    def __init__(self, stored: tuple[TypeDefinition, ...]):
        # As they are defined; whether they can be built is known when they are.
        self.stored = stored
        # One item, once the classes are made.
        self._built: dict[type[Classes], Classes] = {}
        self._memo: dict[Hashable, Any] = {}

    @property
    def is_built(self) -> bool:
        return bool(self._built)

    @property
    def definitions(self) -> tuple[TypeDefinition, ...]:
        return self._classes.definitions

    @property
    def models(self) -> dict[int, type]:
        return self._classes.models

    @property
    def link_models(self) -> dict[int, type]:
        return self._classes.link_models

    @property
    def faults(self) -> tuple[Fault, ...]:
        return self._classes.faults

    @property
    def _classes(self) -> Classes:
        try:
            return self._built[Classes]
        except KeyError:
            # Two threads may build at once, as below.
            return self._built.setdefault(Classes, self._build())

    def _build(self) -> Classes:
        definitions, faults = self.stored, []
        try:
            models, link_models = build_classes(definitions)
        except PASSING:
            # Faults are cached, and these errors may not occur again: the next access retries.
            raise
        except Exception:
            # One row must not take the others with it.
            definitions, faults = buildable(definitions, build_classes)
            models, link_models = build_classes(definitions)
        for model in models.values():
            model._island = self
        return Classes(definitions, models, link_models, tuple(faults))

    def memo(self, key: Hashable, build: Callable[[], Any]) -> Any:
        """
        Return what `build` made for `key`, building it at the first call.

        Two threads may build at once; the first result is kept, and both are equivalent.
        """
        try:
            return self._memo[key]
        except KeyError:
            return self._memo.setdefault(key, build())
