"""
Order among collapsed changes that netbox-branching cannot see: schema before data, data before its schema's end.

Squashing sorts by the foreign keys of the classes at hand. Without these edges a value can be written before the
column that holds it exists; it vanishes, and the merge still reports success (proven, 3.3).
"""

from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS

from ...constants import APP_LABEL
from ...definitions import TypeDefinition, field_id_from_payload_key, read_ids, type_id_from_model_name
from ...field_types import field_type_of
from ...field_types.polymorphic.keys import key_from_payload, label_of
from ...runtime.classes.registry import world

TYPE_LABEL = f'{APP_LABEL}.customobjecttype'
FIELD_LABEL = f'{APP_LABEL}.customobjecttypefield'
CONSTRAINT_LABEL = f'{APP_LABEL}.customobjecttypeconstraint'

TAG_LABEL = 'extras.tag'
# The attributes of a type that no two types may share.
TYPE_NAMES = ('name', 'slug')

CREATE, UPDATE, DELETE = 'create', 'update', 'delete'


@dataclass
class TypeChanges:
    """The changes of one merge that concern one type, by what they change."""

    type_changes: list = field(default_factory=list)
    field_changes: list = field(default_factory=list)
    constraint_changes: list = field(default_factory=list)
    object_changes: list = field(default_factory=list)


def add_edges(collapsed_changes: dict, **kwargs) -> None:
    """
    Add our edges to the graph of collapsed changes, in place; what the branch has restored is kept.

    Args:
        collapsed_changes: netbox-branching's CollapsedChange objects, keyed by (model label, object id[, note])
    """
    graph = Graph(collapsed_changes)
    keep_restored(graph)
    by_type = sort_by_type(collapsed_changes.values())
    for changes in by_type.values():
        order_within_type(graph, changes)
    order_calculated(graph, [change for changes in by_type.values() for change in changes.field_changes])
    order_between_types(graph, by_type)
    release_before_delete(graph, by_type)
    order_tags(graph, by_type)
    for changes in by_type.values():
        free_names_first(graph, changes.field_changes, ('name',))
        free_names_first(graph, changes.constraint_changes, ('name',))
    free_names_first(graph, [change for changes in by_type.values() for change in changes.type_changes], TYPE_NAMES)


class Graph:
    """Adds edges between changes that are both in the merge."""

    def __init__(self, collapsed_changes: dict):
        self.changes = collapsed_changes

    def after(self, later, earlier) -> None:
        """Make `later` wait for `earlier`."""
        if later is not earlier:
            later.depends_on.add(earlier.key)
            earlier.depended_by.add(later.key)

    def waits_for(self, later, earlier) -> bool:
        """Whether `later` comes after `earlier` already, directly or not."""
        seen, waiting = set(), [later.key]
        while waiting:
            key = waiting.pop()
            if key == earlier.key:
                return True
            if key not in seen:
                seen.add(key)
                waiting += self.changes[key].depends_on
        return False


def keep_restored(graph: Graph) -> None:
    """
    Make the deletion of what was restored afterwards an update: squashing would delete it for good.

    What main has deleted meanwhile is created.
    """
    for change in graph.changes.values():
        if action(change) == DELETE and change.last_change.action != DELETE:
            is_there = change.model_class.objects.using(DEFAULT_DB_ALIAS).filter(pk=change.key[1]).exists()
            change.final_action = type(change.final_action)(UPDATE if is_there else CREATE)
            change.postchange_data = change.last_change.postchange_data
            # An update need not wait for what had to be deleted or released before.
            for key in [key for key in change.depends_on if not graph.changes[key].synthetic]:
                change.depends_on.remove(key)
                graph.changes[key].depended_by.discard(change.key)


def sort_by_type(changes: Iterable) -> dict[int, TypeChanges]:
    """Return the changes of types, fields and objects by the id of the type that they belong to."""
    found: dict[int, TypeChanges] = defaultdict(TypeChanges)
    for change in changes:
        label, object_id = change.key[:2]
        if label == TYPE_LABEL:
            found[object_id].type_changes.append(change)
        elif label == FIELD_LABEL:
            found[data_of(change)['custom_object_type']].field_changes.append(change)
        elif label == CONSTRAINT_LABEL:
            found[data_of(change)['custom_object_type']].constraint_changes.append(change)
        elif (type_id := type_id_of(label)) is not None:
            found[type_id].object_changes.append(change)
    return found


