"""
A World: all dynamic classes of one revision of one schema, as a thin union of islands.

Immutable. Islands are shared between Worlds whose definitions agree, between revisions and between branches, so that a
change of one type rebuilds one island (proven, 1.2).
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from typing import Any
from weakref import WeakValueDictionary

from ...definitions import FieldDefinition, TypeDefinition, with_rollups
from ...field_types import field_type_of
from .faults import Fault, Storage, buildable, group_by_type, split_faulty
from .island import Island
from .stand_ins import stand_in, with_stand_ins

# By definitions and former names.
_islands: WeakValueDictionary[tuple, Island] = WeakValueDictionary()


class World:
    """The classes of every type in one schema, by type id and by name."""

    def __init__(self, definitions: dict[int, TypeDefinition], storage: Storage | None = None):
        """
        Args:
            definitions: by type id
            storage: what tables there are for them; None trusts that they have what they need
        """
        stored = definitions
        definitions, faults = split_faulty(with_rollups(stored), storage)
        definitions = with_rollups({pk: with_stand_ins(definition) for pk, definition in definitions.items()})
        islands = []
        for component in components(definitions):
            island, unbuilt = _island_of(component)
            islands.append(island)
            faults += unbuilt
        self.islands = tuple(islands)
        # What is defined and left out, by type id.
        self.faults: dict[int, tuple[Fault, ...]] = group_by_type(faults)
        # Those of the islands, which are equal: Worlds that differ in one type hold the same objects for all others.
        shared = {definition.id: definition for island in self.islands for definition in island.definitions}
        self.definitions = {type_id: shared[type_id] for type_id in definitions if type_id in shared}
        # As they are stored: with what is left out, and fields by their own names.
        self.all_definitions = {
            pk: shared[pk] if definitions.get(pk) is definition and pk in shared else definition
            for pk, definition in stored.items()
        }
        self._by_type = {type_id: island for island in self.islands for type_id in island.models}
        self._memo: dict[Hashable, Any] = {}

    @property
    def lacks_storage(self) -> bool:
        """Whether something is left out whose table or column is not there."""
        return any(fault.lacks_storage for faults in self.faults.values() for fault in faults)

    def memo(self, key: Hashable, build: Callable[[], Any]) -> Any:
        """Return what `build` made for `key` at the first call; for what is derived from several types (see Island)."""
        try:
            return self._memo[key]
        except KeyError:
            return self._memo.setdefault(key, build())

    def island(self, type_id: int) -> Island | None:
        return self._by_type.get(type_id)

    def model(self, type_id: int) -> type | None:
        """Return the class of a type, None if this schema does not have it."""
        island = self._by_type.get(type_id)
        return island.models[type_id] if island else None

    def link_model(self, type_id: int, field_id: int) -> type | None:
        island = self._by_type.get(type_id)
        return island.link_models.get(field_id) if island else None

    def stand_ins(self, type_id: int) -> dict[str, str]:
        """Return {name: what the field is called instead} of a type's fields that cannot be called as they are."""
        definition = self.all_definitions.get(type_id)
        found = {field.name: stand_in(field, definition) for field in definition.fields} if definition else {}
        return {name: other for name, other in found.items() if other}

    @cached_property
    def by_slug(self) -> dict[str, TypeDefinition]:
        return {definition.slug: definition for definition in self.definitions.values()}

    @cached_property
    def by_name(self) -> dict[str, TypeDefinition]:
        return {definition.name: definition for definition in self.definitions.values()}

    def find_slug(self, slug: str) -> TypeDefinition | None:
        """Return the type with a slug: the exact one, else one that differs in letter case only (contract 2.1)."""
        if (definition := self.by_slug.get(slug)) is not None:
            return definition
        return next((d for key, d in sorted(self.by_slug.items()) if key.lower() == slug.lower()), None)

    @cached_property
    def inbound(self) -> dict[str, tuple[FieldDefinition, ...]]:
        """The fields that refer to each object type, by its natural key such as `dcim.site`."""
        fields = defaultdict(list)
        for definition in self.definitions.values():
            for field in definition.fields:
                if field_type_of(field).is_reference:
                    for target in field.targets:
                        fields[target.label].append(field)
        return {label: tuple(found) for label, found in fields.items()}


def components(definitions: dict[int, TypeDefinition]) -> Iterable[tuple[TypeDefinition, ...]]:
    """Return the connected components of the graph of type-to-type references, each in order of type ids."""
    parent = {type_id: type_id for type_id in definitions}

    def root(type_id):
        while parent[type_id] != type_id:
            parent[type_id] = parent[parent[type_id]]
            type_id = parent[type_id]
        return type_id

    for definition in definitions.values():
        for target in definition.referenced_type_ids:
            if target in parent:
                parent[root(definition.id)] = root(target)
    found = defaultdict(list)
    for type_id in sorted(definitions):
        found[root(type_id)].append(definitions[type_id])
    return [tuple(component) for component in found.values()]


def _island_of(definitions: tuple[TypeDefinition, ...]) -> tuple[Island, list[Fault]]:
    """Return the island of some types, without what of them cannot be built, and what that is."""
    try:
        return _island(definitions), []
    except Exception:
        # One row must not take the others with it.
        definitions, faults = buildable(definitions, Island)
        return _island(definitions), faults


def _island(definitions: tuple[TypeDefinition, ...]) -> Island:
    # Former names do not make a definition another one, but old records are read by them.
    key = definitions, tuple(field.former_names for definition in definitions for field in definition.fields)
    # Two threads may build the same island at once; classes of both are equal, and one of them is kept.
    island = _islands.get(key)
    return island if island is not None else _islands.setdefault(key, Island(definitions))
