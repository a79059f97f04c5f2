"""
Remembers a run of migrations in the database itself, so that the next run knows of one that was killed.

The mark is the comment on Django's table of applied migrations: it needs no table, which migrations would have to
create first, and is there for every node.
"""

import json

from psycopg import sql

from ..settings import main_schema

TABLE = 'django_migrations'
_PREFIX = 'migrate_custom_objects '


def read_mark(cursor) -> dict | None:
    """Return what `write_mark` stored last, None if no run is under way."""
    cursor.execute(
        """
        SELECT obj_description(c.oid, 'pg_class') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = %s AND c.relname = %s
        """,
        [main_schema(), TABLE],
    )
    row = cursor.fetchone()
    text = (row and row[0]) or ''
    return json.loads(text.removeprefix(_PREFIX)) if text.startswith(_PREFIX) else None


def write_mark(cursor, mark: dict | None) -> None:
    """Store a mark, JSON-serializable; None says that no run is under way."""
    text = None if mark is None else _PREFIX + json.dumps(mark)
    cursor.execute(sql.SQL('COMMENT ON TABLE {} IS {}').format(sql.Identifier(main_schema(), TABLE), sql.Literal(text)))
