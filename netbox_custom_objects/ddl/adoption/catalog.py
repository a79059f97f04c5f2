"""
Reads what tables of the vendor plugin are really like: columns, constraints and indexes by definition, not by name.

May import psycopg and `target`. Must never write.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from ..target import Target

_COLUMNS_SQL = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity <> '',
           obj_description(c.oid, 'pg_class')
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = %s AND c.relkind = 'r' AND c.relname = ANY(%s)
    ORDER BY c.relname, a.attnum
"""
_CONSTRAINTS_SQL = """
    SELECT c.relname, o.conname, o.contype::text, r.relname
    FROM pg_constraint o
    LEFT JOIN pg_class r ON r.oid = o.confrelid
    JOIN pg_class c ON c.oid = o.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relkind = 'r' AND c.relname = ANY(%s)
    ORDER BY c.relname, o.conname
"""
_INDEXES_SQL = """
    SELECT c.relname, i.relname, x.indisprimary, x.indisunique,
           x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL AND NOT EXISTS (
               SELECT FROM unnest(x.indclass::oid[]) k(opclass) JOIN pg_opclass p ON p.oid = k.opclass
               WHERE NOT p.opcdefault),
           EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = x.indexrelid AND o.contype IN ('p', 'u')),
           array(SELECT coalesce(a.attname::text, '')
                 FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(attnum, position)
                 LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum ORDER BY k.position)
    FROM pg_index x
    JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relkind = 'r' AND c.relname = ANY(%s)
    ORDER BY c.relname, i.relname
"""
# What numbers the rows of a table: the sequence that belongs to its `id`, or that the default of `id` draws from.
_SEQUENCE_SQL = """
    SELECT n.nspname, s.relname, format_type(q.seqtypid, NULL), a.attidentity <> ''
    FROM pg_class c
    JOIN pg_namespace o ON o.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id'
    JOIN pg_class s ON s.relkind = 'S' AND (
        EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid
                AND d.refobjid = c.oid AND d.refobjsubid = a.attnum AND d.deptype = 'i')
        OR EXISTS (SELECT FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                   AND d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid
                   WHERE f.adrelid = c.oid AND f.adnum = a.attnum))
    JOIN pg_namespace n ON n.oid = s.relnamespace
    JOIN pg_sequence q ON q.seqrelid = s.oid
    WHERE o.nspname = %s AND c.relname = %s
"""
# Copies of a table in the schemas of branches draw from the sequence of main's table.
_BORROWERS_SQL = """
    SELECT n.nspname, c.relname
    FROM pg_class s
    JOIN pg_namespace o ON o.oid = s.relnamespace AND o.nspname = %s
    JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid
        AND d.classid = 'pg_attrdef'::regclass
    JOIN pg_attrdef f ON f.oid = d.objid
    JOIN pg_class c ON c.oid = f.adrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE s.relname = %s AND s.relkind = 'S' AND (n.nspname, c.relname) <> (%s, %s)
"""


@dataclass(frozen=True, slots=True)
class FoundColumn:
    name: str
    type: str
    not_null: bool
    is_identity: bool


@dataclass(frozen=True, slots=True)
class FoundIndex:
    """`is_plain`: valid, over whole columns, all rows, and the usual order; `of_constraint`: goes with a constraint."""

    name: str
    is_primary: bool
    is_unique: bool
    is_plain: bool
    of_constraint: bool
    columns: tuple[str, ...]


@dataclass(slots=True)
class FoundTable:
    """One table; `constraints` are (name, PostgreSQL's letter for its kind), `referenced` what foreign keys lead to."""

    name: str
    comment: str = ''
    columns: dict[str, FoundColumn] = field(default_factory=dict)
    constraints: list[tuple[str, str]] = field(default_factory=list)
    indexes: list[FoundIndex] = field(default_factory=list)
    referenced: list[str] = field(default_factory=list)

    @property
    def is_numbered_by_itself(self) -> bool:
        """Whether `id` is an identity column, as it is in no table of ours."""
        return 'id' in self.columns and self.columns['id'].is_identity

    def constraints_of(self, *kinds: str) -> list[str]:
        return [name for name, kind in self.constraints if kind in kinds]


@dataclass(frozen=True, slots=True)
class FoundSequence:
    schema: str
    name: str
    type: str
    is_identity: bool


def read_tables(target: Target, names: Collection[str]) -> dict[str, FoundTable]:
    """Return those of some tables that a schema has, by name. Three catalog queries, however many tables there are."""
    found: dict[str, FoundTable] = {}
    params = [target.schema, list(names)]
    with target.cursor() as cursor:
        cursor.execute(_COLUMNS_SQL, params)
        for table, column, type_, not_null, identity, comment in cursor.fetchall():
            known = found.setdefault(table, FoundTable(table, comment or ''))
            known.columns[column] = FoundColumn(column, type_, not_null, identity)
        cursor.execute(_CONSTRAINTS_SQL, params)
        for table, name, kind, referenced in cursor.fetchall():
            if table in found:  # not if another process has just given it this name
                found[table].constraints.append((name, kind))
                found[table].referenced += [referenced] if referenced else []
        cursor.execute(_INDEXES_SQL, params)
        for table, name, primary, unique, plain, of_constraint, columns in cursor.fetchall():
            if table in found:
                found[table].indexes.append(FoundIndex(name, primary, unique, plain, of_constraint, tuple(columns)))
    return found


def read_sequence(target: Target, table: str) -> FoundSequence | None:
    """Return what numbers the rows of a table."""
    with target.cursor() as cursor:
        cursor.execute(_SEQUENCE_SQL, [target.schema, table])
        row = cursor.fetchone()
    return FoundSequence(*row) if row else None


def read_borrowers(target: Target, sequence: FoundSequence, table: str) -> list[tuple[str, str]]:
    """Return (schema, table) of all other tables whose `id` draws from the sequence of a table."""
    with target.cursor() as cursor:
        cursor.execute(_BORROWERS_SQL, [sequence.schema, sequence.name, target.schema, table])
        return cursor.fetchall()
