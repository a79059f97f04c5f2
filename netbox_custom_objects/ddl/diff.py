"""
The one comparison: what a schema holds against what the definitions ask for, as a plan.

Pure: the standard library only. Must never drop a table, nor a column that is not generated, only retire it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..definitions import is_field_column, is_optional_column
from .operations import (
    AddCheck,
    AddColumn,
    AlterColumnType,
    CalculateColumn,
    CreateIndex,
    CreateTable,
    DropCheck,
    DropColumn,
    DropIndex,
    Operation,
    RestoreColumn,
    RestoreTable,
    RetireColumn,
    RetireTable,
)
from .plan import Plan
from .spec import Schema, Table

NOTHING: Mapping[str, Any] = {}
# What a column may be instead.
UNLIMITED = {'character varying(100)[]': 'character varying[]'}


def diff(actual: Schema, desired: Schema, *, now: str, fills: Mapping[str, Any] = NOTHING) -> Plan:
    """
    Return the plan that turns `actual` into `desired`.

    Args:
        actual: what introspection found for one type: its table and link tables, retired ones too
        desired: what the definitions compile to; no tables if the type is gone
        now: ISO timestamp to mark what is retired with
        fills: what rows get that are made while a column or link table is retired, by its name
    """
    operations: list[Operation] = []
    for table in desired.tables:
        found = actual.table(table.name)
        operations += [CreateTable(table.name, table)] if found is None else _table_steps(found, table, now, fills)
    for table in actual.tables:
        if desired.table(table.name) is None and not table.retired:
            operations.append(RetireTable(table.name, replace(table, fill=fills.get(table.name)), at=now))
    return Plan(tuple(operations))


def _table_steps(actual: Table, desired: Table, now: str, fills: Mapping[str, Any]) -> Iterator[Operation]:
    if actual.retired:
        yield RestoreTable(actual.name, replace(actual, fill=desired.fill))
    for check in actual.checks:
        if check not in desired.checks:
            yield DropCheck(actual.name, check)
    columns = list(_with_generated(actual, desired, list(_column_steps(actual, desired, now, fills))))
    # A column that is made again loses its indexes.
    lost = {step.column.name for step in columns if isinstance(step, (CalculateColumn, DropColumn))}
    kept = [index for index in actual.indexes if lost.isdisjoint(index.columns)]
    # An index that must go would stand in the way of a conversion of its column, so it goes first.
    for index in actual.indexes:
        if index not in kept or index not in desired.indexes and not _only_retired(index, actual, desired):
            yield DropIndex(actual.name, index)
    yield from columns
    for index in desired.indexes:
        if index not in kept:
            yield CreateIndex(actual.name, index)
    for check in desired.checks:
        if check not in actual.checks:
            yield AddCheck(actual.name, check)


def _column_steps(actual: Table, desired: Table, now: str, fills: Mapping[str, Any]) -> Iterator[Operation]:
    """
    Columns of the model base are only ever added: NetBox's mixins may change, and data may hang on what was.

    Those of config contexts come and go with the switch of the type, as those of fields do with the field.
    """
    for column in desired.columns:
        found = actual.column(column.name)
        if column.generated or found is not None and found.generated:
            continue
        if found is None:
            yield AddColumn(actual.name, column)
            continue
        if found.retired:
            yield RestoreColumn(actual.name, found)
            found = replace(found, retired='')
        if not _holds(found.type, column.type) and is_field_column(column.name):
            yield AlterColumnType(actual.name, found, new_type=column.type)
    for column in actual.live_columns:
        if desired.column(column.name) is None and is_optional_column(column.name) and not column.generated:
            yield RetireColumn(actual.name, replace(column, fill=fills.get(column.name)), at=now)


def _with_generated(actual: Table, desired: Table, steps: list[Operation]) -> Iterator[Operation]:
    """
    Yield the steps of columns with those of generated ones, which read others: those must be there, and as they are.

    A conversion is refused while a generated column reads the column, so they all go before it, and come after it.
    """
    converts = any(isinstance(step, AlterColumnType) for step in steps)
    kept = {}
    for column in actual.columns:
        wanted = desired.column(column.name)
        if column.generated and (wanted is None or converts):
            yield DropColumn(actual.name, column)
        else:
            kept[column.name] = column
    yield from steps
    for column in desired.columns:
        found = kept.get(column.name)
        if found is None and (column.generated or column.name in {other.name for other in actual.columns}):
            yield AddColumn(actual.name, column)
        elif found is not None and (column.generated or found.generated):
            if found.retired:
                yield RestoreColumn(actual.name, found)
                found = replace(found, retired='')
            if (found.generated, found.type) != (column.generated, column.type):
                yield CalculateColumn(actual.name, found, new=column)


def _holds(found: str, wanted: str) -> bool:
    """Whether a column can stay as it is; one without a limit comes from a take-over, and setting one rewrites it."""
    return found in (wanted, UNLIMITED.get(wanted))


def _only_retired(index, actual: Table, desired: Table) -> bool:
    """Whether an index covers only columns that are out of use: it is kept, so that restoring them costs nothing."""
    names = [name for name in index.columns if is_optional_column(name)]
    return bool(names) and all(desired.column(name) is None and actual.column(name) is not None for name in names)
