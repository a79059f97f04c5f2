"""
Drops every table and sequence that types have, in the main schema: the end of the plugin in a database.

Must drop nothing that is not named as ours is, and never with CASCADE.
"""

from psycopg import sql

from ..target import Target

_TABLES_SQL = r"""
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relname ~ '^custom_objects_\d+(_f_\d+)?$' ORDER BY 1, 2
"""
_SEQUENCES_SQL = r"""
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND n.nspname = %s AND c.relname ~ '^custom_objects_\d+(_f_\d+)?_(id|number)_seq$' ORDER BY 1
"""


def all_tables(target: Target) -> dict[str, list[str]]:
    """Return the names of the tables of types, retired ones too, by schema."""
    found: dict[str, list[str]] = {}
    with target.cursor() as cursor:
        cursor.execute(_TABLES_SQL)
        for schema, table in cursor.fetchall():
            found.setdefault(schema, []).append(table)
    return found


def drop_all(target: Target) -> None:
    """
    Drop the tables and sequences of all types, in the schema of a target.

    Raises:
        InternalError, ProgrammingError: something that is not ours, such as a view, depends on one
    """
    with target.cursor() as cursor:
        for table in all_tables(target).get(target.schema, ()):
            cursor.execute(sql.SQL('DROP TABLE {}').format(sql.Identifier(target.schema, table)))
        cursor.execute(_SEQUENCES_SQL, [target.schema])
        for (sequence,) in cursor.fetchall():
            cursor.execute(sql.SQL('DROP SEQUENCE {}').format(sql.Identifier(target.schema, sequence)))
