"""
What is defined and cannot be built: left out of the World, field first and the type at worst, so that one row never
reaches another type or a page of NetBox.

May import field_types. Must never query. What is left out keeps its row, its column and its values.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...definitions import FieldDefinition, TypeDefinition
from ...exceptions import PASSING
from ...field_types import FAULTS, field_type_of

logger = logging.getLogger('netbox.plugins.netbox_custom_objects')

# {table: names of its columns}
Storage = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A type (`field` is None), or a field, that is left out; and why."""

    type: TypeDefinition
    reason: str
    field: FieldDefinition | None = None
    # The table or column is missing; it may come back without a change of any definition.
    lacks_storage: bool = False

    def __hash__(self):
        # `reason` may be translated when it is shown.
        return hash((self.type.id, self.field and self.field.id, str(self.reason)))

    @property
    def subject(self) -> str:
        """What is left out, as people know it."""
        return f'{self.type.name}.{self.field.name}' if self.field else self.type.name

    def describe(self) -> str:
        """Return a sentence for those who know which type is meant."""
        if self.field is None:
            return _('This type is left out: {reason}').format(reason=self.reason)
        return _('Field "{name}" is left out: {reason}').format(name=self.field.name, reason=self.reason)

    def __str__(self):
        return f'{self.subject} is left out: {self.reason}'


def split_faulty(
    definitions: dict[int, TypeDefinition], storage: Storage | None
) -> tuple[dict[int, TypeDefinition], list[Fault]]:
    """Return the definitions without the types and fields that cannot be built, and what these are."""
    sound, faults = {}, []
    for type_id, definition in definitions.items():
        if _is_known_to_be_sound(definition, storage):
            sound[type_id] = definition
            continue
        # Computed fields that read what is left out cannot be built, either.
        while found := list(_faults_of(definition, storage)):
            faults += found
            if any(fault.field is None for fault in found):
                break
            left_out = {fault.field.id for fault in found}
            definition = definition.with_fields(f for f in definition.fields if f.id not in left_out)
        else:
            sound[type_id] = definition
            _note_soundness(definition, storage)
    return _without_lost_rollups(sound, faults), faults


# Definitions in which nothing is wrong as long as they have what they need: None until they are met again. Most are the
# same from one World to the next.
_sound: WeakKeyDictionary[TypeDefinition, Storage | None] = WeakKeyDictionary()
_UNKNOWN: Storage = {}


def _is_known_to_be_sound(definition: TypeDefinition, storage: Storage | None) -> bool:
    # Asked once: another thread may give up the last equal definition at any time.
    needed = _sound.get(definition, _UNKNOWN)
    if needed is _UNKNOWN:
        return False
    if storage is None:
        return True
    if needed is None:
        needed = _sound[definition] = _needed(definition)
    return all(table in storage and columns <= storage[table] for table, columns in needed.items())


def _note_soundness(definition: TypeDefinition, storage: Storage | None) -> None:
    # Rollups depend on other types as well, and what waits for a take-over is judged otherwise.
    if storage is not None and all(field.payload_key and not field.aggregate for field in definition.fields):
        _sound.setdefault(definition, None)


def _needed(definition: TypeDefinition) -> Storage:
    tables = {definition.table: set()}
    for field in definition.fields:
        field_type = field_type_of(field)
        if field_type.many:
            tables[field.link_table] = set()
        else:
            tables[definition.table].update(column.name for column in field_type.get_columns(field))
    return {table: frozenset(columns) for table, columns in tables.items()}


def _without_lost_rollups(definitions: dict[int, TypeDefinition], faults: list[Fault]) -> dict[int, TypeDefinition]:
    """Return the definitions without rollups that read what is left out, and add these to the faults."""
    known = {field.id for definition in definitions.values() for field in definition.fields}
    found = {}
    for type_id, definition in definitions.items():
        lost = [field for field in definition.fields if field.aggregate and not field.ids_read <= known]
        reason = gettext_lazy('A field that it reads does not exist, or is left out.')
        faults += (Fault(definition, reason, field) for field in lost)
        found[type_id] = definition.with_fields(f for f in definition.fields if f not in lost) if lost else definition
    return found


