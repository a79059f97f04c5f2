"""
The only place where a plan becomes SQL that runs.

Must be called inside a transaction on the target's connection, in which the definition row was written too: rows and
columns appear and vanish together. Must never touch a schema other than the target's, sequences excepted.
"""

import logging

from django.db import IntegrityError, OperationalError
from django.utils.translation import gettext as _
from psycopg import sql
from psycopg.errors import ProgramLimitExceeded

from .. import settings
from ..exceptions import (
    DuplicateValues,
    SchemaChangeRefused,
    UnconvertibleValues,
    ValuesTooLong,
    VerificationFailed,
    ViolatedCheck,
)
from .conversion import keeps_bytes, unconvertible
from .introspect import introspect
from .locks import with_retries
from .operations import (
    AddCheck,
    AddColumn,
    AlterColumnType,
    CalculateColumn,
    CreateIndex,
    Operation,
    Phase,
)
from .plan import Plan, simulate
from .render import check_statements, index_statements, render
from .spec import Schema
from .target import Target
from .upkeep.column_limit import refuse_without_room

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.ddl')

# Steps that a job can do later; but for calculating columns, without blocking writers.
DEFERRED = (CreateIndex, AddCheck, CalculateColumn)


def execute(target: Target, type_id: int, plan: Plan, actual: Schema) -> Plan:
    """
    Run the steps that may run now and return the plan of those that were left for a job.

    Args:
        target: where
        type_id: the type whose tables are changed
        plan: what `diff` returned for `actual`
        actual: the introspected schema that the plan was made for

    Raises:
        SchemaLocked: a lock could not be had in time
        SchemaChangeRefused: a conversion would rewrite a table of more than `inline_row_limit` rows
        NoColumnsLeft: the table can have no more columns
        UnconvertibleValues: stored values do not survive a conversion
        DuplicateValues: stored values stand in the way of a unique index
        ValuesTooLong: stored values are too long for an index
        ViolatedCheck: stored values do not meet a check
        VerificationFailed: the schema is not what the plan promised
    """
    now, later = split(target, plan, actual)
    if now:
        table = now.operations[0].table
        with_retries(target, table, lambda: _run(target, now))
        _verify(target, type_id, simulate(now, actual))
    return later


def split(target: Target, plan: Plan, actual: Schema) -> tuple[Plan, Plan]:
    """
    Return (what runs inline, what a job must do), decided by the number of rows of each table.

    Raises:
        SchemaChangeRefused: a conversion of a large table was asked for
        NoColumnsLeft: the table can have no more columns
    """
    refuse_without_room(target, list(plan))
    large = {
        operation.table: is_large(target, operation.table)
        for operation in plan.by_size
        if actual.table(operation.table) is not None
    }
    now: list[Operation] = []
    later: list[Operation] = []
    for operation in plan:
        if operation.phase is Phase.INLINE or not large.get(operation.table) or is_catalog_only(operation):
            now.append(operation)
        elif isinstance(operation, DEFERRED):
            later.append(operation)
        elif isinstance(operation, AddColumn):
            empty = operation.column.without_values
            now.append(AddColumn(operation.table, empty))
            later.append(CalculateColumn(operation.table, empty, new=operation.column))
        else:
            raise SchemaChangeRefused(
                _(
                    '{table} has more than {limit} rows, too many to convert a column within a request. Change the '
                    'field step by step (REST: POST to staged-changes/ of the field), or raise inline_row_limit.'
                ).format(table=operation.table, limit=settings.get('inline_row_limit'))
            )
    return Plan(tuple(now)), Plan(tuple(later))


def is_large(target: Target, table: str) -> bool:
    """Whether a table has more than `inline_row_limit` rows; reads at most that many."""
    limit = settings.get('inline_row_limit')
    query = sql.SQL('SELECT count(*) FROM (SELECT 1 FROM {} LIMIT {}) sample').format(
        sql.Identifier(target.schema, table), sql.Literal(limit + 1)
    )
    with target.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0] > limit


