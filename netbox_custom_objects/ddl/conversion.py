"""
How the values of a column become values of another type, and which of them would not survive that.

May import `target` and `notation`. Must never write: the executor converts, and asks here first.
"""

import re
from collections.abc import Iterator

from django.db import DataError, transaction
from psycopg import sql

from .notation import notation_of
from .target import Target

# How many offending values an error names, and how many characters of each.
EXAMPLES = 5
EXAMPLE_LENGTH = 60
_SAME_BYTES = {('character varying', 'text'), ('text', 'character varying')}
_NUMERIC = re.compile(r'^numeric\((\d+),(\d+)\)\Z')


def conversion(column: sql.Composable, old_type: str, new_type: str) -> sql.Composable:
    """
    Return the expression that casts `column`, through text where PostgreSQL knows no direct cast.

    Args:
        column: the quoted name of the column
        old_type: its type, as format_type() spells it
        new_type: the type it is to have
    """
    return sql.SQL('({})::{}').format(_uncut(column, old_type, new_type), sql.SQL(new_type))


def keeps_bytes(old_type: str, new_type: str) -> bool:
    """Whether PostgreSQL converts a column without reading a row: what is stored means the same to both types."""
    if (old_type, new_type) in _SAME_BYTES:
        return True
    old, new = _NUMERIC.match(old_type), _NUMERIC.match(new_type)
    if not (old and new):
        return False
    (old_digits, old_places), (digits, places) = (map(int, found.groups()) for found in (old, new))
    return old_digits <= digits and old_places == places


