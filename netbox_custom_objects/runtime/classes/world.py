"""
A World: all types of one revision of one schema and, once they are asked for, their classes; a thin union of islands.

Islands are shared between Worlds whose definitions agree, between revisions and between branches, so that a change of
one type rebuilds one island (proven, 1.2). Classes never change; a World does learn that a type cannot be built.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from weakref import WeakValueDictionary

from ...definitions import FieldDefinition, TypeDefinition, with_rollups
from ...field_types import field_type_of
from .faults import Fault, Storage, group_by_type, split_faulty
from .island import Island
from .stand_ins import stand_in, with_stand_ins

# By definitions and former names.
_islands: WeakValueDictionary[tuple, Island] = WeakValueDictionary()


@dataclass(eq=False)
class Known:
    """What a World knows, and what is derived from that; another one takes its place when a type cannot be built."""

    definitions: dict[int, TypeDefinition]
    # What is defined and left out, by type id.
    faults: dict[int, tuple[Fault, ...]]
    derived: dict[Hashable, Any] = field(default_factory=dict)

    @cached_property
    def by_slug(self) -> dict[str, TypeDefinition]:
        return {definition.slug: definition for definition in self.definitions.values()}

    @cached_property
    def by_name(self) -> dict[str, TypeDefinition]:
        return {definition.name: definition for definition in self.definitions.values()}

    @cached_property
    def inbound(self) -> dict[str, tuple[FieldDefinition, ...]]:
        fields = defaultdict(list)
        for definition in self.definitions.values():
            for item in definition.fields:
                if field_type_of(item).is_reference:
                    for target in item.targets:
                        fields[target.label].append(item)
        return {label: tuple(found) for label, found in fields.items()}

    def without(self, island: Island) -> 'Known':
        """Return what is known once it is known what of an island cannot be built."""
        asked, sound = ({item.id: item for item in items} for items in (island.stored, island.definitions))
        definitions = {pk: sound.get(pk) if pk in asked else definition for pk, definition in self.definitions.items()}
        return Known(
            {pk: definition for pk, definition in definitions.items() if definition is not None},
            group_by_type([*(fault for found in self.faults.values() for fault in found), *island.faults]),
        )


class World:
    """
    The types of one schema by id and by name, and their classes.

    Whether a type can be built is known once it was tried. `definitions`, `by_name` and `inbound` list types and fields
    that nothing is known to be wrong with; who goes on to a class of one gets it from the other methods, which try.
    """

    def __init__(
        self,
        definitions: dict[int, TypeDefinition],
        storage: Storage | None = None,
        report: Callable[[Fault], None] = lambda fault: None,
    ):
        """
        Args:
            definitions: by type id
            storage: what tables there are for them; None trusts that they have what they need
            report: is called with what is left out, at once or when it turns out
        """
        stored = definitions
        definitions, faults = split_faulty(with_rollups(stored), storage)
        definitions = with_rollups({pk: with_stand_ins(definition) for pk, definition in definitions.items()})
        self._islands = tuple(map(_island, components(definitions)))
        # Those of the islands, which are equal: Worlds that differ in one type hold the same objects for all others.
        shared = {definition.id: definition for island in self._islands for definition in island.stored}
        # As they are stored: with what is left out, and fields by their own names.
        self.all_definitions = {
            pk: shared[pk] if definitions.get(pk) is definition else definition for pk, definition in stored.items()
        }
        self._by_type = {definition.id: island for island in self._islands for definition in island.stored}
        self._known = Known({type_id: shared[type_id] for type_id in definitions}, group_by_type(faults))
        self._report = report
        self._tried: set[Island] = set()
        self._lock = threading.Lock()
        for fault in faults:
            report(fault)
        for island in self._islands:
            if island.is_built:
                self._try(island)

    @property
    def definitions(self) -> dict[int, TypeDefinition]:
        """The types that nothing is known to be wrong with."""
        return self._known.definitions

    @property
    def by_name(self) -> dict[str, TypeDefinition]:
        return self._known.by_name

    @property
    def inbound(self) -> dict[str, tuple[FieldDefinition, ...]]:
        """The fields that refer to each object type, by its natural key such as `dcim.site`."""
        return self._known.inbound

    @property
    def lacks_storage(self) -> bool:
        """Whether something is left out whose table or column is not there."""
        return any(fault.lacks_storage for faults in self._known.faults.values() for fault in faults)

    def memo(self, key: Hashable, build: Callable[[], Any]) -> Any:
        """Return what `build` made for `key` at the first call; for what is derived from several types (see Island)."""
        kept = self._known.derived
        try:
            return kept[key]
        except KeyError:
            return kept.setdefault(key, build())

    # These build the classes of what they return, and leave out what cannot be built.

    @property
    def islands(self) -> tuple[Island, ...]:
        return tuple(island for island in self._islands if self._try(island).models)

    @property
    def faults(self) -> dict[int, tuple[Fault, ...]]:
        """What is defined and left out, by type id; builds all types."""
        for island in self._islands:
            self._try(island)
        return self._known.faults

    def faults_of(self, type_id: int) -> tuple[Fault, ...]:
        """Return what of a type is defined and left out, or that the type is."""
        self.island(type_id)
        return self._known.faults.get(type_id, ())

    def sound_definitions(self) -> dict[int, TypeDefinition]:
        """Return the types that can be built; builds all."""
        for island in self._islands:
            self._try(island)
        return self._known.definitions

    def island(self, type_id: int) -> Island | None:
        island = self._by_type.get(type_id)
        return None if island is None else self._try(island)

    def model(self, type_id: int) -> type | None:
        """Return the class of a type, None if this schema does not have it."""
        island = self.island(type_id)
        return island.models.get(type_id) if island else None

    def link_model(self, type_id: int, field_id: int) -> type | None:
        island = self.island(type_id)
        return island.link_models.get(field_id) if island else None

    def definition(self, type_id: int) -> TypeDefinition | None:
        """Return the definition that the class of a type is built from, None if this schema does not have it."""
        self.island(type_id)
        return self._known.definitions.get(type_id)

    def find_slug(self, slug: str) -> TypeDefinition | None:
        """Return the type with a slug: the exact one, else one that differs in letter case only (contract 2.1)."""
        by_slug = self._known.by_slug
        found = by_slug.get(slug) or next(
            (other for key, other in sorted(by_slug.items()) if key.lower() == slug.lower()), None
        )
        return self.definition(found.id) if found else None

    def find_name(self, name: str) -> TypeDefinition | None:
        """Return the type with a name."""
        found = self._known.by_name.get(name)
        return self.definition(found.id) if found else None

    def referring(self, label: str) -> tuple[FieldDefinition, ...]:
        """Return the fields that refer to an object type, as `inbound` has them."""
        for item in self._known.inbound.get(label, ()):
            self.island(item.type_id)
        return self._known.inbound.get(label, ())

    def _try(self, island: Island) -> Island:
        if island not in self._tried:
            if island.faults:
                with self._lock:
                    if island not in self._tried:
                        self._known = self._known.without(island)
                        self._tried.add(island)
                for fault in island.faults:
                    self._report(fault)
            self._tried.add(island)
        return island

    def stand_ins(self, type_id: int) -> dict[str, str]:
        """Return {name: what the field is called instead} of a type's fields that cannot be called as they are."""
        definition = self.all_definitions.get(type_id)
        found = {item.name: stand_in(item, definition) for item in definition.fields} if definition else {}
        return {name: other for name, other in found.items() if other}


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


def _island(definitions: tuple[TypeDefinition, ...]) -> Island:
    # Former names do not make a definition another one, but old records are read by them.
    key = definitions, tuple(field.former_names for definition in definitions for field in definition.fields)
    # Two threads may build the same island at once; classes of both are equal, and one of them is kept.
    island = _islands.get(key)
    return island if island is not None else _islands.setdefault(key, Island(definitions))
