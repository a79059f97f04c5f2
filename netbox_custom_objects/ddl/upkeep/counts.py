"""
How many rows a step concerns. Must never write.
"""

from collections.abc import Sequence

from psycopg import sql

from ..target import Target


def row_counts(target: Target, table: str, columns: Sequence[str] = ()) -> tuple[int, dict[str, int]]:
    """Return (rows of a table, {column: rows that hold a value in it}); the table and its columns must exist."""
    counted = sql.SQL(', ').join(
        [sql.SQL('count(*)'), *(sql.SQL('count({})').format(sql.Identifier(column)) for column in columns)]
    )
    with target.cursor() as cursor:
        cursor.execute(sql.SQL('SELECT {} FROM {}').format(counted, sql.Identifier(target.schema, table)))
        rows, *values = cursor.fetchone()
    return rows, dict(zip(columns, values, strict=True))
