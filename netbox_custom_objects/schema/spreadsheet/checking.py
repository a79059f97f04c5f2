"""
Reads rows as a plan says: each becomes the values that REST takes, or the reasons why it does not fit.

May import models. What references mean is looked up for many rows at once, among what the user may view.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext as _

from extras.models import CustomFieldChoiceSet

from ...exceptions import CustomObjectsError
from ...models import Spreadsheet
from .kinds import MULTISELECT, OBJECT, SELECT
from .plan import CHOICES, Column, Plan, keys_of
from .reading import Row
from .references import Targets

# Choices that a new set can have.
MOST_CHOICES = 1000
# Reasons that are kept of each row, and how much of the text that does not fit.
REASONS, TEXT_SHOWN = 5, 80
# Values of a column that are remembered while its rows are read.
REMEMBERED = 1000
Note = Callable[[int, int], None]
# What stands for a value that a row does not have.
NOTHING = ''


class Unusable(CustomObjectsError):
    """A plan that no rows can satisfy."""

    def __init__(self, column: Column | None, message: str):
        self.column = column
        super().__init__(message)


@dataclass
class Read:
    """A row that was read: its values by key, or (position of the column, reason) for each that does not fit."""

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    reasons: list[tuple[int | None, str]] = field(default_factory=list)


class Reader:
    """Reads the rows of a sheet for one plan, from the first to the last."""

    def __init__(self, plan: Plan, width: int, targets: Targets):
        self.plan = plan
        self.width = width
        self.targets = targets
        self.held = {column.position: self._held(column) for column in plan.used if column.choice_set}
        # The values of new choice sets, in the order in which they occur, and those of unique fields: {value: row}.
        self.choices: dict[int, dict[str, None]] = {
            column.position: {} for column in plan.used if column.kind in CHOICES and not column.choice_set
        }
        # What texts of a column mean.
        self._known: dict[int, dict[str, Any]] = {column.position: {} for column in plan.used}
        self._taken: dict[int, dict[str, int]] = {column.position: {} for column in plan.used if column.unique}

    def _held(self, column: Column) -> dict[str, str]:
        """Return the values of a choice set that there is, by value and by label."""
        sets = CustomFieldChoiceSet.objects.using(DEFAULT_DB_ALIAS).restrict(self.targets.user, 'view')
        found = sets.filter(name=column.choice_set).first()
        if found is None:
            raise Unusable(column, _('Unknown choice set: {name}.').format(name=column.choice_set))
        pairs = [(str(value), str(label)) for value, label, *_color in found.choices]
        return {label: value for value, label in pairs} | {value: value for value, _label in pairs}

    def read(self, rows: Iterable[Row]) -> list[Read]:
        """Return some rows, read."""
        rows = list(rows)
        objects = self._objects(rows)
        return [self._row(number, cells, objects) for number, cells in rows]

    def _objects(self, rows: list[Row]) -> dict[str, dict[str, list]]:
        """Return what the references of some rows mean: {target: {text: objects}}."""
        texts: dict[str, set[str]] = {}
        for column in self.plan.used:
            if column.kind == OBJECT:
                if column.target not in self.targets.by_name:
                    raise Unusable(column, _('Choose what the field refers to.'))
                texts.setdefault(column.target, set()).update(_cell(cells, column) for _number, cells in rows)
        return {target: self.targets.find(target, found - {NOTHING}) for target, found in texts.items()}

    def _row(self, number: int, cells: list[str], objects: dict) -> Read:
        read = Read(number, cells)
        if len(cells) > self.width:
            read.reasons.append((None, _('The row has more cells than there are headers.')))
        for column in self.plan.used:
            try:
                self._value(column, _cell(cells, column), read, objects)
            except ValueError as error:
                read.reasons.append((column.position, str(error)))
        return read

    def _value(self, column: Column, text: str, read: Read, objects: dict) -> None:
        """Note the value of one cell; raise ValueError with the reason why it does not fit."""
        if text == NOTHING:
            if column.required:
                raise ValueError(_('a value is required'))
            return
        value = self._read_cell(column, text)
        if value is None:
            raise ValueError(str(column.kind_of.cells.reason))
        if column.kind == OBJECT:
            value = self._object(column, text, objects[column.target])
        elif column.kind in CHOICES:
            value = self._choice(column, value)
        if column.unique:
            mark = value if isinstance(value, str) else json.dumps(value)
            first = self._taken[column.position].setdefault(mark, read.number)
            if first != read.number:
                raise ValueError(_('the same value is in row {row}').format(row=first))
        keys = keys_of(column)
        read.values |= dict(zip(keys, value)) if len(keys) > 1 else {keys[0]: value}

    def _read_cell(self, column: Column, text: str) -> Any:
        """Return the value that a text means, None if it does not fit; most columns repeat their values."""
        known = self._known[column.position]
        if text not in known:
            if len(known) >= REMEMBERED:
                known.clear()
            known[text] = column.kind_of.value_of(text)
        return known[text]

    def _object(self, column: Column, text: str, found: dict[str, list]) -> int:
        objects = found.get(text, ())
        if len(objects) == 1:
            return objects[0].pk
        title = self.targets.by_name[column.target].title
        if objects:
            raise ValueError(_('several objects of type {type} have this name').format(type=title))
        raise ValueError(_('no object of type {type} that you may view has this name').format(type=title))

    def _choice(self, column: Column, value: str | list[str]) -> str | list[str]:
        values = [value] if column.kind == SELECT else value
        if column.choice_set:
            held = self.held[column.position]
            values = [held.get(item) for item in values]
            if None in values:
                raise ValueError(_('not a choice of {name}').format(name=column.choice_set))
        else:
            choices = self.choices[column.position]
            choices.update(dict.fromkeys(values))
            if len(choices) > MOST_CHOICES:
                message = _('There are more than {number} different values. Choose another type than a selection.')
                raise Unusable(column, message.format(number=MOST_CHOICES))
        return values if column.kind == MULTISELECT else values[0]

    def new_choices(self) -> dict[int, list[str]]:
        """Return the values of new choice sets, as far as rows were read."""
        for column in self.plan.used:
            if self.choices.get(column.position) == {}:
                raise Unusable(column, _('The column has no values to create a choice set from.'))
        return {position: list(values) for position, values in self.choices.items()}


def _cell(cells: list[str], column: Column) -> str:
    return _text(cells, column.position)


def _text(cells: list[str], position: int | None) -> str:
    return cells[position] if position is not None and position < len(cells) else NOTHING


@dataclass
class Found:
    """What the check of all rows has found."""

    fitting: int = 0
    # [number, [[position of the column, its text, reason], ...]] of rows that do not fit, in their order.
    rows: list[list] = field(default_factory=list)
    choices: dict[int, list[str]] = field(default_factory=dict)

    def leave_out(self, number: int, cells: list[str], reasons: list) -> None:
        self.rows.append([
            number,
            [[position, _text(cells, position)[:TEXT_SHOWN], reason] for position, reason in reasons[:REASONS]],
        ])  # fmt: skip


def check(spreadsheet: Spreadsheet, plan: Plan, targets: Targets, note: Note = lambda done, total: None) -> Found:
    """
    Read all rows of a sheet, and return what was found.

    Args:
        spreadsheet: whose rows are meant
        plan: what is to be made of them
        targets: what references may mean
        note: called with how many rows were read, of how many

    Raises:
        Unusable: no rows can satisfy the plan
    """
    found = Found()
    reader = Reader(plan, len(spreadsheet.headers), targets)
    for batch in reading(spreadsheet, reader):
        for read in batch:
            if read.reasons:
                found.leave_out(read.number, read.cells, read.reasons)
            else:
                found.fitting += 1
        note(found.fitting + len(found.rows), spreadsheet.row_count)
    found.choices = reader.new_choices()
    return found


def reading(spreadsheet: Spreadsheet, reader: Reader) -> Iterator[list[Read]]:
    """Yield the rows of a sheet, some at a time."""
    for rows in spreadsheet.read_rows():
        yield reader.read(rows)
