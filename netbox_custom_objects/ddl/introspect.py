"""
Reads what tables of ours really look like, by schema and name, straight from pg_catalog.

Django's introspection follows the search path and would report main's tables for a branch; this never does. What a
staged change works with (ddl.staging.filling) belongs to no definition, and is not reported.
"""

import re

from ..definitions import (
    constraint_id_from_name,
    is_upkeep_index,
    is_working_column,
    is_working_index,
    kind_of_index,
    table_name,
    type_id_from_table_name,
)
from .spec import Check, Column, Index, Schema, Table
from .target import Target

RETIRED_RE = re.compile(r'^retired (?P<at>\S+): (?P<comment>.*)$', re.DOTALL)
# How the comment of a generated column ends (`Column.of_expression`), and what stands for one that does not.
DIGEST_RE = re.compile(r'calculated \[([0-9a-f]{8})\]\Z')
UNKNOWN_DIGEST = 'unknown'

_COLUMNS_SQL = """
    SELECT c.relname, obj_description(c.oid, 'pg_class'), a.attname, format_type(a.atttypid, a.atttypmod),
           col_description(c.oid, a.attnum), a.attnotnull, a.atthasdef, a.attgenerated
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = %s AND c.relkind = 'r' AND {condition}
    ORDER BY c.relname, a.attnum
"""
# Indexes, the checks that constraints ask for, which are neither unique nor not, and the schema of pg_trgm.
_INDEXES_SQL = r"""
    SELECT c.relname, i.relname, x.indisunique,
           array(SELECT a.attname::text FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(attnum, position)
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum ORDER BY k.position),
           x.indisvalid
    FROM pg_index x
    JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND NOT x.indisprimary
      AND (x.indpred IS NULL AND x.indexprs IS NULL OR i.relname ~ '^custom_objects_\d+_constraint_\d+_'
           OR i.relname ~ '^custom_objects_\d+_f_\d+_([a-z]+_)?(upper|trgm|items|host)$')
      AND {condition}
    UNION ALL
    SELECT c.relname, k.conname, NULL, NULL, k.convalidated
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND k.contype = 'c' AND k.conname ~ '^custom_objects_\d+_constraint_\d+_'
      AND {condition}
    UNION ALL
    SELECT '', n.nspname, NULL, NULL, NULL
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'
    ORDER BY 1, 2
"""
_NAMES_SQL = r"""
    SELECT c.relname, array_agg(a.attname::text)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = %s AND c.relkind = 'r' AND c.relname ~ '^custom_objects_\d+(_f_\d+)?$'
    GROUP BY c.relname
"""
_CONSTRAINTS_SQL = r"""
    SELECT i.relname
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace
    WHERE n.nspname = %s AND x.indisvalid AND i.relname ~ '^custom_objects_\d+_constraint_\d+_'
    UNION ALL
    SELECT k.conname
    FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
    WHERE n.nspname = %s AND k.convalidated AND k.conname ~ '^custom_objects_\d+_constraint_\d+_'
"""
# The tables of one type: its own and `custom_objects_<id>_f_<field id>`; the underscores are literal.
_OF_TYPE = r"(c.relname = %s OR c.relname LIKE %s ESCAPE '\')"
_ALL = r"c.relname ~ '^custom_objects_\d+(_f_\d+)?$'"


def introspect(target: Target, type_id: int) -> Schema:
    """Return the tables of one type in `target`, retired ones included. Two catalog queries."""
    name = table_name(type_id)
    pattern = name.replace('_', r'\_') + r'\_f\_%'
    return _read(target, _OF_TYPE, [name, pattern])


def introspect_all(target: Target) -> dict[int, Schema]:
    """Return the tables of every type in `target`, by type id. Two catalog queries, however many types there are."""
    by_type: dict[int, list[Table]] = {}
    found = _read(target, _ALL, [])
    for table in found.tables:
        by_type.setdefault(type_id_from_table_name(table.name), []).append(table)
    return {type_id: Schema.of(tables, found.trigrams) for type_id, tables in by_type.items()}