def unconvertible(target: Target, table: str, column: str, old_type: str, new_type: str) -> list[tuple[int, str]]:
    """
    Return (primary key, text) of the first few values that are refused by the cast or would not be the same after it.

    Reads the whole table: the caller has made sure that it is small.
    """
    with target.cursor() as cursor:
        cursor.execute(
            sql.SQL('SELECT id FROM {} WHERE {} IS NOT NULL ORDER BY id').format(
                sql.Identifier(target.schema, table), sql.Identifier(column)
            )
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    name = sql.Identifier(column)
    query = sql.SQL('SELECT id, left({}, {}) FROM {} WHERE id = ANY(%s) AND NOT ({}) ORDER BY id LIMIT {}').format(
        as_text(name, old_type),
        sql.Literal(EXAMPLE_LENGTH),
        sql.Identifier(target.schema, table),
        survives(name, old_type, new_type),
        sql.Literal(EXAMPLES),
    )
    plain = sql.SQL('SELECT id, left({}, {}) FROM {} WHERE id = ANY(%s)').format(
        as_text(name, old_type), sql.Literal(EXAMPLE_LENGTH), sql.Identifier(target.schema, table)
    )
    found: list[tuple[int, str]] = []
    for rows in _offenders(target, query, plain, ids):
        found += rows
        if len(found) >= EXAMPLES:
            break
    return found[:EXAMPLES]


def converted_values(
    target: Target, table: str, column: str, old_type: str, new_type: str
) -> list[tuple[object, list[int]]]:
    """
    Return the distinct values that a column would hold after its conversion, each with the ids of its rows.

    All of them must be convertible.
    """
    name = sql.Identifier(column)
    query = sql.SQL('SELECT {}, array_agg(id) FROM {} WHERE {} IS NOT NULL GROUP BY 1').format(
        conversion(name, old_type, new_type), sql.Identifier(target.schema, table), name
    )
    with target.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _offenders(target: Target, query, plain, ids: list[int]) -> Iterator[list[tuple[int, str]]]:
    """Halve the rows until those that a cast refuses are alone: PostgreSQL says that one is bad, but not which."""
    if not ids:
        return
    try:
        with transaction.atomic(using=target.alias), target.cursor() as cursor:
            cursor.execute(query, [ids])
            yield cursor.fetchall()
    except DataError:
        if len(ids) == 1:
            with target.cursor() as cursor:
                cursor.execute(plain, [ids])
                yield cursor.fetchall()
        else:
            middle = len(ids) // 2
            yield from _offenders(target, query, plain, ids[:middle])
            yield from _offenders(target, query, plain, ids[middle:])


def _uncut(column: sql.Composable, old_type: str, new_type: str) -> sql.Composable:
    """Return what is cast to the new type; text is in its full length here."""
    if new_type == 'jsonb':
        return sql.SQL('to_jsonb({})').format(
            as_text(column, old_type) if notation_of(old_type).text_in_json else column
        )
    if _NUMERIC.match(old_type) and _NUMERIC.match(new_type):
        return column  # PostgreSQL sees that more digits mean no other bytes
    text = as_text(column, old_type)
    if new_type.endswith('[]'):
        if old_type.endswith('[]'):
            return column
        return sql.SQL("CASE WHEN {c} IS NULL THEN NULL {list} WHEN {t} = '' THEN '{{}}' ELSE ARRAY[{t}] END").format(
            c=column, t=text, list=_json_list(column) if old_type == 'jsonb' else sql.SQL('')
        )
    notation = notation_of(new_type)
    if not _is_text(new_type):
        return _replaced(_plain(column, old_type), notation.read)
    if notation.read:
        return sql.SQL(notation.stored).format(_replaced(sql.SQL('btrim({})').format(text), notation.read))
    return text


def _plain(column: sql.Composable, old_type: str) -> sql.Composable:
    """Return the text that a value of another type is read from, as it stands; NULL if it is empty."""
    text = as_text(column, old_type)
    if old_type.startswith('numeric'):
        text = sql.SQL('trim_scale({})::text').format(column)
    return sql.SQL("nullif(btrim({}), '')").format(text)


def _replaced(text: sql.Composable, replacements) -> sql.Composable:
    for replacement in replacements:
        text = sql.SQL('regexp_replace({}, {})').format(text, sql.SQL(', ').join(map(sql.Literal, replacement)))
    return text


def _json_list(column: sql.Composable) -> sql.Composable:
    # ALTER TABLE allows no subquery here. A function that fills a record turns a JSON array into one of PostgreSQL's,
    # if the record has such a column; this view of the catalog has one.
    return sql.SQL(
        "WHEN jsonb_typeof({c}) = 'array' THEN (jsonb_populate_record("
        "NULL::pg_catalog.pg_roles, jsonb_build_object('rolconfig', {c}))).rolconfig"
    ).format(c=column)


def as_text(column: sql.Composable, type_: str) -> sql.Composable:
    """Return a value as people write it."""
    if type_.endswith('[]'):
        return sql.SQL("array_to_string({}, ',')").format(column)
    notation = notation_of(type_)
    return _replaced(sql.SQL(notation.text).format(column), notation.written)


def survives(column: sql.Composable, old_type: str, new_type: str) -> sql.Composable:
    """Return the condition that a value is there, and the same, after the cast; evaluating it may fail as the cast."""
    value, uncut = conversion(column, old_type, new_type), _uncut(column, old_type, new_type)
    conditions = [sql.SQL("({v} IS NOT NULL OR coalesce({u}::text, '') = '')").format(v=value, u=uncut)]
    if new_type.startswith('numeric'):
        conditions.append(sql.SQL("{v} = {u}::numeric AND {v} <> 'NaN'").format(v=value, u=uncut))
    elif new_type.startswith('character varying('):
        cast = sql.SQL('text[]' if new_type.endswith('[]') else 'text')
        conditions.append(sql.SQL('{v}::{cast} = ({u})::{cast}').format(v=value, u=uncut, cast=cast))
    notation = notation_of(new_type)
    if notation.limits:
        least, greatest = (sql.SQL('{}::{}').format(limit, sql.SQL(new_type)) for limit in notation.limits)
        conditions.append(sql.SQL('{} BETWEEN {} AND {}').format(value, least, greatest))
    if notation.pattern:
        conditions.append(sql.SQL('{} ~ {}').format(_plain(column, old_type), sql.Literal(notation.pattern)))
    if old_type == 'jsonb' and new_type.endswith('[]'):
        others = sql.Literal('strict $[*] ? (@.type() != "string")')
        conditions.append(
            sql.SQL(
                "jsonb_typeof({c}) = 'string' OR jsonb_typeof({c}) = 'array' AND NOT jsonb_path_exists({c}, {o})"
            ).format(c=column, o=others)
        )
    return sql.SQL(' AND ').join(sql.SQL('coalesce({}, true)').format(condition) for condition in conditions)


def _is_text(type_: str) -> bool:
    return type_ == 'text' or type_.startswith('character varying')
