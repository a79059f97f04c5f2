"""
An island: the model classes of one connected component of types, in an app registry of their own.

Immutable once built. What a surface builds per type is memoised here (invariant I10) and dies with the island.
"""

from collections.abc import Callable, Hashable
from typing import Any

from ...definitions import TypeDefinition
from .factory import build_classes


class Island:
    """The classes of some types that refer to one another, and what surfaces have built on them."""

    def __init__(self, definitions: tuple[TypeDefinition, ...]):
        self.definitions = definitions
        self.models, self.link_models = build_classes(definitions)
        self._memo: dict[Hashable, Any] = {}
        for model in self.models.values():
            model._island = self

    def memo(self, key: Hashable, build: Callable[[], Any]) -> Any:
        """
        Return what `build` made for `key`, building it at the first call.

        Two threads may build at once; the first result is kept, and both are equivalent.
        """
        try:
            return self._memo[key]
        except KeyError:
            return self._memo.setdefault(key, build())