def columns_of(target: Target) -> dict[str, frozenset[str]]:
    """Return the names of the columns of all our tables in `target`, by table. One catalog query."""
    with target.cursor() as cursor:
        cursor.execute(_NAMES_SQL, [target.schema])
        return {table: frozenset(names) for table, names in cursor.fetchall()}


def constraints_enforced(target: Target) -> frozenset[str]:
    """Return the names of the complete indexes and checks that enforce constraints in `target`. One query."""
    with target.cursor() as cursor:
        cursor.execute(_CONSTRAINTS_SQL, [target.schema] * 2)
        return frozenset(name for (name,) in cursor.fetchall())


def unique_columns(target: Target, table: str) -> frozenset[tuple[str, ...]]:
    """Return the columns of each complete unique index of a table. One query."""
    with target.cursor() as cursor:
        cursor.execute(_INDEXES_SQL.format(condition='c.relname = %s'), [target.schema, table] * 2)
        return frozenset(tuple(names) for _table, _name, unique, names, valid in cursor.fetchall() if unique and valid)


def retired_comment(at: str, comment: str) -> str:
    """Return the comment that marks a column or table as retired; `comment` is what it said before."""
    return f'retired {at}: {comment}'


def split_comment(text: str | None) -> tuple[str, str]:
    """Return (comment, timestamp of retirement or ''): the inverse of `retired_comment`."""
    match = RETIRED_RE.match(text or '')
    return (match['comment'], match['at']) if match else (text or '', '')


def digest_of(comment: str, kind: str) -> str:
    """Return the digest by which a generated column is known, '' for a plain one (`kind` is PostgreSQL's mark)."""
    found = DIGEST_RE.search(comment)
    return (found[1] if found else UNKNOWN_DIGEST) if kind else ''


def _read(target: Target, condition: str, params: list) -> Schema:
    comments: dict[str, str | None] = {}
    columns: dict[str, list[Column]] = {}
    indexes: dict[str, list[Index]] = {}
    checks: dict[str, list[Check]] = {}
    staged: set[str] = set()
    trigrams = ''
    with target.cursor() as cursor:
        # psycopg reads a bare % as a placeholder only when parameters are passed, and they always are here.
        cursor.execute(_COLUMNS_SQL.format(condition=condition), [target.schema, *params])
        for table, table_comment, column, type_, column_comment, *found in cursor.fetchall():
            comments[table] = table_comment
            comment, retired = split_comment(column_comment)
            if column is not None and is_working_column(column):
                staged.add(table)
            elif column is not None:
                not_null, has_default, generated = found
                digest = digest_of(comment, generated)
                columns.setdefault(table, []).append(
                    Column(
                        column, type_, comment, retired, not_null=not_null, has_default=has_default, generated=digest
                    )
                )
        cursor.execute(_INDEXES_SQL.format(condition=condition), [target.schema, *params] * 2)
        for table, name, unique, names, valid in cursor.fetchall():
            if not table:
                trigrams = name
            elif unique is None:
                # One that is not validated is left over from a job, and not counted, like an invalid index.
                checks.setdefault(table, []).extend([Check(name)] if valid else [])
            elif is_working_index(name) or any(map(is_working_column, names)):
                staged.add(table)
            elif valid and constraint_id_from_name(name) is not None:
                indexes.setdefault(table, []).append(Index.of_constraint(name))
            elif valid and (kind := kind_of_index(name)):
                indexes.setdefault(table, []).append(Index.of_kind(table, *kind))
            elif valid and names and not is_upkeep_index(name):
                indexes.setdefault(table, []).append(Index(name, tuple(names), unique))
    tables = (
        Table(
            name,
            tuple(columns.get(name, ())),
            tuple(indexes.get(name, ())),
            *split_comment(comment),
            is_staged=name in staged,
            checks=tuple(checks.get(name, ())),
        )
        for name, comment in comments.items()
    )
    return Schema.of(tables, trigrams)
