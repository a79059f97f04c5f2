"""
What rows of a retired table or column have missed, before it is taken into use again.

May import psycopg only. Names are left to the connection's search path, as all that Django's migrations do.
"""

from psycopg import sql

# (table, column)
Place = tuple[str, str]


def has_empty_rows(connection, table: str, column: str) -> bool:
    """Return whether a row of a table has no value in a column."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL('SELECT EXISTS (SELECT 1 FROM {} WHERE {} IS NULL)').format(
                sql.Identifier(table), sql.Identifier(column)
            )
        )
        return cursor.fetchone()[0]


def release_deleted(connection, reference: Place, target: Place) -> None:
    """
    Empty references to rows that are gone.

    Args:
        connection: Django's connection
        reference: the table and column that refer
        target: the table and column that are referred to
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                'UPDATE {table} r SET {column} = NULL WHERE {column} IS NOT NULL'
                ' AND NOT EXISTS (SELECT 1 FROM {target} t WHERE t.{key} = r.{column})'
            ).format(
                table=sql.Identifier(reference[0]),
                column=sql.Identifier(reference[1]),
                target=sql.Identifier(target[0]),
                key=sql.Identifier(target[1]),
            )
        )
