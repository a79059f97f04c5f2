"""
What a staged change reads of a table: the rows that prevent it, and its progress. Must never write.
"""

from collections.abc import Mapping

from psycopg import sql

from ..conversion import EXAMPLE_LENGTH, as_text
from ..target import Target


def has_column(target: Target, table: str, column: str) -> bool:
    """Return whether a table has a column; working columns count."""
    with target.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (
                SELECT 1 FROM pg_attribute a
                JOIN pg_class c ON c.oid = a.attrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = %s AND c.relname = %s AND a.attname = %s AND NOT a.attisdropped)
            """,
            [target.schema, table, column],
        )
        return cursor.fetchone()[0]


def index_is_valid(target: Target, name: str) -> bool:
    """Return whether an index of this name exists and is valid."""
    with target.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (
                SELECT 1 FROM pg_index x
                JOIN pg_class c ON c.oid = x.indexrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = %s AND c.relname = %s AND x.indisvalid)
            """,
            [target.schema, name],
        )
        return cursor.fetchone()[0]


def count_rows(target: Target, table: str) -> int:
    with target.cursor() as cursor:
        cursor.execute(sql.SQL('SELECT count(*) FROM {}').format(sql.Identifier(target.schema, table)))
        return cursor.fetchone()[0]


def duplicates(target: Target, table: str, columns: Mapping[str, str], limit: int) -> tuple[int, list[tuple]]:
    """
    Return (how many rows share a value with another, [(primary key, texts, primary key of the first of them)]).

    Args:
        target: where
        table: its name
        columns: {name: type} of what makes up the value
        limit: how many rows to return; those of one value stand together
    """
    texts = [
        sql.SQL('left({}, {})').format(as_text(sql.Identifier(name), type_), sql.Literal(EXAMPLE_LENGTH))
        for name, type_ in columns.items()
    ]
    query = sql.SQL(
        'SELECT id, ARRAY[{texts}], first, count(*) OVER () FROM ('
        'SELECT id, {columns}, count(*) OVER same AS shared, min(id) OVER same AS first FROM {table}'
        ' WHERE num_nulls({columns}) = 0 WINDOW same AS (PARTITION BY {columns})'
        ') counted WHERE shared > 1 ORDER BY first, id LIMIT {limit}'
    ).format(
        texts=sql.SQL(', ').join(texts),
        columns=sql.SQL(', ').join(map(sql.Identifier, columns)),
        table=sql.Identifier(target.schema, table),
        limit=sql.Literal(limit),
    )
    with target.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    return (rows[0][3] if rows else 0), [row[:3] for row in rows]


def values_after(target: Target, table: str, column: str, after: int, size: int) -> list[tuple]:
    """Return (primary key, value) of the next rows by primary key, those without a value too."""
    query = sql.SQL('SELECT id, {} FROM {} WHERE id > %s ORDER BY id LIMIT %s').format(
        sql.Identifier(column), sql.Identifier(target.schema, table)
    )
    with target.cursor() as cursor:
        cursor.execute(query, [after, size])
        return cursor.fetchall()
