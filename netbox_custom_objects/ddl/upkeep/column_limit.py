"""
The columns that PostgreSQL allows a table: dropped columns count until the table is rewritten.

May import django's database layer and the pure half of ddl. Rewriting is the only thing here that writes.
"""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext_lazy
from psycopg import sql

from ...definitions import table_name, type_id_from_table_name
from ...exceptions import NoColumnsLeft, RewriteRefused
from ..locks import with_retries
from ..operations import AddColumn, CalculateColumn, CreateTable, Operation
from ..target import Target

LIMIT = 1600
# A table is rewritten once it has used this many columns, if that frees at least this many.
NEAR, WORTH = 1200, 100
# What a table is called until it takes the place of the one that it is copied from.
_NEW = 'custom_objects_rewritten'

_USAGE_SQL = r"""
    SELECT c.relname, c.relnatts, count(*) FILTER (WHERE a.attisdropped),
           count(*) FILTER (WHERE col_description(c.oid, a.attnum) LIKE 'retired %%')
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = %s
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relkind = 'r' AND c.relname ~ '^custom_objects_\d+$' AND c.relnatts >= %s
    GROUP BY c.oid, c.relname, c.relnatts ORDER BY c.relname
"""

# What others can attach to a table that cannot be made again here, or that would notice.
_OBSTACLES_SQL = """
    WITH t AS (SELECT c.* FROM pg_class c WHERE c.oid = %s::regclass)
    SELECT 'grant', attname FROM pg_attribute, t WHERE attrelid = t.oid AND attacl IS NOT NULL AND NOT attisdropped
    UNION ALL
    SELECT 'publication', p.pubname FROM pg_publication_tables p, t
    WHERE p.tablename = t.relname AND p.schemaname = t.relnamespace::regnamespace::text
    UNION ALL
    SELECT 'identity', '' FROM t WHERE relreplident <> 'd'
    UNION ALL
    SELECT 'security', '' FROM t WHERE relrowsecurity OR relforcerowsecurity
    UNION ALL
    SELECT 'policy', polname FROM pg_policy, t WHERE polrelid = t.oid
    UNION ALL
    SELECT 'rule', rulename FROM pg_rewrite, t WHERE ev_class = t.oid
    UNION ALL
    SELECT 'trigger', tgname FROM pg_trigger, t WHERE tgrelid = t.oid AND NOT tgisinternal AND tgenabled <> 'O'
    UNION ALL
    SELECT 'inheritance', inhrelid::regclass::text FROM pg_inherits, t WHERE t.oid IN (inhrelid, inhparent)
    UNION ALL
    SELECT 'storage', '' FROM t WHERE relpersistence <> 'p' OR reltablespace <> 0
    ORDER BY 1, 2
"""
_OBSTACLES = {
    'grant': gettext_lazy('rights on the column {name}'),
    'publication': gettext_lazy('the publication {name}'),
    'identity': gettext_lazy('a replica identity'),
    'security': gettext_lazy('row security'),
    'policy': gettext_lazy('the policy {name}'),
    'rule': gettext_lazy('the rule {name}'),
    'trigger': gettext_lazy('the trigger {name}, which is disabled or for replicas'),
    'inheritance': gettext_lazy('inheritance by {name}'),
    'storage': gettext_lazy('a tablespace of its own, or no write-ahead log'),
}

# Generated columns take no values.
_STORED_SQL = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""

