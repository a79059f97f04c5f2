"""
What tables should look like, or do look like: plain values that compile, introspect and diff share.

Pure: the standard library only. Must never hold SQL beyond the names of column types.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ..definitions import kind_index_name


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column. `type` is spelled as PostgreSQL's format_type() spells it, e.g. `character varying(200)`.

    `comment` is what people see in psql. `retired` is the ISO timestamp since when no field uses the column. `fill`
    is the value that rows get which exist when the column is added, or are made while it is retired; it is not part of
    the column in use. `not_null` and `has_default` are what introspection finds; no spec asks for them. `sequence`, in
    the main schema, is there as soon as the column is.

    Values of a generated column are calculated by the database: `generated` is a digest of how, and `body` says it in
    SQL. The comment ends with the digest, too, by which introspection knows it.
    """

    name: str
    type: str
    comment: str = field(default='', compare=False)
    retired: str = ''
    fill: Any = field(default=None, compare=False)
    not_null: bool = field(default=False, compare=False)
    has_default: bool = field(default=False, compare=False)
    sequence: str = field(default='', compare=False)
    generated: str = ''
    body: str = field(default='', compare=False, repr=False)

    @classmethod
    def of_expression(cls, name: str, type_: str, comment: str, body: str, digest: str) -> 'Column':
        return cls(name, type_, f'{comment}, calculated [{digest}]', generated=digest, body=body)

    @property
    def without_values(self) -> 'Column':
        """The column as it is until its values are calculated: plain and empty."""
        return replace(self, generated='', body='')


class IndexKind(StrEnum):
    """What an index is of, if not of plain columns: how texts begin, what they contain, items of lists, hosts."""

    BEGINNING = 'upper'
    PARTS = 'trgm'
    ITEMS = 'items'
    HOST = 'host'


@dataclass(frozen=True, slots=True)
class Index:
    """
    An index over plain columns; two are the same if columns and uniqueness are, regardless of their names.

    One that a constraint asks for is known by its name alone, which says what it enforces: `constraint` is that name,
    and `body` what SQL needs to create it. One of what is made of a column is known by `kind` (IndexKind), which its
    name ends with.
    """

    name: str = field(compare=False)
    columns: tuple[str, ...]
    unique: bool = False
    constraint: str = ''
    kind: str = ''
    body: str = field(default='', compare=False, repr=False)

    @classmethod
    def of_constraint(cls, name: str, body: str = '') -> 'Index':
        return cls(name, (), unique=True, constraint=name, body=body)

    @classmethod
    def of_kind(cls, table: str, column: str, kind: str, body: str = '') -> 'Index':
        return cls(kind_index_name(table, column, kind), (column,), kind=kind, body=body)


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that no row may make false; two are the same if their names are, which say what they enforce."""

    name: str
    body: str = field(default='', compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """
    One table; every table of ours has a bigint primary key `id` that draws from a sequence in the main schema.

    `fill` is (table, targets): when this link table is created, every row of that table is linked to these targets,
    each a tuple of the values of the columns after `source_id`; when it is restored, the rows that were made meanwhile.
    `is_staged`: it holds what staged changes work with.
    """

    name: str
    columns: tuple[Column, ...] = ()
    indexes: tuple[Index, ...] = ()
    comment: str = field(default='', compare=False)
    retired: str = ''
    fill: tuple[str, tuple[tuple[int, ...], ...]] | None = field(default=None, compare=False)
    is_staged: bool = field(default=False, compare=False)
    checks: tuple[Check, ...] = ()

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    @property
    def live_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if not column.retired)


@dataclass(frozen=True)
class Schema:
    """
    The tables of one type (its own and its link tables) in one PostgreSQL schema.

    `trigrams` is the schema of the extension pg_trgm in the database, '' if it is not installed.
    """

    tables: tuple[Table, ...] = ()
    trigrams: str = field(default='', compare=False)

    @classmethod
    def of(cls, tables: Iterable[Table], trigrams: str = '') -> 'Schema':
        return cls(tuple(sorted(tables, key=lambda table: table.name)), trigrams)

    def table(self, name: str) -> Table | None:
        return next((table for table in self.tables if table.name == name), None)

    def replace(self, name: str, table: Table) -> 'Schema':
        """Return a copy in which `table` stands in place of, or is added under, `name`."""
        return Schema.of([*(other for other in self.tables if other.name != name), table], self.trigrams)

    def without(self, name: str) -> 'Schema':
        return Schema(tuple(table for table in self.tables if table.name != name), self.trigrams)
