"""
What an object holds in columns and link tables that are out of use, or whose field is left out of the World: recorded
with its deletion, written back with it.

The column of a deleted field keeps its values, so that a revert gives them back (decision 3); an object that is deleted
afterwards takes its own along. No class knows these columns, hence the SQL.
"""

from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache

from django.db import ProgrammingError, transaction
from psycopg import sql

from ...ddl.introspect import introspect
from ...ddl.spec import Table
from ...ddl.target import Target
from ...definitions import field_id_from_column_name, link_table_name, table_name
from ..classes.registry import world
from ..context import current_token

SCHEMAS_REMEMBERED = 512
# Of a link table: its own number, and the object that links.
LINK_ID, LINK_SOURCE = 'id', 'source_id'

# {column: value as PostgreSQL writes it}, and {link table: [the same for each link]}
Values = dict[str, str | None | list[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Retired:
    """
    The {column: type} of a type's table that no class knows, and those of each link table that none knows.

    `filled` are the columns in which new objects have a value (ddl.render): that an object has none is recorded, too.
    """

    columns: dict[str, str]
    links: dict[str, dict[str, str]]
    filled: frozenset[str]


def take_out(instance, using: str) -> Values:
    """
    Return what an object that is about to be deleted holds in what is out of use, and remove its links there.

    Costs no query if the type has nothing out of use, two when definitions have changed since the last call.
    """
    target = Target.for_alias(using)
    retired = _retired(target, instance._type_id, current_token(target))
    if not retired.columns and not retired.links:
        return {}
    try:
        with transaction.atomic(using=using):
            return _take_out(target, instance, retired)
    except ProgrammingError:
        # Purged since this request began.
        forget()
        return {}


def _take_out(target: Target, instance, retired: Retired) -> Values:
    values: Values = {}
    if retired.columns:
        table = table_name(instance._type_id)
        for row in _select(target, table, retired.columns, 'id', instance.pk, retired.filled):
            values |= row
    for table, columns in retired.links.items():
        if rows := _select(target, table, columns, LINK_SOURCE, instance.pk):
            values[table] = rows
            _run(target, 'DELETE FROM {table} WHERE source_id = %s', table, [instance.pk])
    return values


def forget() -> None:
    """Look again at what is out of use; also for tests, which replace the database under a running process."""
    _retired.cache_clear()


def write_back(instance, values: Values, using: str) -> None:
    """Store what `take_out` returned for an object that is there again; what was purged since is left out."""
    target = Target.for_alias(using)
    schema = introspect(target, instance._type_id)
    main_table = schema.table(table_name(instance._type_id))
    stored = {column.name for column in main_table.columns if not column.generated}
    known = {name: value for name, value in values.items() if name in stored}
    if known:
        types = _types(main_table)
        assignments = [sql.SQL('{} = {}').format(sql.Identifier(name), _cast(types[name])) for name in known]
        query = 'UPDATE {table} SET {assignments} WHERE id = %s'
        _run(
            target, query, main_table.name, [*known.values(), instance.pk], assignments=sql.SQL(', ').join(assignments)
        )
    for name, rows in values.items():
        if (table := schema.table(name)) is not None:
            _insert_links(target, table, instance.pk, rows)


def _insert_links(target: Target, table: Table, source_id: int, rows: list[dict[str, str]]) -> None:
    types = _types(table)
    for row in rows:
        if not row and not table.retired:
            continue  # it stood for "had no links" (ddl.render)
        names = [LINK_SOURCE, *row]
        _run(
            target,
            'INSERT INTO {table} ({names}) VALUES ({values}) ON CONFLICT DO NOTHING',
            table.name,
            [source_id, *row.values()],
            names=sql.SQL(', ').join(map(sql.Identifier, names)),
            values=sql.SQL(', ').join(_cast(types[name]) for name in names),
        )


@lru_cache(maxsize=SCHEMAS_REMEMBERED)
def _retired(target: Target, type_id: int, token: int) -> Retired:
    """Return what is out of use; `token` makes the answer that of one revision."""
    columns: dict[str, str] = {}
    links: dict[str, dict[str, str]] = {}
    filled: frozenset[str] = frozenset()
    left_out = {fault.field.id for fault in world(target.alias).faults_of(type_id) if fault.field}
    left_out_links = {link_table_name(type_id, pk) for pk in left_out}
    for table in introspect(target, type_id).tables:
        if table.name == table_name(type_id):
            columns = {
                column.name: column.type
                for column in table.columns
                if column.retired or field_id_from_column_name(column.name) in left_out
            }
            filled = frozenset(column.name for column in table.columns if column.retired and column.has_default)
        elif table.retired or table.name in left_out_links:
            links[table.name] = {
                name: type_ for name, type_ in _types(table).items() if name not in (LINK_ID, LINK_SOURCE)
            }
    return Retired(columns, links, filled)


def _select(
    target: Target, table: str, types: dict[str, str], key: str, value: int, with_null: Container[str] = ()
) -> list[dict[str, str]]:
    columns = sql.SQL(', ').join(sql.SQL('{}::text').format(sql.Identifier(name)) for name in types)
    query = sql.SQL('SELECT {} FROM {} WHERE {} = %s').format(
        columns, sql.Identifier(target.schema, table), sql.Identifier(key)
    )
    with target.cursor() as cursor:
        cursor.execute(query, [value])
        return [
            {name: value for name, value in zip(types, row, strict=True) if value is not None or name in with_null}
            for row in cursor.fetchall()
        ]


def _run(target: Target, query: str, table: str, params: list, **parts) -> None:
    with target.cursor() as cursor:
        cursor.execute(sql.SQL(query).format(table=sql.Identifier(target.schema, table), **parts), params)


def _types(table: Table) -> dict[str, str]:
    return {column.name: column.type for column in table.columns}


def _cast(type_: str) -> sql.Composable:
    # The name comes from the catalog.
    return sql.SQL('%s::{}').format(sql.SQL(type_))