def _faults_of(definition: TypeDefinition, storage: Storage | None) -> Iterator[Fault]:
    # Before a take-over tables are as the vendor plugin made them.
    if storage is not None and all(field.payload_key for field in definition.fields):
        if definition.table not in storage:
            yield Fault(definition, _no_table(definition.table), lacks_storage=True)
            return
    else:
        storage = None
    for field in definition.fields:
        try:
            if reason := field_type_of(field).fault(field):
                yield Fault(definition, reason, field)
            elif storage is not None and (reason := _missing_storage(field, definition, storage)):
                yield Fault(definition, reason, field, lacks_storage=True)
        except PASSING:
            raise
        except Exception as error:  # no definition may take others with it
            logger.exception('Field %s of custom object type %s cannot be judged', field.id, definition.id)
            yield Fault(definition, f'{type(error).__name__}: {error}', field)


def _missing_storage(field: FieldDefinition, definition: TypeDefinition, storage: Storage) -> str:
    field_type = field_type_of(field)
    if field_type.many:
        return '' if field.link_table in storage else _no_table(field.link_table)
    try:
        missing = sorted({column.name for column in field_type.get_columns(field)} - storage[definition.table])
    except FAULTS as error:
        return str(error)
    if not missing:
        return ''
    text = gettext_lazy(
        'Its column {column} is missing from the database; upgrade_custom_objects adds it, without values.'
    )
    return format_lazy(text, column=', '.join(missing))


def _no_table(name: str) -> str:
    text = gettext_lazy(
        'The table {table} is missing from the database; upgrade_custom_objects adds it, without values.'
    )
    return format_lazy(text, table=name)


def group_by_type(faults: Iterable[Fault]) -> dict[int, tuple[Fault, ...]]:
    found = defaultdict(list)
    for fault in faults:
        found[fault.type.id].append(fault)
    return {type_id: tuple(grouped) for type_id, grouped in found.items()}


def buildable(
    definitions: tuple[TypeDefinition, ...], build: Callable[[tuple[TypeDefinition, ...]], object]
) -> tuple[tuple[TypeDefinition, ...], list[Fault]]:
    """
    Return those of some types, with those of their fields, that can be built together; and what is left out.

    The last resort: what is known to go wrong is found by `split_faulty`. Tries the fields one after the other.

    Args:
        definitions: types that refer to one another
        build: raises an error if some types cannot be built

    Raises:
        an error of PASSING: whether they can be built is not known
    """
    bare = {definition.id: definition.with_fields(()) for definition in definitions}
    kept: dict[int, TypeDefinition] = {}
    faults = []
    for definition in definitions:
        if (reason := _failure(build, {**kept, definition.id: bare[definition.id]})) is None:
            kept[definition.id] = bare[definition.id]
        else:
            faults.append(Fault(definition, reason))
    for definition in (definition for definition in definitions if definition.id in kept):
        for field in definition.fields:
            more = {**kept, definition.id: kept[definition.id].with_fields((*kept[definition.id].fields, field))}
            if (reason := _failure(build, more)) is None:
                kept = more
            else:
                faults.append(Fault(definition, reason, field))
    return tuple(kept[definition.id] for definition in definitions if definition.id in kept), faults


def _failure(build, definitions: dict[int, TypeDefinition]) -> str | None:
    try:
        build(tuple(definitions.values()))
    except FAULTS as error:
        return f'{type(error).__name__}: {error}'
    except PASSING:
        raise
    except Exception as error:  # as above
        logger.exception('Custom object types %s cannot be built', sorted(definitions))
        return f'{type(error).__name__}: {error}'
    return None
