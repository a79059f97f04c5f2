"""Foreign keys as the catalog knows them: those of every table, whether a plugin that is installed has it or not."""

from collections.abc import Container
from typing import NamedTuple

from psycopg import sql

from ..target import Target

_FOREIGN_KEYS_SQL = """
    SELECT r.relname, a.attname, NOT a.attnotnull, f.attname, o.confdeltype IN ('c', 'n', 'd')
    FROM pg_constraint o
    JOIN pg_class r ON r.oid = o.conrelid
    JOIN pg_class t ON t.oid = o.confrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = %s
    JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = o.conkey[1]
    JOIN pg_attribute f ON f.attrelid = o.confrelid AND f.attnum = o.confkey[1]
    WHERE o.contype = 'f' AND t.relname = %s AND r.relnamespace = n.oid
    ORDER BY 1, 2
"""


class ForeignKey(NamedTuple):
    table: str
    column: str
    nullable: bool
    # What it refers to.
    key: str
    # Whether PostgreSQL itself deletes or clears it with what it refers to.
    follows: bool


def foreign_keys_to(target: Target, table: str) -> list[ForeignKey]:
    """Return the foreign keys that refer to a table, within the schema of the target."""
    with target.cursor() as cursor:
        cursor.execute(_FOREIGN_KEYS_SQL, [target.schema, table])
        return [ForeignKey(*row) for row in cursor.fetchall()]


def tables_in_the_way(target: Target, table: str, pk: int, known: Container[str]) -> list[str]:
    """Return the tables, without the known ones, whose rows keep PostgreSQL from deleting a row."""
    found = []
    for key in foreign_keys_to(target, table):
        if key.table in known or key.follows:
            continue
        query = sql.SQL('SELECT EXISTS (SELECT 1 FROM {} WHERE {} = (SELECT {} FROM {} WHERE id = %s))').format(
            sql.Identifier(target.schema, key.table),
            sql.Identifier(key.column),
            sql.Identifier(key.key),
            sql.Identifier(target.schema, table),
        )
        with target.cursor() as cursor:
            cursor.execute(query, [pk])
            if cursor.fetchone()[0]:
                found.append(key.table)
    return found
