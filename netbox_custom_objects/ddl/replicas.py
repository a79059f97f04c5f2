"""
Copies tables of types into the schema of a new branch, many in one statement: the server does it, not a client that
sends a dozen statements for each. Must never copy what main has retired.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched

from psycopg import sql

from .target import Target

# Pages of a type's tables, as last estimated by PostgreSQL, up to which there is no work worth sharing out.
SMALL = 128
# A transaction locks about six relations for each; all connections together have room for 6,400 by default.
TABLES_AT_ONCE = 50

_SIZES_SQL = r"""
    SELECT (regexp_match(c.relname, '^custom_objects_(\d+)'))[1]::bigint AS type_id
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = %s
    WHERE c.relkind = 'r' AND c.relname ~ '^custom_objects_\d+(_f_\d+)?$'
    GROUP BY type_id
    HAVING sum(c.relpages) <= %s
"""

_MISSING_SQL = r"""
    SELECT t.relname
    FROM pg_class t
    JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = {main_name}
    CROSS JOIN LATERAL regexp_match(t.relname, '^custom_objects_(\d+)(?:_f_(\d+))?$') AS ids
    JOIN {main}.netbox_custom_objects_customobjecttype k ON k.id = ids[1]::bigint
    LEFT JOIN {main}.netbox_custom_objects_customobjecttypefield f ON f.id = ids[2]::bigint
    WHERE t.relkind = 'r' AND (ids[2] IS NULL OR f.custom_object_type_id = k.id)
      AND to_regclass(format('%I.%I', {schema_name}, t.relname)) IS NULL
    ORDER BY t.relname
"""

# Whether CREATE TABLE ... LIKE would make the indexes of a table under other names than they have, or ones that are of
# no use: it takes a third of the time that statements for each index take.
_HAS_OTHER_INDEXES_SQL = """
    EXISTS (
        SELECT FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
        WHERE x.indrelid = source::regclass AND NOT (
            x.indisprimary AND i.relname = name || '_pkey'
            OR x.indisvalid AND NOT x.indisunique AND x.indpred IS NULL AND x.indexprs IS NULL
            AND i.relname = (
                SELECT concat_ws('_', name, string_agg(a.attname, '_' ORDER BY position), 'idx')
                FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
                JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
            )
        )
    )
"""

_COPY_SQL = f"""
    DO $copy$
    DECLARE
        name text;
        source text;
        copy text;
        definition text;
    BEGIN
        FOREACH name IN ARRAY {{tables}}::text[] LOOP
            source := format('%I.%I', {{main_name}}, name);
            copy := format('%I.%I', {{schema_name}}, name);
            IF NOT {_HAS_OTHER_INDEXES_SQL} THEN
                EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING INDEXES)', copy, source);
                EXECUTE format('INSERT INTO %s SELECT * FROM %s', copy, source);
                CONTINUE;
            END IF;
            EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS)', copy, source);
            EXECUTE format('INSERT INTO %s SELECT * FROM %s', copy, source);
            FOR definition IN
                SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', copy, conname, pg_get_constraintdef(oid))
                FROM pg_constraint WHERE conrelid = source::regclass AND contype IN ('p', 'u', 'x')
            LOOP
                EXECUTE definition;
            END LOOP;
            FOR definition IN
                SELECT replace(pg_get_indexdef(indexrelid), format(' ON %s ', source), format(' ON %s ', copy))
                FROM pg_index WHERE indrelid = source::regclass AND indisvalid
                AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
            LOOP
                EXECUTE definition;
            END LOOP;
        END LOOP;
    END
    $copy$
"""


def small_types(main: Target) -> frozenset[int]:
    """
    Return the ids of the types whose tables are small, in one query that waits for no lock.

    Deleted types may be among them.
    """
    with main.cursor() as cursor:
        cursor.execute(_SIZES_SQL, [main.schema, SMALL])
        return frozenset(type_id for (type_id,) in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Replication:
    """
    What is to be copied where, and as seen by which snapshot.

    Attributes:
        main_schema: where the tables are
        schema: the schema of a new branch, which nobody uses yet
        snapshot: what `pg_export_snapshot()` returned: the rows are those that it sees; None for those of now
    """

    main_schema: str
    schema: str
    snapshot: str | None

    def missing_tables(self, cursor) -> list[tuple[str, ...]]:
        """Return the tables of defined types and fields that the schema lacks, in parts for `copy_tables`."""
        with self._transaction(cursor):
            cursor.execute(self._compose(_MISSING_SQL))
            return list(batched((table for (table,) in cursor.fetchall()), TABLES_AT_ONCE))

    def copy_tables(self, cursor, tables: tuple[str, ...]) -> None:
        """Copy tables with rows, indexes, constraints and defaults; the cursor's connection is in no transaction."""
        with self._transaction(cursor):
            cursor.execute(self._compose(_COPY_SQL, tables=sql.Literal(list(tables))))

    @contextmanager
    def _transaction(self, cursor):
        cursor.execute('BEGIN ISOLATION LEVEL REPEATABLE READ')
        if self.snapshot is not None:
            cursor.execute(sql.SQL('SET TRANSACTION SNAPSHOT {}').format(self.snapshot))
        yield
        # After an error the connection is closed by whoever has opened it, which rolls back.
        cursor.execute('COMMIT')

    def _compose(self, statement: str, **parts) -> sql.Composed:
        names = {
            'main': sql.Identifier(self.main_schema),
            'main_name': sql.Literal(self.main_schema),
            'schema_name': sql.Literal(self.schema),
        }
        return sql.SQL(statement).format(**names, **parts)
