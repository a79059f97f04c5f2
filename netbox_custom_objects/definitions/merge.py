"""
Three-way merge of definitions: what two sides made of a common ancestor, attribute by attribute (architecture, 6).

May import the standard library only. Identity is the id of a type or field, never its name: a rename on one side and
an edit on the other are two attributes of one field, and meet without a conflict.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from .model import ROLLUP_ATTRIBUTES, ConstraintDefinition, FieldDefinition, TypeDefinition

Definitions = Mapping[int, TypeDefinition]

# Part of a definition's identity, or compared on their own.
_NOT_COMPARED = {'id', 'type_id', 'payload_key', 'fields', 'constraints', 'former_names', 'reads'}


class Kind(StrEnum):
    """What the two sides disagree about."""

    ATTRIBUTE = 'attribute'
    MODIFY_DELETE = 'modify/delete'
    NAME_COLLISION = 'name collision'
    DANGLING_REFERENCE = 'dangling reference'


@dataclass(frozen=True, slots=True)
class Conflict:
    """
    One disagreement between main and branch about one type, or one field or constraint of it.

    `main` and `branch` hold each side's value of `attribute`; for MODIFY_DELETE, `deleted` or `changed`; for the
    other kinds the id of the type or field that each side contributes. `constraint_id` is set if it is about a
    constraint.
    """

    kind: Kind
    type_id: int
    field_id: int | None
    attribute: str
    main: Any
    branch: Any
    constraint_id: int | None = None

    @property
    def blocks(self) -> bool:
        """Whether no strategy can merge this into main: something would be left without its type or its name."""
        if self.kind is Kind.MODIFY_DELETE:
            return self.main == DELETED and self.field_id is None and self.constraint_id is None
        return self.kind is not Kind.ATTRIBUTE

    @property
    def blocks_replay(self) -> bool:
        """Whether replaying every single change of the branch must fail, though their sum can be merged."""
        return self.blocks or (self.kind is Kind.MODIFY_DELETE and self.main == DELETED)


DELETED, CHANGED = 'deleted', 'changed'


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged definitions, the branch's word counting where both sides changed an attribute, and the conflicts."""

    merged: dict[int, TypeDefinition]
    conflicts: tuple[Conflict, ...] = ()


def merge(
    ancestor: Definitions,
    main: Definitions,
    branch: Definitions,
    main_data: Set[int] = frozenset(),
    branch_data: Set[int] = frozenset(),
) -> Merge:
    """
    Merge the definitions of a branch into those of main.

    Args:
        ancestor: the definitions that both sides started from: when the branch was provisioned or last synchronised
        main: the definitions in main now
        branch: the definitions in the branch now
        main_data: ids of types whose objects main changed since
        branch_data: ids of types whose objects the branch changed
    """
    merged: dict[int, TypeDefinition] = {}
    conflicts: list[Conflict] = []
    for type_id in sorted({*main, *branch}):
        before, ours, theirs = ancestor.get(type_id), main.get(type_id), branch.get(type_id)
        if ours is not None and theirs is not None:
            merged[type_id] = _merge_type(before, ours, theirs, conflicts)
        elif before is None:
            merged[type_id] = ours or theirs
        elif (ours or theirs) != before or type_id in (branch_data if ours is None else main_data):
            conflicts.append(_modify_delete(type_id, None, ours))
    conflicts += _type_collisions(merged, main, branch)
    conflicts += _field_collisions(merged, main, branch)
    conflicts += _constraint_collisions(merged, main, branch)
    conflicts += _dangling(merged, main, branch)
    return Merge(merged, tuple(conflicts))


def _merge_type(ancestor, main, branch, conflicts) -> TypeDefinition:
    result = _merge_attributes(ancestor, main, branch, conflicts, main.id, None)
    before = {field.id: field for field in ancestor.fields} if ancestor else {}
    ours, theirs = ({field.id: field for field in side.fields} for side in (main, branch))
    merged = []
    for field_id in sorted({*ours, *theirs}):
        field = _merge_field(before.get(field_id), ours.get(field_id), theirs.get(field_id), conflicts)
        if field is not None:
            merged.append(field)
    constraints = _merge_constraints(ancestor, main, branch, conflicts)
    return replace(result.with_fields(merged), constraints=constraints)


def _merge_constraints(ancestor, main, branch, conflicts) -> tuple[ConstraintDefinition, ...]:
    before, ours, theirs = (
        {constraint.id: constraint for constraint in side.constraints} if side else {}
        for side in (ancestor, main, branch)
    )
    merged = []
    for constraint_id in sorted({*ours, *theirs}):
        here, there, then = ours.get(constraint_id), theirs.get(constraint_id), before.get(constraint_id)
        if here is not None and there is not None:
            merged.append(_merge_attributes(then, here, there, conflicts, main.id, None, constraint_id))
        elif then is None:
            merged.append(here or there)
        elif (here or there) != then:
            conflicts.append(replace(_modify_delete(main.id, None, here), constraint_id=constraint_id))
    return tuple(merged)


