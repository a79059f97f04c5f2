"""
Compares the tables of a new branch with those that they were copied from. Must never write.
"""

from itertools import batched

from psycopg import sql

from .held import TablesAtRest
from .target import Target

# Tables that are counted in one statement: each is locked for as long as it runs.
TABLES_AT_ONCE = 100
# Rows that are looked at of those that a copy lacks.
ROWS_AT_ONCE = 1000

_BOTH_SQL = r"""
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relname ~ '^custom_objects_\d+(_f_\d+)?$' AND n.nspname IN (%s, %s)
    GROUP BY c.relname HAVING count(*) = 2 ORDER BY c.relname
"""


def lossy_copies(main: Target, copy: Target, since: TablesAtRest) -> dict[str, tuple[int, int]]:
    """
    Return {table: (rows in main, rows in the copy)} for tables of which rows were lost on the way.

    Rows that were written or deleted meanwhile do not count: what must be there is what was there when `since` began,
    and still is. Costs one query for each hundred tables if nothing was lost and nothing written.

    Args:
        main: whose tables were copied
        copy: the schema that they were copied into
        since: began before the copying did, and is held still
    """
    found = {}
    with main.cursor() as cursor:
        for table, rows, copied in _counts(cursor, main, copy):
            if rows != copied and _lacks_rows(cursor, main, copy, table, since):
                found[table] = (rows, copied)
    return found


def _counts(cursor, main: Target, copy: Target) -> list[tuple[str, int, int]]:
    cursor.execute(_BOTH_SQL, [main.schema, copy.schema])
    tables = [table for (table,) in cursor.fetchall()]
    found = []
    for part in batched(tables, TABLES_AT_ONCE):
        # Not subqueries of one row: PostgreSQL takes five times as long to plan these.
        query = sql.SQL(' UNION ALL ').join(
            sql.SQL('SELECT {}, {}, count(*) FROM {}').format(schema, table, sql.Identifier(schema, table))
            for table in part
            for schema in (main.schema, copy.schema)
        )
        cursor.execute(query)
        rows = {(schema, table): count for schema, table, count in cursor.fetchall()}
        found += [(table, rows[main.schema, table], rows[copy.schema, table]) for table in part]
    return found


def _lacks_rows(cursor, main: Target, copy: Target, table: str, since: TablesAtRest) -> bool:
    source = sql.Identifier(main.schema, table)
    query = sql.SQL(
        'SELECT id FROM {} WHERE NOT EXISTS (SELECT FROM {} copy WHERE copy.id = {}.id) ORDER BY id LIMIT {}'
    ).format(source, sql.Identifier(copy.schema, table), source, sql.Literal(ROWS_AT_ONCE))
    cursor.execute(query)
    missing = [pk for (pk,) in cursor.fetchall()]
    with since.cursor() as before:
        before.execute(sql.SQL('SELECT EXISTS (SELECT FROM {} WHERE id = ANY(%s))').format(source), [missing])
        return before.fetchone()[0]
