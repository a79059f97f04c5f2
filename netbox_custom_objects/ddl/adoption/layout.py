"""
Where the vendor plugin (release 0.7.1) keeps what we keep under names made of ids: both names of everything, and types.

Pure: may import definitions. The facts are those of docs/architecture/contract.md, chapters 3.1 and 12.3.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...definitions import column_name, link_table_name, table_name

# PostgreSQL cuts off what is longer; the vendor's names are ASCII.
NAME_BYTES = 63

_PLAIN = {
    'text': 'character varying',
    'longtext': 'text',
    'integer': 'bigint',
    'decimal': 'numeric(8,2)',
    'boolean': 'boolean',
    'date': 'date',
    'datetime': 'timestamp with time zone',
    'json': 'jsonb',
    'select': 'character varying(100)',
    'multiselect': 'character varying(50)[]',
}
# Suffix of the vendor's column, of ours, and the type of both.
_PARTS = {
    'url': (('', '', 'character varying(200)'), ('_title', 'title', 'character varying(200)')),
    'object': (('_id', '', 'bigint'),),
    'coordinates': (('_latitude', 'lat', 'numeric(8,6)'), ('_longitude', 'lon', 'numeric(9,6)')),
    **{name: (('', '', type_),) for name, type_ in _PLAIN.items()},
}
_POLYMORPHIC_PARTS = {'object': (('_content_type_id', 'type', 'integer'), ('_object_id', 'object', 'bigint'))}

FIELD_TYPES = frozenset((*_PARTS, 'multiobject'))

# Types that a column is given on the way. PostgreSQL takes a limit off without reading a row, but cannot raise it.
WIDENED = {'character varying(50)[]': 'character varying[]'}

LINK_KEYS = ('source_id', 'target_id')
POLYMORPHIC_LINK_KEYS = ('source_id', 'content_type_id', 'object_id')


@dataclass(frozen=True, slots=True)
class VendorField:
    """
    What of a field's row decides where its values are.

    `target` is (app label, model) of a plain reference. `payload_key` is empty as long as the field is not ours.
    """

    id: int
    type_id: int
    name: str
    type: str
    is_polymorphic: bool = False
    unique: bool = False
    on_delete: str = ''
    target: tuple[str, str] | None = None
    schema_id: int | None = None
    payload_key: str = ''
    validation_regex: str = ''

    @property
    def is_known(self) -> bool:
        """Whether the vendor plugin has such fields."""
        return self.type in FIELD_TYPES

    @property
    def is_link(self) -> bool:
        return self.type == 'multiobject'

    @property
    def columns(self) -> 'tuple[ColumnMove, ...]':
        """The columns of the type's table that hold the field; none for links."""
        if self.is_link or not self.is_known:
            return ()
        parts = _POLYMORPHIC_PARTS[self.type] if self.is_polymorphic else _PARTS[self.type]
        return tuple(
            ColumnMove(cut(self.name + suffix), column_name(self.id, our_suffix), type_)
            for suffix, our_suffix, type_ in parts
        )

    @property
    def link_table(self) -> str:
        """The vendor's name for the table of links."""
        return link_name(f'{table_name(self.type_id)}_{self.name}')

    @property
    def our_link_table(self) -> str:
        return link_table_name(self.type_id, self.id)

    @property
    def link_keys(self) -> tuple[str, ...]:
        return POLYMORPHIC_LINK_KEYS if self.is_polymorphic else LINK_KEYS


@dataclass(frozen=True, slots=True)
class ColumnMove:
    """One column under both names; `type` is what the vendor gives it."""

    vendor: str
    ours: str
    type: str

    @property
    def our_type(self) -> str:
        return WIDENED.get(self.type, self.type)


@dataclass(frozen=True, slots=True)
class VendorType:
    """What of a type's row, and of those of its fields, decides where its objects are."""

    id: int
    name: str
    config_context_enabled: bool = False
    next_schema_id: int = 0
    fields: tuple[VendorField, ...] = ()

    @property
    def table(self) -> str:
        return table_name(self.id)

    @property
    def columns(self) -> tuple[ColumnMove, ...]:
        return tuple(move for field in self.fields for move in field.columns)

    @property
    def links(self) -> tuple[VendorField, ...]:
        return tuple(field for field in self.fields if field.is_link)

    @property
    def tables(self) -> dict[str, str]:
        """The vendor's name of each table of the type, and ours."""
        return {self.table: self.table, **{link.link_table: link.our_link_table for link in self.links}}

    def describe(self) -> Iterator[str]:
        """Yield one line for each name that differs."""
        for field in self.fields:
            for move in field.columns:
                widened = f', {move.type} becomes {move.our_type}' if move.our_type != move.type else ''
                yield f'field {field.name}: column {move.vendor} of {self.table} becomes {move.ours}{widened}'
            if field.is_link:
                yield f'field {field.name}: table {field.link_table} becomes {field.our_link_table}'


def cut(name: str) -> str:
    """Return a name as PostgreSQL stores it."""
    return name[:NAME_BYTES]


def link_name(full: str) -> str:
    """Return what the vendor calls a table of links whose full name is this."""
    digest = hashlib.md5(full.encode(), usedforsecurity=False).hexdigest()
    return full if len(full) <= NAME_BYTES else f'{full[:54]}_{digest[:8]}'


def link_target_constraint(table: str) -> str:
    """Return what the vendor calls the foreign key from a table of links to their targets."""
    suffix = f'_{hashlib.sha1(table.encode()).hexdigest()[:8]}_target_fk'
    return f'{table[: NAME_BYTES - len(suffix)]}{suffix}'


def automatic_name(table: str, column: str, label: str) -> str:
    """Return the name that PostgreSQL itself gives to a constraint: the longer of two parts is cut."""
    room = NAME_BYTES - len(label) - 2
    first, second = len(table), len(column)
    while first + second > room:
        if first > second:
            first -= 1
        else:
            second -= 1
    return f'{table[:first]}_{column[:second]}_{label}'


def primary_key_name(table: str) -> str:
    """Return the name that PostgreSQL itself gives to the primary key of a table."""
    return f'{table[: NAME_BYTES - len("_pkey")]}_pkey'


def in_the_way(moves: dict[str, str], taken: Iterable[str]) -> bool:
    """Whether one of the new names belongs to something else now, so that all must step aside first."""
    taken = set(taken)
    return any(new != old and new in taken for old, new in moves.items())
