"""
What a dropped schema leaves behind in the main schema: sequences that no table draws from any more.

Deleting a branch drops its tables, but the sequences of types that only it had live in main. Must only ever drop a
sequence of ours that nothing depends on.
"""

import re

from psycopg import sql

from ...definitions import type_id_from_model_name
from ...settings import main_schema
from ..target import Target

# A table's default depends on the sequence that it draws from, in whichever schema the table is.
_UNUSED_SQL = r"""
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND n.nspname = %s AND c.relname ~ '^custom_objects_\d+(_f_\d+)?_id_seq$'
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
                      AND d.classid = 'pg_attrdef'::regclass)
    UNION
    -- Those of autonumber fields are named after their column, which is in at least one schema, retired or not.
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL regexp_match(c.relname, '^(custom_objects_\d+)_(f_\d+)_number_seq$') AS part
    WHERE c.relkind = 'S' AND n.nspname = %s AND part IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
                      WHERE t.relkind = 'r' AND t.relname = part[1] AND a.attname = part[2] AND NOT a.attisdropped)
"""
_TABLES_SQL = r"SELECT DISTINCT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^custom_objects_\d+$'"
# `lock_definitions` takes two-part keys, the second of which is 0.
_CHANGING_SQL = """
    SELECT EXISTS (
        SELECT 1 FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 2 AND objid = 0 AND pid <> pg_backend_pid()
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


def drop_unused_sequences(target: Target) -> list[str]:
    """
    Drop the sequences of ours in the main schema that no table of any schema draws from; return their names.

    A type that is being created makes its sequence and its table in one transaction: others see both or neither.
    """
    with target.cursor() as cursor:
        cursor.execute(_UNUSED_SQL, [main_schema()] * 2)
        names = sorted(name for (name,) in cursor.fetchall())
        for name in names:
            # Without CASCADE: PostgreSQL refuses if a table came to depend on it meanwhile.
            cursor.execute(sql.SQL('DROP SEQUENCE IF EXISTS {}').format(sql.Identifier(main_schema(), name)))
    return names


def homeless_models(target: Target, models: list[str]) -> list[str]:
    """
    Return those of some model names whose type has no table in any schema, none while definitions are being changed.

    The content type of a type that is born in a branch is committed before its table is. Hence the names must have
    been read before this call, and tables are looked at only after it was seen that no session is at work.
    """
    with target.cursor() as cursor:
        cursor.execute(_CHANGING_SQL)
        (changing,) = cursor.fetchone()
        if changing:
            return []
        cursor.execute(_TABLES_SQL)
        housed = {int(re.search(r'\d+', name)[0]) for (name,) in cursor.fetchall()}
    return [name for name in models if (type_id := type_id_from_model_name(name)) and type_id not in housed]