# What is made for a table besides its columns, as statements that make it again; what goes before must come first.
_PARTS_SQL = """
    WITH t AS (SELECT %s::regclass::oid AS oid)
    SELECT 1, format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', t.oid::regclass, k.conname, pg_get_constraintdef(k.oid))
    FROM pg_constraint k, t WHERE k.conrelid = t.oid AND k.contype IN ('p', 'u', 'x', 'f')
    UNION ALL
    SELECT 2, pg_get_indexdef(x.indexrelid) FROM pg_index x, t
    WHERE x.indrelid = t.oid AND x.indisvalid
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.conrelid = t.oid)
    UNION ALL
    SELECT 3, pg_get_triggerdef(g.oid) FROM pg_trigger g, t WHERE g.tgrelid = t.oid AND NOT g.tgisinternal
    UNION ALL
    SELECT 4, format('GRANT %%s ON %%s TO %%s%%s', p.privilege_type, t.oid::regclass,
                     CASE WHEN p.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(p.grantee)) END,
                     CASE WHEN p.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_class c JOIN t ON t.oid = c.oid, aclexplode(c.relacl) p WHERE p.grantee <> c.relowner
    UNION ALL
    SELECT 5, format('COMMENT ON INDEX %%s IS %%L', x.indexrelid::regclass, obj_description(x.indexrelid, 'pg_class'))
    FROM pg_index x, t WHERE x.indrelid = t.oid AND obj_description(x.indexrelid, 'pg_class') IS NOT NULL
    UNION ALL
    SELECT 6, format('ALTER TABLE %%s SET (%%s)', t.oid::regclass, array_to_string(c.reloptions, ', '))
    FROM pg_class c JOIN t ON t.oid = c.oid WHERE c.reloptions IS NOT NULL
    UNION ALL
    SELECT 7, format('ALTER TABLE %%s OWNER TO %%s', t.oid::regclass, quote_ident(pg_get_userbyid(c.relowner)))
    FROM pg_class c JOIN t ON t.oid = c.oid WHERE pg_get_userbyid(c.relowner) <> current_user
    ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Usage:
    """How many columns a table has used, of them dropped, and of deleted fields that are kept."""

    table: str
    used: int
    dropped: int
    retired: int

    @property
    def type_id(self) -> int:
        return type_id_from_table_name(self.table)

    @property
    def is_worth_rewriting(self) -> bool:
        return self.used >= NEAR and self.dropped >= WORTH


def usages(target: Target, least: int = NEAR) -> list[Usage]:
    """Return the tables of types in one schema that have used at least so many columns; one catalog query."""
    with target.cursor() as cursor:
        cursor.execute(_USAGE_SQL, [target.schema, least])
        return [Usage(*row) for row in cursor.fetchall()]


def refuse_without_room(target: Target, operations: list[Operation]) -> None:
    """
    Check that the columns to be added fit; costs one query if there are any.

    Raises:
        NoColumnsLeft: they do not
    """
    added = Counter(operation.table for operation in operations if isinstance(operation, (AddColumn, CalculateColumn)))
    for operation in operations:
        if isinstance(operation, CreateTable) and len(operation.spec.columns) > LIMIT:
            raise NoColumnsLeft(operation.table, LIMIT, 0, 0, LIMIT)
    if added:
        for usage in usages(target, least=LIMIT - max(added.values())):
            if usage.used + added[usage.table] > LIMIT:
                raise NoColumnsLeft(usage.table, usage.used, usage.dropped, usage.retired, LIMIT)


def rewrite(target: Target, type_id: int) -> None:
    """
    Write the table of a type again, without its dropped columns; it cannot be used meanwhile.

    Must be called in a transaction that holds the right to change definitions.

    Raises:
        SchemaLocked: the table is in use for too long, or is being copied into a new branch
        RewriteRefused: it has what would be lost, such as rights on a column
        InternalError: something that is not ours, such as a view, depends on it
    """
    table = table_name(type_id)
    with_retries(target, table, lambda: _rewrite(target, table))


def _rewrite(target: Target, table: str) -> None:
    names = {
        'old': sql.Identifier(target.schema, table),
        'new': sql.Identifier(target.schema, _NEW),
        'name': sql.Identifier(table),
    }
    with target.cursor() as cursor:

        def run(statement: str) -> None:
            cursor.execute(sql.SQL(statement).format(**names))

        run('LOCK TABLE {old} IN ACCESS EXCLUSIVE MODE')
        cursor.execute(_OBSTACLES_SQL, [names['old'].as_string()])
        if obstacles := [_OBSTACLES[kind].format(name=name) for kind, name in cursor.fetchall()]:
            raise RewriteRefused(table, obstacles)
        cursor.execute(_PARTS_SQL, [names['old'].as_string()])
        parts = [part for _order, part in cursor.fetchall()]
        cursor.execute('SELECT pg_get_serial_sequence(%s, %s)', [names['old'].as_string(), 'id'])
        (sequence,) = cursor.fetchone()
        # Everything but what has a name of its own in the schema, for it is taken.
        run('CREATE TABLE {new} (LIKE {old} INCLUDING ALL EXCLUDING INDEXES)')
        cursor.execute(_STORED_SQL, [names['old'].as_string()])
        names['columns'] = sql.SQL(', ').join(sql.Identifier(column) for (column,) in cursor.fetchall())
        run('INSERT INTO {new} ({columns}) SELECT {columns} FROM {old}')
        cursor.execute('SELECT obj_description(%s::regclass, %s)', [names['old'].as_string(), 'pg_class'])
        (comment,) = cursor.fetchone()
        cursor.execute(sql.SQL('COMMENT ON TABLE {new} IS {}').format(sql.Literal(comment), **names))
        if sequence is not None:
            # Before its owner is dropped, and it with that.
            cursor.execute(sql.SQL('ALTER SEQUENCE {} OWNED BY {new}.id').format(sql.SQL(sequence), **names))
        run('DROP TABLE {old}')
        run('ALTER TABLE {new} RENAME TO {name}')
        for part in parts:
            cursor.execute(part)
        run('ANALYZE {old}')
