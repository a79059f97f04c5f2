"""
Makes a filled column NOT NULL without blocking writers while its rows are read.

PostgreSQL takes the constraint's word for it: SET NOT NULL reads no row if a validated CHECK says the same.
"""

from psycopg import sql

from ...definitions import index_name
from ..locks import with_retries
from ..target import Target


def empty_rows(target: Target, table: str, column: str) -> int:
    """Return how many rows of a table have no value in a column."""
    query = sql.SQL('SELECT count(*) FROM {} WHERE {} IS NULL').format(
        sql.Identifier(target.schema, table), sql.Identifier(column)
    )
    with target.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def set_not_null(target: Target, table: str, column: str) -> None:
    """
    Make PostgreSQL refuse rows without a value in a column.

    Raises:
        IntegrityError: a row has none
        SchemaLocked: the table could not be locked in time
    """
    statements = not_null_statements(
        sql.Identifier(target.schema, table), column, f'{index_name(table, column)}_filled'
    )
    for statement in statements:
        with_retries(target, table, lambda statement=statement: _run(target, statement))


def not_null_statements(table: sql.Identifier, column: str, check: str) -> list[sql.Composed]:
    """
    Return what makes PostgreSQL refuse rows without a value, in order. Can be repeated after a crash.

    Args:
        table: qualified or not
        column: its name
        check: a name for the constraint that is there meanwhile
    """
    parts = {'table': table, 'column': sql.Identifier(column), 'check': sql.Identifier(check)}
    return [
        sql.SQL(statement).format(**parts)
        for statement in (
            'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {check}',
            'ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID',
            'ALTER TABLE {table} VALIDATE CONSTRAINT {check}',
            'ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL',
            'ALTER TABLE {table} DROP CONSTRAINT {check}',
        )
    ]


def _run(target: Target, statement: sql.Composable) -> None:
    with target.cursor() as cursor:
        cursor.execute(statement)
