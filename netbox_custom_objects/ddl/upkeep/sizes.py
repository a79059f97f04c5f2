"""
How large the tables of a type are, by what PostgreSQL last counted; and which lack the indexes that large tables have.

Any list can be sorted by `created` and `last_updated`. For a small table that needs no index, and each object that is
written would have to change it. Must never write.
"""

from dataclasses import dataclass

from ...definitions import index_name, table_name
from ..operations import CreateIndex
from ..plan import Plan
from ..spec import Index
from ..target import Target

# Tables with more rows have indexes by which lists of them are sorted.
LARGE = 100_000
SORT_KEYS = ('created', 'last_updated')

_SIZES_SQL = r"""
    SELECT max(c.reltuples) FILTER (WHERE c.relname = %s), sum(pg_table_size(c.oid)), sum(pg_indexes_size(c.oid))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relkind = 'r' AND (c.relname = %s OR c.relname LIKE %s ESCAPE '\')
"""
_ROWS_SQL = """
    SELECT c.reltuples FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relname = %s
"""
_LACKING_SQL = r"""
    SELECT substr(c.relname, 16)::bigint, key
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN unnest(%s::text[]) key
    WHERE n.nspname = %s AND c.relkind = 'r' AND c.relname ~ '^custom_objects_\d+$' AND c.reltuples > %s
      AND coalesce(obj_description(c.oid, 'pg_class'), '') NOT LIKE 'retired %%'
      AND NOT EXISTS (SELECT FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                      WHERE x.indrelid = c.oid AND x.indisvalid AND i.relname = c.relname || '_' || key || '_id_idx')
    ORDER BY c.oid, key
"""


@dataclass(frozen=True, slots=True)
class Sizes:
    """About how many rows a type's own table has; bytes of all of its tables, and of their indexes."""

    rows: int
    table_bytes: int
    index_bytes: int


def sizes_of(target: Target, type_id: int) -> Sizes | None:
    """Return the sizes of a type's tables, None if it has none in the schema; one catalog query."""
    name = table_name(type_id)
    with target.cursor() as cursor:
        cursor.execute(_SIZES_SQL, [name, target.schema, name, name.replace('_', r'\_') + r'\_f\_%'])
        rows, table_bytes, index_bytes = cursor.fetchone()
    # Minus one stands for a table that was never counted.
    return None if rows is None else Sizes(max(int(rows), 0), int(table_bytes), int(index_bytes))


def estimated_rows(target: Target, table: str) -> int:
    """Return about how many rows a table has; 0 if it is not there, or was never counted."""
    with target.cursor() as cursor:
        cursor.execute(_ROWS_SQL, [target.schema, table])
        row = cursor.fetchone()
    return max(int(row[0]), 0) if row else 0


def missing_sort_indexes(target: Target, type_id: int | None = None) -> dict[int, Plan]:
    """
    Return, by type id, what creates the indexes that large tables lack; one catalog query.

    Args:
        target: where
        type_id: of this type only
    """
    found: dict[int, list[CreateIndex]] = {}
    with target.cursor() as cursor:
        cursor.execute(_LACKING_SQL, [list(SORT_KEYS), target.schema, LARGE])
        for pk, key in cursor.fetchall():
            if type_id in (None, pk):
                table = table_name(pk)
                found.setdefault(pk, []).append(CreateIndex(table, Index(index_name(table, key, 'id'), (key, 'id'))))
    return {pk: Plan(tuple(steps)) for pk, steps in found.items()}