def order_within_type(graph: Graph, changes: TypeChanges) -> None:
    """
    Type before field before value; objects deleted before the field or type that their records speak of.

    An object's edit may come before or after the deletion of a field: a retired column keeps its values, and a key of
    a field that is gone is ignored. An object's deletion must come first, so that a revert restores the field first.
    A field is made unique or required after the objects were brought into line.
    """
    for change in changes.object_changes:
        for other in (*changes.type_changes, *changes.field_changes):
            if action(other) == DELETE:
                if action(change) == DELETE or other in changes.type_changes:
                    graph.after(other, change)
            elif tightens(other):
                graph.after(other, change)
            elif action(change) != DELETE:
                graph.after(change, other)
    for change in (*changes.field_changes, *changes.constraint_changes):
        for other in changes.type_changes:
            if action(other) == DELETE:
                graph.after(other, change)
            else:
                graph.after(change, other)
    order_constraints(graph, changes)


def order_calculated(graph: Graph, field_changes: list) -> None:
    """A calculated field comes, or is changed, after what it reads; it goes, or stops to read a field, before that."""
    by_id = {change.key[1]: change for change in field_changes}
    for change in field_changes:
        states = [data for data in (change.prechange_data, change.postchange_data) if data]
        read = {pk for data in states for pk in ids_in(data)}
        for other in (by_id[pk] for pk in read if pk in by_id):
            if action(other) == DELETE:
                graph.after(other, change)
            elif action(change) != DELETE:
                graph.after(change, other)


def ids_in(data: dict) -> Iterable[int]:
    """Yield the ids of the fields that a field reads, given its change data."""
    for name in ('expression', 'condition'):
        yield from read_ids(data.get(name) or '')
    for name in ('referring_field', 'aggregated_field'):
        if data.get(name) is not None:
            yield data[name]


def order_constraints(graph: Graph, changes: TypeChanges) -> None:
    """A constraint goes before the fields that it may read, and comes or changes after them."""
    for constraint in changes.constraint_changes:
        for other in changes.field_changes:
            if action(constraint) == DELETE:
                graph.after(other, constraint)
            else:
                graph.after(constraint, other)


def tightens(change) -> bool:
    """Whether a field that there was before is made unique or required, and keeps its type."""
    before, after = change.prechange_data or {}, change.postchange_data or {}
    if action(change) != UPDATE or change.key[0] != FIELD_LABEL or before.get('type') != after.get('type'):
        return False
    return any(after.get(name) and not before.get(name) for name in ('unique', 'required'))


def order_between_types(graph: Graph, by_type: dict[int, TypeChanges]) -> None:
    """A field comes after the type that it refers to, and goes before it."""
    object_types = {
        f'{APP_LABEL}.{name}': pk
        for pk, name in ContentType.objects.filter(app_label=APP_LABEL).values_list('pk', 'model')
    }
    type_ids = {pk: type_id_of(label) for label, pk in object_types.items()}
    for changes in by_type.values():
        for change in changes.field_changes:
            states = [data for data in (change.prechange_data, change.postchange_data) if data]
            targets = {data.get('related_object_type') for data in states}
            # A type that a polymorphic field no longer refers to is deleted after that.
            targets |= {target for data in states for target in data.get('related_object_types') or ()}
            for target in (type_ids.get(pk) for pk in targets if pk):
                for other in by_type[target].type_changes if target in by_type else ():
                    if action(other) == DELETE:
                        graph.after(other, change)
                    elif action(change) != DELETE:
                        graph.after(change, other)


