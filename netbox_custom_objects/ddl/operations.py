"""
The steps that a plan is made of: one frozen value each, with its lock class, phase, inverse and description.

Pure: the standard library only. An operation says what happens; `render` knows the SQL and `simulate` the effect.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar

from .spec import Check, Column, Index, IndexKind, Schema, Table

# What people read of an index of each kind.
KINDS = {
    IndexKind.BEGINNING: 'index for how texts begin',
    IndexKind.PARTS: 'index for what texts contain',
    IndexKind.ITEMS: 'index for items',
    IndexKind.HOST: 'index for addresses without their mask length',
}


class Lock(StrEnum):
    """The strongest lock that a step takes on an existing table (architecture, chapter 7)."""

    NONE = 'none'
    CATALOG = 'access exclusive, catalog write only'
    SHARE = 'share'
    REWRITE = 'access exclusive, rewrites the table'


class Phase(StrEnum):
    INLINE = 'inline'
    # Takes time in proportion to the rows: inline only on a small table, otherwise a job.
    BY_SIZE = 'by size'


@dataclass(frozen=True, slots=True)
class Operation:
    """Base of all steps. `table` is the unqualified table name; the target's schema is added when SQL is made."""

    table: str

    lock: ClassVar[Lock] = Lock.NONE
    phase: ClassVar[Phase] = Phase.INLINE
    destructive: ClassVar[bool] = False

    def apply(self, schema: Schema) -> Schema:
        """Return `schema` as it is after this step."""
        raise NotImplementedError

    def inverse(self) -> 'Operation':
        """Return the step that undoes this one."""
        raise NotImplementedError

    def describe(self) -> str:
        """Return one sentence for a person who decides whether to go on."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class CreateTable(Operation):
    spec: Table

    def apply(self, schema):
        return schema.replace(self.table, self.spec)

    def inverse(self):
        return RetireTable(self.table, self.spec, at='undone')

    def describe(self):
        return f'Create table {self.table} with {len(self.spec.columns)} columns.'


@dataclass(frozen=True, slots=True)
class RetireTable(Operation):
    spec: Table
    at: str
    destructive: ClassVar[bool] = True

    def apply(self, schema):
        return schema.replace(self.table, replace(self.spec, retired=self.at))

    def inverse(self):
        return RestoreTable(self.table, replace(self.spec, retired=self.at))

    def describe(self):
        return f'Retire table {self.table}: it is hidden at once and kept with its rows.'


@dataclass(frozen=True, slots=True)
class RestoreTable(Operation):
    spec: Table

    def apply(self, schema):
        return schema.replace(self.table, replace(self.spec, retired=''))

    def inverse(self):
        return RetireTable(self.table, replace(self.spec, retired=''), at=self.spec.retired)

    def describe(self):
        return f'Restore table {self.table} with the rows it held when it was retired.'


@dataclass(frozen=True, slots=True)
class ColumnOperation(Operation):
    column: Column
    lock: ClassVar[Lock] = Lock.CATALOG

    def _with_column(self, schema: Schema, column: Column) -> Schema:
        table = schema.table(self.table)
        columns = [other for other in table.columns if other.name != column.name]
        return schema.replace(self.table, replace(table, columns=(*columns, column)))


@dataclass(frozen=True, slots=True)
class AddColumn(ColumnOperation):
    @property
    def lock(self) -> Lock:
        return Lock.REWRITE if self.column.generated else Lock.CATALOG

    @property
    def phase(self) -> Phase:
        return Phase.BY_SIZE if self.column.generated else Phase.INLINE

    def apply(self, schema):
        return self._with_column(schema, self.column)

    def inverse(self):
        if self.column.generated:
            return DropColumn(self.table, self.column)
        return RetireColumn(self.table, self.column, at='undone')

    def describe(self):
        what = f'column {self.column.name} ({self.column.type})'
        if self.column.generated:
            return f'Add {what} to {self.table} and calculate it for all rows.'
        return f'Add {what} to {self.table}; existing rows are not touched.'


@dataclass(frozen=True, slots=True)
class RetireColumn(ColumnOperation):
    at: str
    destructive: ClassVar[bool] = True

    @property
    def lock(self):
        return Lock.NONE if self.column.fill is None and not self.column.not_null else Lock.CATALOG

    def apply(self, schema):
        return self._with_column(schema, replace(self.column, retired=self.at))

    def inverse(self):
        return RestoreColumn(self.table, replace(self.column, retired=self.at))

    def describe(self):
        return f'Retire column {self.column.name} of {self.table}: its values are hidden and kept.'


@dataclass(frozen=True, slots=True)
class RestoreColumn(ColumnOperation):
    @property
    def lock(self):
        return Lock.CATALOG if self.column.has_default else Lock.NONE

    def apply(self, schema):
        return self._with_column(schema, replace(self.column, retired=''))

    def inverse(self):
        return RetireColumn(self.table, replace(self.column, retired=''), at=self.column.retired)

    def describe(self):
        return f'Restore column {self.column.name} of {self.table} with the values it held when it was retired.'


@dataclass(frozen=True, slots=True)
class DropColumn(ColumnOperation):
    """Remove a generated column: its values can be calculated again, and it would hold on to the columns it reads."""

    destructive: ClassVar[bool] = True

    def apply(self, schema):
        table = schema.table(self.table)
        others = tuple(other for other in table.columns if other.name != self.column.name)
        return schema.replace(self.table, replace(table, columns=others))

    def inverse(self):
        return AddColumn(self.table, self.column)

    def describe(self):
        return f'Drop column {self.column.name} of {self.table}, whose values are calculated.'


@dataclass(frozen=True, slots=True)
class CalculateColumn(ColumnOperation):
    """Put a column in place of one whose values are calculated in another way, or not yet."""

    new: Column
    lock: ClassVar[Lock] = Lock.REWRITE
    phase: ClassVar[Phase] = Phase.BY_SIZE

    def apply(self, schema):
        return self._with_column(schema, self.new)

    def inverse(self):
        return CalculateColumn(self.table, self.new, new=self.column)

    def describe(self):
        return f'Calculate column {self.column.name} ({self.new.type}) of {self.table} for all rows.'


@dataclass(frozen=True, slots=True)
class AlterColumnType(ColumnOperation):
    """Convert a column in place. Widening is a catalog write; anything else rewrites and is decided by size."""

    new_type: str
    lock: ClassVar[Lock] = Lock.REWRITE
    phase: ClassVar[Phase] = Phase.BY_SIZE

    def apply(self, schema):
        return self._with_column(schema, replace(self.column, type=self.new_type))

    def inverse(self):
        return AlterColumnType(self.table, replace(self.column, type=self.new_type), new_type=self.column.type)

    def describe(self):
        return f'Convert column {self.column.name} of {self.table} from {self.column.type} to {self.new_type}.'


@dataclass(frozen=True, slots=True)
class IndexOperation(Operation):
    index: Index
    lock: ClassVar[Lock] = Lock.SHARE

    @property
    def _what(self) -> str:
        if self.index.constraint:
            return f'unique index {self.index.name} of {self.table}'
        kind = KINDS.get(self.index.kind) or ('unique index' if self.index.unique else 'index')
        return f'{kind} on {", ".join(self.index.columns)} of {self.table}'


@dataclass(frozen=True, slots=True)
class CreateIndex(IndexOperation):
    phase: ClassVar[Phase] = Phase.BY_SIZE

    def apply(self, schema):
        table = schema.table(self.table)
        return schema.replace(self.table, replace(table, indexes=(*table.indexes, self.index)))

    def inverse(self):
        return DropIndex(self.table, self.index)

    def describe(self):
        return f'Create {self._what}.'


@dataclass(frozen=True, slots=True)
class DropIndex(IndexOperation):
    lock: ClassVar[Lock] = Lock.CATALOG

    def apply(self, schema):
        table = schema.table(self.table)
        return schema.replace(
            self.table, replace(table, indexes=tuple(index for index in table.indexes if index != self.index))
        )

    def inverse(self):
        return CreateIndex(self.table, self.index)

    def describe(self):
        return f'Drop {self._what}.'


@dataclass(frozen=True, slots=True)
class CheckOperation(Operation):
    check: Check
    lock: ClassVar[Lock] = Lock.CATALOG

    def _with_checks(self, schema: Schema, *more: Check) -> Schema:
        table = schema.table(self.table)
        others = tuple(check for check in table.checks if check != self.check)
        return schema.replace(self.table, replace(table, checks=(*others, *more)))


@dataclass(frozen=True, slots=True)
class AddCheck(CheckOperation):
    """Refuse rows at once, then read those that there are, which blocks no writer."""

    phase: ClassVar[Phase] = Phase.BY_SIZE

    def apply(self, schema):
        return self._with_checks(schema, self.check)

    def inverse(self):
        return DropCheck(self.table, self.check)

    def describe(self):
        return f'Add check {self.check.name} to {self.table}.'


@dataclass(frozen=True, slots=True)
class DropCheck(CheckOperation):
    def apply(self, schema):
        return self._with_checks(schema)

    def inverse(self):
        return AddCheck(self.table, self.check)

    def describe(self):
        return f'Drop check {self.check.name} of {self.table}.'
