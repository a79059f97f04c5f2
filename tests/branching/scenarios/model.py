"""A small model in memory of what main and branches hold, and of what merging, reverting and synchronising do to it."""

from copy import deepcopy
from dataclasses import dataclass, field


class Refused(Exception):
    """The change cannot be replayed here."""


@dataclass
class Type:
    name: str
    # {field id: name}
    fields: dict[int, str] = field(default_factory=dict)
    # {object id: {field id: value}}; a value stays when its field is deleted, as a retired column keeps it
    rows: dict[int, dict[int, str]] = field(default_factory=dict)

    def shown(self) -> list:
        """Return the rows as a sorted list of {field name: value}, of the fields that there are."""
        rows = [[(name, row.get(pk)) for pk, name in sorted(self.fields.items())] for row in self.rows.values()]
        return sorted(rows, key=str)


class Side:
    """One schema: its types by id, and the changes that made them, oldest first, as (change, name of its branch)."""

    def __init__(self, types=None):
        self.types: dict[int, Type] = deepcopy(types or {})
        self.log: list[tuple[Change, str]] = []

    def type(self, pk: int) -> Type:
        if pk not in self.types:
            raise Refused(f'there is no type {pk}')
        return self.types[pk]

    def do(self, change: 'Change', branch: str = '') -> None:
        change.apply(self)
        self.log.append((change, branch))

    def shown(self) -> dict:
        return {each.name: (sorted(each.fields.values()), each.shown()) for each in self.types.values()}


@dataclass(frozen=True)
class Change:
    """One change, as the change log holds it: with the values before and after it."""

    type_id: int

    def apply(self, side: Side) -> None:
        raise NotImplementedError

    def undo(self, side: Side) -> None:
        raise NotImplementedError

    def touches(self) -> set:
        """What must not have been changed on the other side for both to be independent."""
        return {('type', self.type_id)}


@dataclass(frozen=True)
class Undo(Change):
    change: Change

    def apply(self, side):
        self.change.undo(side)

    def undo(self, side):
        self.change.apply(side)

    def touches(self):
        return self.change.touches()


@dataclass(frozen=True)
class AddType(Change):
    name: str

    def apply(self, side):
        side.types[self.type_id] = Type(self.name)

    def undo(self, side):
        side.types.pop(self.type_id, None)


@dataclass(frozen=True)
class RenameType(Change):
    old: str
    new: str

    def apply(self, side):
        side.type(self.type_id).name = self.new

    def undo(self, side):
        side.type(self.type_id).name = self.old

    def touches(self):
        return {('name', self.type_id)}


@dataclass(frozen=True)
class DeleteType(Change):
    known: Type

    def apply(self, side):
        side.types.pop(self.type_id, None)

    def undo(self, side):
        restored = Type(self.known.name, dict(self.known.fields))
        for pk, row in self.known.rows.items():
            restored.rows[pk] = {key: value for key, value in row.items() if key in restored.fields}
        side.types[self.type_id] = restored


@dataclass(frozen=True)
class AddField(Change):
    field_id: int
    name: str

    def apply(self, side):
        side.type(self.type_id).fields[self.field_id] = self.name

    def undo(self, side):
        if self.type_id in side.types:
            side.types[self.type_id].fields.pop(self.field_id, None)

    def touches(self):
        return {('field', self.field_id)}


@dataclass(frozen=True)
class RenameField(Change):
    field_id: int
    old: str
    new: str

    def apply(self, side):
        self._set(side, self.new)

    def undo(self, side):
        self._set(side, self.old)

    def _set(self, side, name):
        fields = side.type(self.type_id).fields
        if self.field_id not in fields:
            raise Refused(f'there is no field {self.field_id}')
        fields[self.field_id] = name

    def touches(self):
        return {('field', self.field_id)}


@dataclass(frozen=True)
class DeleteField(Change):
    field_id: int
    name: str

    def apply(self, side):
        if self.type_id in side.types:
            side.types[self.type_id].fields.pop(self.field_id, None)

    def undo(self, side):
        side.type(self.type_id).fields[self.field_id] = self.name

    def touches(self):
        return {('field', self.field_id), ('value', self.field_id)}


@dataclass(frozen=True)
class Create(Change):
    object_id: int
    values: dict

    def apply(self, side):
        target = side.type(self.type_id)
        target.rows[self.object_id] = {key: value for key, value in self.values.items() if key in target.fields}

    def undo(self, side):
        if self.type_id in side.types:
            side.types[self.type_id].rows.pop(self.object_id, None)

    def touches(self):
        return {('row', self.type_id, self.object_id), *(('value', key) for key in self.values)}


@dataclass(frozen=True)
class Edit(Change):
    object_id: int
    field_id: int
    old: str | None
    new: str | None

    def apply(self, side):
        self._set(side, self.new)

    def undo(self, side):
        self._set(side, self.old)

    def _set(self, side, value):
        target = side.type(self.type_id)
        if self.object_id not in target.rows:
            raise Refused(f'there is no object {self.object_id}')
        if self.field_id in target.fields:
            target.rows[self.object_id][self.field_id] = value

    def touches(self):
        return {('row', self.type_id, self.object_id), ('value', self.field_id)}


@dataclass(frozen=True)
class Delete(Change):
    object_id: int
    values: dict

    def apply(self, side):
        if self.type_id in side.types:
            side.types[self.type_id].rows.pop(self.object_id, None)

    def undo(self, side):
        Create(self.type_id, self.object_id, self.values).apply(side)

    def touches(self):
        return {('row', self.type_id, self.object_id)}


# Both sides may write values of one field; only its deletion is in the way of that.
_SHARED = 'value'


def independent(ours: list[Change], theirs: list[Change]) -> bool:
    """Whether the changes of two sides concern different things, so that their order does not matter."""
    deleted = {change.field_id for change in (*ours, *theirs) if isinstance(change, DeleteField)}
    sides = ours, theirs
    whole = [{change.type_id for change in side if ('type', change.type_id) in change.touches()} for side in sides]
    touched = [{change.type_id for change in side} for side in sides]
    if whole[0] & touched[1] or whole[1] & touched[0]:
        return False
    keys = [
        {key for change in side for key in change.touches() if key[0] != _SHARED or key[1] in deleted} for side in sides
    ]
    return not keys[0] & keys[1]
