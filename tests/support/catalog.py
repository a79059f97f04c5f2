"""What PostgreSQL's catalog says of tables, to compare two ways of getting there."""

import re

from django.db import connection

_COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
           a.attcollation::regcollation::text, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname ~ %s
"""
# What makes a column NOT NULL is a constraint in newer versions of PostgreSQL; columns say the same.
_CONSTRAINTS = """
    SELECT c.relname, o.conname, pg_get_constraintdef(o.oid), o.convalidated
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
    WHERE o.contype <> 'n' AND c.relnamespace = 'public'::regnamespace AND c.relname ~ %s
"""
_INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename ~ %s"
_TRIGGERS = """
    SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace AND c.relname ~ %s
"""
_COMMENTS = """
    SELECT relname, obj_description(oid, 'pg_class') FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname ~ %s
"""
_SEQUENCES = """
    SELECT sequencename, data_type, start_value, increment_by, max_value FROM pg_sequences
    WHERE schemaname = 'public' AND sequencename ~ %s
"""
_FUNCTIONS = """
    SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname ~ %s
"""
_QUERIES = {
    'columns': _COLUMNS,
    'constraints': _CONSTRAINTS,
    'indexes': _INDEXES,
    'triggers': _TRIGGERS,
    'comments': _COMMENTS,
    'sequences': _SEQUENCES,
    'functions': _FUNCTIONS,
}


def read_catalog(prefix: str) -> dict[str, list[tuple]]:
    """Return all there is to say of what has names that begin like this; two catalogs are equal if schemas are."""
    found = {}
    with connection.cursor() as cursor:
        for kind, query in _QUERIES.items():
            cursor.execute(query, [f'^{re.escape(prefix)}'])
            # Where a column stands in its table depends on when it came.
            found[kind] = sorted(cursor.fetchall(), key=repr)
    return found


def differences(one: dict[str, list[tuple]], other: dict[str, list[tuple]]) -> list[str]:
    """Return what only one of two catalogs has, readably."""
    return [
        f'{sign} {kind}: {" ".join(map(str, row))}'
        for kind in one
        for sign, mine, theirs in (('-', one[kind], other[kind]), ('+', other[kind], one[kind]))
        for row in mine
        if row not in theirs
    ]
