"""
What is out of use in any schema, since when, and the SQL that drops it for good.

The only place that drops tables and columns. Must never drop what any schema still uses, and never with CASCADE.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql

from ...definitions import field_id_from_column_name, table_name, type_id_from_table_name
from ..introspect import split_comment
from ..locks import with_retries
from ..target import Target

_EVERYTHING_SQL = r"""
    SELECT n.nspname, c.relname, obj_description(c.oid, 'pg_class'), a.attname, col_description(c.oid, a.attnum)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relname ~ '^custom_objects_\d+(_f_\d+)?$'
      AND (%(schema)s::text IS NULL OR n.nspname = %(schema)s)
"""
_IN_USE_SQL = r"""
    SELECT DISTINCT relname FROM pg_class
    WHERE relkind = 'r' AND relname ~ '^custom_objects_\d+$'
      AND coalesce(obj_description(oid, 'pg_class'), '') NOT LIKE 'retired %'
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A table (`column` is empty) or a column in one schema; `retired` tells since when it is unused, in ISO form."""

    schema: str
    table: str
    column: str
    retired: str
    comment: str

    @property
    def what(self) -> tuple[str, str]:
        return self.table, self.column

    @property
    def type_id(self) -> int:
        return type_id_from_table_name(self.table)

    @property
    def field_id(self) -> int | None:
        """The field whose column or link table it is; None for what every type has."""
        part = self.column or self.table.removeprefix(f'{table_name(self.type_id)}_')
        return field_id_from_column_name(part)

    @property
    def place(self) -> str:
        """Where it is stored, by ids alone."""
        return f'column {self.column} of {self.table}' if self.column else f'table {self.table}'

    def describe(self) -> str:
        """Return what a person knows it by."""
        return f'{self.place} ({self.comment or "no comment"}), out of use since {self.retired}'


def everything(target: Target) -> list[Stored]:
    """Return our tables and columns in all schemas of the database; those of a retired table are as old as it."""
    return _stored(target, None)


def retired_in(target: Target) -> list[Stored]:
    """Return our tables and columns that are out of use in the schema of a target."""
    return [item for item in _stored(target, target.schema) if item.retired]


def _stored(target: Target, schema: str | None) -> list[Stored]:
    found: dict[tuple[str, str], Stored] = {}
    columns = []
    with target.cursor() as cursor:
        cursor.execute(_EVERYTHING_SQL, {'schema': schema})
        for schema, table, table_comment, column, column_comment in cursor.fetchall():
            comment, retired = split_comment(table_comment)
            found.setdefault((schema, table), Stored(schema, table, '', retired, comment))
            comment, since = split_comment(column_comment)
            columns.append(Stored(schema, table, column, since or retired, comment))
    return [*found.values(), *columns]


def droppable(stored: Iterable[Stored], schema: str, until: str) -> list[Stored]:
    """
    Return what may be dropped from one schema: out of use there since before `until`, and in use nowhere.

    A table stays in the main schema while another schema has a copy, whose ids are drawn from the table's sequence.

    Args:
        stored: what `everything` returned
        schema: where
        until: an ISO timestamp
    """
    stored = list(stored)
    in_use = {item.what for item in stored if not item.retired}
    candidates = [
        item for item in stored if item.schema == schema and item.retired and item.retired < until
        and item.what not in in_use
    ]  # fmt: skip
    tables = {item.table for item in candidates if not item.column}
    return [item for item in candidates if not item.column or item.table not in tables]


def types_in_use(target: Target) -> set[int]:
    """Return the ids of the types that have a table in use in any schema of the database."""
    with target.cursor() as cursor:
        cursor.execute(_IN_USE_SQL)
        return {type_id_from_table_name(name) for (name,) in cursor.fetchall()}


def copies(stored: Iterable[Stored], item: Stored) -> list[str]:
    """Return the other schemas that have a table."""
    return sorted(other.schema for other in stored if other.what == item.what and other.schema != item.schema)


def drop(target: Target, item: Stored) -> None:
    """
    Drop a table or column for good.

    Raises:
        SchemaLocked: the table is in use for too long
        InternalError, ProgrammingError: something that is not ours, such as a view, depends on it
    """
    table = sql.Identifier(target.schema, item.table)
    if item.column:
        statement = sql.SQL('ALTER TABLE {} DROP COLUMN IF EXISTS {}').format(table, sql.Identifier(item.column))
    else:
        statement = sql.SQL('DROP TABLE IF EXISTS {}').format(table)

    def work():
        with target.cursor() as cursor:
            cursor.execute(statement)

    with_retries(target, item.table, work)
