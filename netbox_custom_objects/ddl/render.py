"""
Turns operations into SQL, qualified with the target's schema.

Must never run anything, and never render DROP TABLE, nor DROP COLUMN but for generated columns: all else is retired.
"""

from functools import singledispatch

from psycopg import sql
from psycopg.types.json import Jsonb

from ..definitions import sequence_name
from ..settings import main_schema
from .conversion import conversion
from .introspect import retired_comment
from .operations import (
    AddCheck,
    AddColumn,
    AlterColumnType,
    CalculateColumn,
    ColumnOperation,
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
from .spec import Column, Index, Table
from .target import Target

Statements = list[sql.Composable]
# The column of a link table that holds the object that links.
LINK_SOURCE = 'source_id'


@singledispatch
def render(operation: Operation, target: Target) -> Statements:
    """Return the statements of one operation on one target, in order."""
    raise TypeError(f'no SQL for {operation!r}')


@render.register
def _(operation: CreateTable, target: Target) -> Statements:
    table = operation.spec
    sequence = sql.Identifier(main_schema(), sequence_name(table.name))
    columns = [sql.SQL('{} {}').format(sql.Identifier(c.name), _type(c)) for c in table.columns if c.name != 'id']
    statements = [
        sql.SQL('CREATE SEQUENCE IF NOT EXISTS {}').format(sequence),
        sql.SQL('CREATE TABLE {} (id bigint PRIMARY KEY DEFAULT nextval({}), {})').format(
            _table(target, table), sql.Literal(sequence.as_string()), sql.SQL(', ').join(columns)
        ),
    ]
    if target.is_main:
        # Provisioning a branch finds the default of `id` through this ownership (host-facts 1.1).
        statements.append(sql.SQL('ALTER SEQUENCE {} OWNED BY {}.id').format(sequence, _table(target, table)))
    statements += [_create_sequence(column) for column in table.columns if column.sequence]
    statements.append(_comment_table(target, table.name, table.comment))
    statements += [_comment_column(target, table.name, c, c.comment) for c in table.columns if c.comment]
    if table.fill is not None:
        statements.append(_link_all(target, table))
    statements += [_create_index(target, table.name, index) for index in table.indexes]
    for check in table.checks:
        statements += check_statements(AddCheck(table.name, check), target)
    return statements


@render.register
def _(operation: RetireTable, target: Target) -> Statements:
    comment = _comment_table(target, operation.table, retired_comment(operation.at, operation.spec.comment))
    return [comment] if operation.spec.fill is None else [comment, _note_without_links(target, operation.spec)]


@render.register
def _(operation: RestoreTable, target: Target) -> Statements:
    links = operation.spec
    statements = [_comment_table(target, operation.table, links.comment)]
    if links.fill is not None:
        statements.append(_link_those_made_meanwhile(target, links))
    if links.column(LINK_SOURCE):
        statements.append(_forget_without_links(target, links))
    return statements


@render.register
def _(operation: AddColumn, target: Target) -> Statements:
    column = operation.column
    table, name, type_ = (
        sql.Identifier(target.schema, operation.table),
        sql.Identifier(column.name),
        _type(column),
    )
    add = sql.SQL('ALTER TABLE {} ADD COLUMN {} {}').format(table, name, type_)
    statements = [add]
    if column.fill is not None:
        # PostgreSQL keeps a constant default of a new column in the catalog: existing rows have it at once and are
        # not rewritten. New rows get their default from the application.
        statements = [
            sql.SQL('{} DEFAULT {}').format(add, _fill(column)),
            _alter_column(target, operation, sql.SQL('DROP DEFAULT')),
        ]
    if column.sequence:
        statements.append(_create_sequence(column))
    return [*statements, _comment_column(target, operation.table, column, column.comment)]


def _create_sequence(column: Column) -> sql.Composable:
    return sql.SQL('CREATE SEQUENCE IF NOT EXISTS {}').format(sql.Identifier(main_schema(), column.sequence))


@render.register
def _(operation: RetireColumn, target: Target) -> Statements:
    column = operation.column
    statements = [_comment_column(target, operation.table, column, retired_comment(operation.at, column.comment))]
    if column.not_null:
        # New rows have no value in it.
        statements.append(_alter_column(target, operation, sql.SQL('DROP NOT NULL')))
    if column.fill is not None:
        # Rows that are made meanwhile have it when the column comes back, as if the field were new; what other rows
        # hold is kept, NULL too.
        statements.append(_alter_column(target, operation, sql.SQL('SET DEFAULT {}').format(_fill(column))))
    return statements


@render.register
def _(operation: RestoreColumn, target: Target) -> Statements:
    column = operation.column
    statements = [_comment_column(target, operation.table, column, column.comment)]
    if column.has_default:
        statements.append(_alter_column(target, operation, sql.SQL('DROP DEFAULT')))
    return statements


@render.register
def _(operation: DropColumn, target: Target) -> Statements:
    return [
        sql.SQL('ALTER TABLE {} DROP COLUMN {}').format(
            sql.Identifier(target.schema, operation.table), sql.Identifier(operation.column.name)
        )
    ]


@render.register
def _(operation: CalculateColumn, target: Target) -> Statements:
    column = operation.new
    return [
        # PostgreSQL drops first, in any order; both in one statement, as either alone would be wrong.
        sql.SQL('ALTER TABLE {} DROP COLUMN {}, ADD COLUMN {} {}').format(
            sql.Identifier(target.schema, operation.table),
            sql.Identifier(operation.column.name),
            sql.Identifier(column.name),
            _type(column),
        ),
        _comment_column(target, operation.table, column, column.comment),
    ]


@render.register
def _(operation: AlterColumnType, target: Target) -> Statements:
    column = sql.Identifier(operation.column.name)
    return [
        sql.SQL('ALTER TABLE {} ALTER COLUMN {} TYPE {} USING {}').format(
            sql.Identifier(target.schema, operation.table),
            column,
            sql.SQL(operation.new_type),
            conversion(column, operation.column.type, operation.new_type),
        )
    ]


@render.register
def _(operation: CreateIndex, target: Target) -> Statements:
    return index_statements(operation, target)


def index_statements(operation: CreateIndex, target: Target, concurrently: bool = False) -> Statements:
    """Return the statements that build an index; `concurrently` does not block writers, but allows no transaction."""
    how = 'CONCURRENTLY ' if concurrently else ''
    name = sql.Identifier(target.schema, operation.index.name)
    return [
        # What has this name now is an index that a killed job left invalid, which introspection does not count.
        sql.SQL('DROP INDEX {}IF EXISTS {}').format(sql.SQL(how), name),
        _create_index(target, operation.table, operation.index, how),
    ]


@render.register
def _(operation: DropIndex, target: Target) -> Statements:
    # An index behind a constraint (as the vendor's tables have them) can only be dropped with the constraint.
    table, name = sql.Identifier(target.schema, operation.table), sql.Identifier(operation.index.name)
    return [
        sql.SQL('ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}').format(table, name),
        sql.SQL('DROP INDEX IF EXISTS {}').format(sql.Identifier(target.schema, operation.index.name)),
    ]


@render.register
def _(operation: AddCheck, target: Target) -> Statements:
    return check_statements(operation, target)


def check_statements(operation: AddCheck, target: Target) -> Statements:
    """Return what drops a check that was left half made, refuses rows from now on, and reads those that there are."""
    table, name = sql.Identifier(target.schema, operation.table), sql.Identifier(operation.check.name)
    return [
        sql.SQL('ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}').format(table, name),
        sql.SQL('ALTER TABLE {} ADD CONSTRAINT {} CHECK ({}) NOT VALID').format(
            table, name, sql.SQL(operation.check.body)
        ),
        sql.SQL('ALTER TABLE {} VALIDATE CONSTRAINT {}').format(table, name),
    ]


@render.register
def _(operation: DropCheck, target: Target) -> Statements:
    return check_statements(AddCheck(operation.table, operation.check), target)[:1]


def _type(column: Column) -> sql.Composable:
    """Return the type of a column, and how its values are calculated if they are."""
    if not column.generated:
        return sql.SQL(column.type)
    return sql.SQL('{} GENERATED ALWAYS AS ({}) STORED').format(sql.SQL(column.type), sql.SQL(column.body))


def _table(target: Target, table: Table) -> sql.Identifier:
    return sql.Identifier(target.schema, table.name)


def _alter_column(target: Target, operation: ColumnOperation, how: sql.Composable) -> sql.Composable:
    return sql.SQL('ALTER TABLE {} ALTER COLUMN {} {}').format(
        sql.Identifier(target.schema, operation.table), sql.Identifier(operation.column.name), how
    )


def _fill(column: Column) -> sql.Composable:
    value = Jsonb(column.fill) if column.type == 'jsonb' else column.fill
    return sql.SQL('{}::{}').format(sql.Literal(value), sql.SQL(column.type))


def _link_all(target: Target, links: Table) -> sql.Composable:
    sources, targets = links.fill
    rows = [sql.SQL('({})').format(sql.SQL(', ').join(map(sql.Literal, values))) for values in targets]
    return sql.SQL(
        'INSERT INTO {} (source_id, {}) SELECT source.id, target.* FROM {} source, (VALUES {}) target'
    ).format(
        _table(target, links),
        sql.SQL(', ').join(map(sql.Identifier, _target_columns(links))),
        sql.Identifier(target.schema, sources),
        sql.SQL(', ').join(rows),
    )


# While a link table is retired, a row without a target stands for "had no links", so that what has no row was made
# meanwhile; one without a source says that these rows were written.


def _note_without_links(target: Target, links: Table) -> sql.Composable:
    sources, _targets = links.fill
    return sql.SQL(
        'INSERT INTO {links} (source_id) SELECT source.id FROM {sources} source'
        ' WHERE NOT EXISTS (SELECT FROM {links} link WHERE link.source_id = source.id) UNION ALL SELECT NULL'
    ).format(links=_table(target, links), sources=sql.Identifier(target.schema, sources))


def _link_those_made_meanwhile(target: Target, links: Table) -> sql.Composable:
    return sql.SQL(
        '{link_all} WHERE EXISTS (SELECT FROM {links} link WHERE link.source_id IS NULL)'
        ' AND NOT EXISTS (SELECT FROM {links} link WHERE link.source_id = source.id)'
    ).format(link_all=_link_all(target, links), links=_table(target, links))


def _forget_without_links(target: Target, links: Table) -> sql.Composable:
    return sql.SQL('DELETE FROM {} WHERE {} IS NULL').format(
        _table(target, links), sql.Identifier(_target_columns(links)[-1])
    )


def _target_columns(links: Table) -> list[str]:
    return [column.name for column in links.columns if column.name not in ('id', LINK_SOURCE)]


def _create_index(target: Target, table: str, index: Index, how: str = '') -> sql.Composable:
    columns = sql.SQL(', ').join(map(sql.Identifier, index.columns))
    return sql.SQL('CREATE {}INDEX {}{} ON {} {}').format(
        sql.SQL('UNIQUE ' if index.unique else ''),
        sql.SQL(how),
        sql.Identifier(index.name),
        sql.Identifier(target.schema, table),
        sql.SQL(index.body) if index.body else sql.SQL('({})').format(columns),
    )


def _comment_table(target: Target, table: str, comment: str) -> sql.Composable:
    return sql.SQL('COMMENT ON TABLE {} IS {}').format(sql.Identifier(target.schema, table), sql.Literal(comment))


def _comment_column(target: Target, table: str, column: Column, comment: str) -> sql.Composable:
    return sql.SQL('COMMENT ON COLUMN {} IS {}').format(
        sql.Identifier(target.schema, table, column.name), sql.Literal(comment)
    )