def release_before_delete(graph: Graph, by_type: dict[int, TypeChanges]) -> None:
    """
    An object that clears its reference to a core object changes before that is deleted: the reference may protect it.

    References between custom objects need no order: their rows may form cycles, and a replay does not insist on the
    existence of targets. Polymorphic ones do, because Django does not know that they belong together.
    """
    deletes = {key[:2]: change for key, change in graph.changes.items() if action(change) == DELETE}
    definitions = world().definitions
    for type_id, changes in by_type.items():
        if type_id in definitions:
            for change in changes.object_changes:
                for target in referenced(definitions[type_id], change.prechange_data or {}):
                    # Two objects that refer to each other and are deleted both need no order.
                    if target in deletes and deletes[target].key not in change.depends_on:
                        graph.after(deletes[target], change)


def order_tags(graph: Graph, by_type: dict[int, TypeChanges]) -> None:
    """
    A tag is made before it is given, or giving it would make another one; and deleted after the last record of it.

    Change data name tags, and NetBox makes those that it does not find.
    """
    tags = {data_of(change)['name']: change for change in graph.changes.values() if change.key[0] == TAG_LABEL}
    for changes in by_type.values():
        for change in (*changes.type_changes, *changes.object_changes):
            for data in (change.prechange_data, change.postchange_data):
                for tag in (tags[name] for name in (data or {}).get('tags') or () if name in tags):
                    if action(tag) == DELETE:
                        graph.after(tag, change)
                    elif action(change) != DELETE:
                        graph.after(change, tag)


def free_names_first(graph: Graph, changes: Iterable, attributes: Iterable[str]) -> None:
    """
    What takes a name comes after what had it before, deleted now or renamed.

    Names that were swapped, or passed round, have no such order: one of them is set aside first.
    """
    changes = list(changes)
    for attribute in attributes:
        holders = {name: change for change in changes if (name := (change.prechange_data or {}).get(attribute))}
        taken = {*holders, *(data_of(change)[attribute] for change in changes)}
        for change in changes:
            holder = holders.get(data_of(change)[attribute], change)
            if action(change) == DELETE or holder is change:
                continue
            if graph.waits_for(holder, change) and action(holder) == UPDATE:
                graph.after(change, set_aside(graph, holder, attribute, taken))
            elif not graph.waits_for(holder, change):
                graph.after(change, holder)


def set_aside(graph: Graph, change, attribute: str, taken: set[str]):
    """
    Split a rename in two, the first of which gives the name away; return that one. A revert undoes both.

    netbox-branching splits changes in this way itself, where references form a cycle; a third part of the key tells
    the added change from the real one.
    """
    aside = f'set_aside_{change.key[1]}'
    while aside in taken:
        aside += 'x'
    first = copy(change)
    first.key = (*change.key[:2], f'{attribute} set aside')
    first.synthetic = True
    first.prechange_data = dict(change.prechange_data)
    first.postchange_data = {**change.prechange_data, attribute: aside}
    first.depends_on, first.depended_by = set(), set()
    change.prechange_data = {**change.prechange_data, attribute: aside}
    graph.changes[first.key] = first
    graph.after(change, first)
    return first


def referenced(definition: TypeDefinition, data: dict) -> Iterable[tuple[str, int]]:
    """Yield (model label, id) of the core objects, and others by polymorphic fields, that change data refers to."""
    by_id = {item.id: item for item in definition.fields}
    for key, value in data.items():
        item = by_id.get(field_id_from_payload_key(key))
        if item is None or not value or not field_type_of(item).is_reference:
            continue
        if item.is_polymorphic:
            for key_ in map(key_from_payload, value if isinstance(value, list) else [value]):
                if key_ is not None:
                    yield label_of(key_), key_[1]
        elif item.target is not None and item.target.type_id is None:
            for pk in value if isinstance(value, list) else [value]:
                yield item.target.label, pk


def action(change) -> str:
    return str(change.final_action.value)


def data_of(change) -> dict:
    """Return what is known of the changed object: its last state, or its first if it is being deleted."""
    return change.postchange_data or change.prechange_data or {}


def type_id_of(label: str) -> int | None:
    app_label, model = label.split('.')
    return type_id_from_model_name(model) if app_label == APP_LABEL else None