def _merge_field(ancestor, main, branch, conflicts) -> FieldDefinition | None:
    if main is None or branch is None:
        present = main or branch
        if ancestor is None:
            return present
        if present != ancestor:
            conflicts.append(_modify_delete(present.type_id, present.id, main))
        return None
    return _merge_attributes(ancestor, main, branch, conflicts, main.type_id, main.id)


def _merge_attributes(ancestor, main, branch, conflicts, type_id, field_id, constraint_id=None):
    """Return `main` with what the branch changed; without an ancestor, both changed all that differs."""
    changes = {}
    for name in (field.name for field in fields(main)):
        ours, theirs = getattr(main, name), getattr(branch, name)
        if name in _NOT_COMPARED or ours == theirs:
            continue
        before = getattr(ancestor, name) if ancestor else object()
        if theirs != before:
            changes[name] = theirs
            if ours != before:
                conflicts.append(Conflict(Kind.ATTRIBUTE, type_id, field_id, name, ours, theirs, constraint_id))
    return replace(main, **changes)


def _modify_delete(type_id, field_id, main) -> Conflict:
    ours, theirs = (DELETED, CHANGED) if main is None else (CHANGED, DELETED)
    return Conflict(Kind.MODIFY_DELETE, type_id, field_id, '', ours, theirs)


def _type_collisions(merged, main, branch) -> Iterator[Conflict]:
    for attribute in ('name', 'slug'):
        for type_id, *holders in _clashes(attribute, *(side.values() for side in (merged, main, branch))):
            yield Conflict(Kind.NAME_COLLISION, type_id, None, attribute, *holders)


def _field_collisions(merged, main, branch) -> Iterator[Conflict]:
    for definition in merged.values():
        sides = (side[definition.id].fields if definition.id in side else () for side in (main, branch))
        for field_id, *holders in _clashes('name', definition.fields, *sides):
            yield Conflict(Kind.NAME_COLLISION, definition.id, field_id, 'name', *holders)


def _constraint_collisions(merged, main, branch) -> Iterator[Conflict]:
    for definition in merged.values():
        sides = (side[definition.id].constraints if definition.id in side else () for side in (main, branch))
        for constraint_id, *holders in _clashes('name', definition.constraints, *sides):
            yield Conflict(Kind.NAME_COLLISION, definition.id, None, 'name', *holders, constraint_id)


def _clashes(attribute, merged, main, branch) -> Iterator[tuple]:
    """
    Yield (id, main's holder, branch's holder) for pairs of merged items that would be named alike.

    Letter case is ignored. Pairs that are alike on one side already do not concern a merge.
    """
    seen: dict = {}
    for item in sorted(merged, key=lambda item: item.id):
        name = getattr(item, attribute).lower()
        other = seen.setdefault(name, item)
        if other is item:
            continue
        pair = other.id, item.id
        holders = [
            [i.id for i in side if i.id in pair and getattr(i, attribute).lower() == name] for side in (main, branch)
        ]
        if all(len(ids) < len(pair) for ids in holders):
            yield other.id, *(next(iter(ids), None) for ids in holders)


def _dangling(merged, main, branch) -> Iterator[Conflict]:
    """
    Fields that would refer to a type which one side deleted, and the other side's references do not know; or that are
    calculated from such a field.
    """
    kept, ours, theirs = ({f.id for found in side.values() for f in found.fields} for side in (merged, main, branch))
    for definition in merged.values():
        yield from _calculated_from_nothing(definition, kept, ours, theirs)
        for field in definition.fields:
            for target in field.targets:
                if target.type_id is None or target.type_id in merged:
                    continue
                if target.type_id in main or target.type_id in branch:
                    here, there = (field.id if target.type_id in side else DELETED for side in (main, branch))
                    yield Conflict(Kind.DANGLING_REFERENCE, definition.id, field.id, 'targets', here, there)


def _calculated_from_nothing(definition, kept, ours, theirs) -> Iterator[Conflict]:
    for field in definition.fields:
        for read in sorted(field.ids_read - kept):
            if read in ours or read in theirs:
                here, there = (field.id if read in side else DELETED for side in (ours, theirs))
                attribute = 'expression' if field.expression else _reading(field, read)
                yield Conflict(Kind.DANGLING_REFERENCE, definition.id, field.id, attribute, here, there)


def _reading(rollup: FieldDefinition, read: int) -> str:
    """Return the attribute by which a rollup reads a field."""
    return next((name for name in ROLLUP_ATTRIBUTES if getattr(rollup, name) == read), 'condition')
