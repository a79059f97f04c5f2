"""
What staged changes leave behind: in copies that branches have of a table, and where the change's own row is gone.

Must never touch the columns of a change that is under way; the caller knows which those are.
"""

import time

from psycopg import sql

from ...definitions.names import FORMER, NEXT, SURVIVES, column_with, former_column_name, next_unique_name
from ..introspect import retired_comment
from ..locks import with_retries
from ..target import Target
from .filling import PATIENCE, drop_trigger
from .reads import has_column

_FOUND_SQL = r"""
    SELECT c.relname, substring(a.attname from '^f_\d+')
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relname ~ '^custom_objects_\d+$' AND a.attname ~ '^f_\d+_(next|former|survives)$'
      AND NOT a.attisdropped
    UNION
    SELECT t.relname, substring(i.relname from '(f_\d+)_next_key$')
    FROM pg_index x
    JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE n.nspname = %s AND i.relname ~ '^custom_objects_\d+_f_\d+_next_key$'
    ORDER BY 1, 2
"""


def find_leftovers(target: Target) -> list[tuple[str, str]]:
    """Return (table, column of a field) for everything that staged changes work with in a schema. One query."""
    with target.cursor() as cursor:
        cursor.execute(_FOUND_SQL, [target.schema, target.schema])
        return cursor.fetchall()


def drop_leftovers(target: Target, table: str, column: str, at: str) -> None:
    """
    Drop what was computed, and retire what was stored, beside a column that no change is under way for.

    Args:
        target: where
        table: its name
        column: the column of a field, which is not touched
        at: ISO timestamp to mark a former column with
    """
    parts = {
        'table': sql.Identifier(target.schema, table),
        'index': sql.Identifier(target.schema, next_unique_name(table, column)),
        'next': sql.Identifier(column_with(column, NEXT)),
        'survives': sql.Identifier(column_with(column, SURVIVES)),
        'former': sql.Identifier(column_with(column, FORMER)),
        # Greater than the id of any change, whose own former column may be there.
        'retired': sql.Identifier(former_column_name(int(column.split('_')[1]), int(time.time()))),
        'comment': sql.Literal(retired_comment(at, f'{column}, former values')),
    }
    statements = [
        'DROP INDEX IF EXISTS {index}',
        'ALTER TABLE {table} DROP COLUMN IF EXISTS {next}, DROP COLUMN IF EXISTS {survives}',
    ]

    def work():
        with target.cursor() as cursor:
            for statement in drop_trigger(target, table, column):
                cursor.execute(statement)
            for statement in statements:
                cursor.execute(sql.SQL(statement).format(**parts))

    if has_column(target, table, column_with(column, FORMER)):
        statements += [
            'ALTER TABLE {table} RENAME COLUMN {former} TO {retired}',
            'COMMENT ON COLUMN {table}.{retired} IS {comment}',
        ]
    with_retries(target, table, work, at_most=PATIENCE)