def finish(target: Target, plan: Plan) -> None:
    """
    Do what a request left for later. Only calculating a column blocks writers. Resumable: run it again after a crash.

    Must run outside a transaction (PostgreSQL refuses CONCURRENTLY inside one).

    Args:
        target: where
        plan: steps of DEFERRED only

    Raises:
        DuplicateValues: stored values stand in the way of a unique index
        ValuesTooLong: stored values are too long for an index
        ViolatedCheck: stored values do not meet a check
    """
    for operation in plan:
        if isinstance(operation, AddCheck):
            _add_check(target, operation)
            continue
        if isinstance(operation, CalculateColumn):
            _calculate(target, operation)
            continue
        _build_index(target, operation)
    for table in {step.table for step in plan if isinstance(step, CreateIndex) and step.index.kind}:
        # PostgreSQL knows how often what is made of a column occurs only after it has looked.
        _execute(target, sql.SQL('ANALYZE {}').format(sql.Identifier(target.schema, table)))


def _build_index(target: Target, operation: CreateIndex) -> None:
    drop, create = index_statements(operation, target, concurrently=True)
    with target.cursor() as cursor:
        cursor.execute(drop)
        try:
            cursor.execute(create)
        except (IntegrityError, OperationalError) as error:
            # What is left is invalid, and would refuse rows all the same.
            if (found := _refusal(operation, error)) is None:
                raise
            cursor.execute(drop)
            raise found from error


def _refusal(operation: Operation, error: Exception) -> SchemaChangeRefused | None:
    """Return what is wrong with the stored values if a step failed because of them."""
    if isinstance(error.__cause__, ProgramLimitExceeded):
        return ValuesTooLong(operation.table)
    if not isinstance(error, IntegrityError):
        return None
    if isinstance(operation, AddCheck):
        return ViolatedCheck(operation.table)
    return DuplicateValues(operation.table, error.__cause__.diag.message_detail)


def _add_check(target: Target, operation: AddCheck) -> None:
    """Add a check in a short transaction, so that no new row violates it, and read the rows after that."""
    *add, validate = check_statements(operation, target)
    with_retries(target, operation.table, lambda: _execute(target, *add))
    try:
        _execute(target, validate)
    except IntegrityError as error:
        with_retries(target, operation.table, lambda: _execute(target, add[0]))
        raise ViolatedCheck(operation.table) from error


def _calculate(target: Target, operation: CalculateColumn) -> None:
    with_retries(target, operation.table, lambda: _execute(target, *render(operation, target)))


def _execute(target: Target, *statements: sql.Composable) -> None:
    with target.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _run(target: Target, plan: Plan) -> None:
    for operation in plan:
        logger.info('%s: %s', target, operation.describe())
        if isinstance(operation, AlterColumnType) and not is_catalog_only(operation):
            _check_values(target, operation)
        try:
            _execute(target, *render(operation, target))
        except (IntegrityError, OperationalError) as error:
            if (found := _refusal(operation, error)) is None:
                raise
            raise found from error


def _check_values(target: Target, operation: AlterColumnType) -> None:
    column = operation.column
    if examples := unconvertible(target, operation.table, column.name, column.type, operation.new_type):
        raise UnconvertibleValues(column.comment, operation.new_type, examples)


def _verify(target: Target, type_id: int, expected: Schema) -> None:
    found = introspect(target, type_id)
    if _comparable(found) != _comparable(expected):
        raise VerificationFailed(f'{target}: expected {expected.tables}, found {found.tables}')


def _comparable(schema: Schema):
    return [
        (table.name, table.retired, *map(set, (table.columns, table.indexes, table.checks))) for table in schema.tables
    ]


def is_catalog_only(operation: Operation) -> bool:
    """Whether a step is a conversion that PostgreSQL does without reading a row."""
    if not isinstance(operation, AlterColumnType):
        return False
    return keeps_bytes(operation.column.type, operation.new_type)
