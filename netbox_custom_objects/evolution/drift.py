"""
What of a type's table differs from what the model base needs, beyond what reconcile repairs by itself.

Pure: compares values that others have read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ..ddl.spec import Column, Table
from ..definitions import is_field_column
from ..field_types.base_columns import BaseColumn


class Kind(StrEnum):
    """What was found; see docs/operations/upgrade-command.md for what is done about it."""

    STAGED = 'staged'
    TYPE = 'type'
    SURPLUS = 'surplus'


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference; `column` is what the table holds, `wanted` what the base needs, if it needs it at all."""

    kind: Kind
    table: str
    column: Column
    wanted: BaseColumn | None = None

    def describe(self) -> str:
        """Return one sentence that says what to do."""
        name = f'Column {self.column.name} of {self.table}'
        if self.kind is Kind.STAGED:
            return (
                f'{name} is nullable in the database, although every object needs a value. Set one on all objects, '
                f'then run with --finalize.'
            )
        if self.kind is Kind.TYPE:
            return (
                f'{name} is {self.column.type}, but NetBox needs {self.wanted.column.type}. Convert it with --convert.'
            )
        return f'{name} is no longer needed by NetBox, but is kept. Retire it with --retire.'


def find_drift(table: Table, base: Iterable[BaseColumn]) -> Iterator[Drift]:
    """
    Yield the differences of one type's table.

    Args:
        table: the table as introspected; columns that it lacks are reconcile's business
        base: the columns that the model base needs
    """
    wanted = {column.name: column for column in base}
    for column in table.live_columns:
        need = wanted.get(column.name)
        if need is None and not is_field_column(column.name):
            yield Drift(Kind.SURPLUS, table.name, column)
        elif need is not None and need.column.type != column.type:
            yield Drift(Kind.TYPE, table.name, column, need)
        elif need is not None and need.staged and not column.not_null:
            yield Drift(Kind.STAGED, table.name, column, need)
