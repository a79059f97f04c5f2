"""
Which types of a schema are still as the vendor plugin made them, what a take-over would do, and what prevents it.

May import ddl and field_types. Must never write.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...ddl.adoption.catalog import FoundTable, read_tables
from ...ddl.adoption.layout import VendorType
from ...ddl.spec import Schema
from ...ddl.target import Target
from ...definitions import FieldDefinition, TypeDefinition, payload_key
from ...field_types import compile_type
from ...field_types.base_columns import base_columns
from ...field_types.shared.regex import why_unusable
from .rows import has_definitions, read_types

Tables = dict[str, FoundTable]


@dataclass(slots=True)
class Survey:
    """
    What a take-over of one type, or the way back, means.

    `steps` are what it does; `obstacles` must be gone before it can begin; `notes` are worth knowing. `is_marked`: the
    type was taken over.
    """

    type: VendorType
    steps: list[str] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_marked: bool = False


def survey(target: Target) -> list[Survey]:
    """Return what would be taken over in a schema, by type id; nothing in an installation that is ours."""
    types, tables = vendor_types(target)
    found = []
    for vendor_type in types:
        entry = Survey(vendor_type)
        entry.obstacles += _obstacles(vendor_type, tables)
        if not entry.obstacles:
            entry.steps += [*vendor_type.describe(), *_table_steps(vendor_type, tables)]
            entry.notes += _notes(vendor_type, tables)
        found.append(entry)
    return found


def vendor_types(target: Target) -> tuple[list[VendorType], Tables]:
    """
    Return the types that are the vendor's, and the tables that they have under their names and ours.

    A type is the vendor's if one of its fields has no payload key, or its table numbers its rows by itself.
    """
    if not has_definitions(target):
        return [], {}
    types = read_types(target)
    names = {name for vendor_type in types for pair in vendor_type.tables.items() for name in pair}
    tables = read_tables(target, names)
    return [vendor_type for vendor_type in types if _is_the_vendors(vendor_type, tables)], tables


def compile_vendor_type(vendor_type: VendorType) -> Schema:
    """Return what the tables of a type are to look like."""
    fields = [
        FieldDefinition(
            id=item.id,
            type_id=vendor_type.id,
            name=item.name,
            type=item.type,
            payload_key=item.payload_key or payload_key(item.name, item.id),
            unique=item.unique,
            is_polymorphic=item.is_polymorphic,
        )
        for item in vendor_type.fields
    ]
    definition = TypeDefinition(
        vendor_type.id,
        vendor_type.name,
        slug='',
        config_context_enabled=vendor_type.config_context_enabled,
        fields=tuple(fields),
    )
    return compile_type(definition)


def _is_the_vendors(vendor_type: VendorType, tables: Tables) -> bool:
    table = tables.get(vendor_type.table)
    return any(not item.payload_key for item in vendor_type.fields) or (
        table is not None and table.is_numbered_by_itself
    )


def _obstacles(vendor_type: VendorType, tables: Tables) -> Iterator[str]:
    for item in vendor_type.fields:
        if not item.is_known:
            yield f'Field {item.name} is of type {item.type}, which release 0.7.1 of the vendor plugin does not have.'
    table = tables.get(vendor_type.table)
    if table is None:
        yield f'Table {vendor_type.table} is missing.'
        return
    moved = {move.vendor for move in vendor_type.columns}
    for item in vendor_type.fields:
        for move in item.columns:
            column = table.columns.get(move.vendor)
            if column is None:
                yield f'Field {item.name}: column {move.vendor} of {table.name} is missing.'
            elif column.type not in (move.type, move.our_type):
                yield f'Field {item.name}: column {move.vendor} of {table.name} is {column.type}, not {move.type}.'
            if move.ours in table.columns and move.ours not in moved:
                yield f'Field {item.name}: {table.name} has a column {move.ours} that does not belong to a field.'
    yield from _link_obstacles(vendor_type, tables)


def _link_obstacles(vendor_type: VendorType, tables: Tables) -> Iterator[str]:
    for item in vendor_type.links:
        table = tables.get(item.link_table)
        if table is None:
            yield f'Field {item.name}: table {item.link_table} is missing.'
            continue
        if missing := [name for name in ('id', *item.link_keys) if name not in table.columns]:
            yield f'Field {item.name}: table {table.name} has no column {", ".join(missing)}.'
        if item.our_link_table in tables and item.our_link_table not in vendor_type.tables:
            yield f'Field {item.name}: there is a table {item.our_link_table} already.'


def _table_steps(vendor_type: VendorType, tables: Tables) -> Iterator[str]:
    for name, ours in vendor_type.tables.items():
        table = tables[name]
        if table.is_numbered_by_itself:
            yield f'table {ours}: id uses a sequence of its own, which continues'
        dropped = [
            f'{count} {what}{"s" if count > 1 else ""}'
            for what, kind in (('foreign key', 'f'), ('check', 'c'))
            if (count := len(table.constraints_of(kind)))
        ]
        if dropped:
            yield f'table {ours}: without {" and ".join(dropped)}, which the plugin itself looks after'
    yield 'rows of the type and of its fields: payload keys, former names, schema ids'


def _notes(vendor_type: VendorType, tables: Tables) -> Iterator[str]:
    table = tables[vendor_type.table]
    known = {column.name for column in base_columns(_with_contexts(vendor_type))}
    known |= {move.vendor for move in vendor_type.columns}
    for name in table.columns:
        if name not in known:
            yield f'Column {name} of {table.name} does not belong to a field; it is kept as it is.'
    for item in vendor_type.links:
        if tables[item.link_table].columns['id'].type == 'integer':
            yield (
                f'Table {item.our_link_table} keeps its 32-bit id, which limits it to 2,147,483,647 links over its '
                f'lifetime.'
            )
    unique = {index.columns for index in table.indexes if index.is_unique and index.is_plain}
    for item in vendor_type.fields:
        if item.unique and len(item.columns) == 1 and (item.columns[0].vendor,) not in unique:
            yield f'Field {item.name} is unique, but has no unique index; one is built.'
        if item.validation_regex and (reason := why_unusable(item.validation_regex)):
            yield f'The regular expression of field {item.name} cannot be enforced: {reason}.'


def _with_contexts(vendor_type: VendorType) -> TypeDefinition:
    return TypeDefinition(
        vendor_type.id, vendor_type.name, slug='', config_context_enabled=vendor_type.config_context_enabled
    )
