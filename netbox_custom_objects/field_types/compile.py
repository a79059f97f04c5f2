"""
Compiles a definition into the tables that it needs.

Pure in effect: reads nothing, writes nothing; the same definition and base give the same schema in every process.
"""

from collections.abc import Iterator
from typing import Any

from ..ddl.spec import Check, Column, Index, Schema, Table
from ..definitions import FieldDefinition, TypeDefinition, field_id_from_column_name, index_name
from .base import FAULTS
from .base_columns import base_columns
from .constraints import compile_constraints
from .registry import field_type_of

NOTHING = Schema()


def compile_type(definition: TypeDefinition, actual: Schema = NOTHING) -> Schema:
    """
    Return the table of a type and the link tables of its many-valued fields.

    Args:
        definition: the type
        actual: what there is of it; columns and links of a field that cannot be compiled are wanted as they are there

    Raises:
        ValidationError, ValueError, TypeError, LookupError, AttributeError: a field that cannot be compiled has
            neither columns nor links
    """
    base_of_type = base_columns(definition)
    columns = [base.column for base in base_of_type]
    indexes = [Index(index_name(definition.table, base.name), (base.name,)) for base in base_of_type if base.indexed]
    links = []
    for field in definition.fields:
        for part in _parts(field, definition, actual):
            {Column: columns, Index: indexes, Table: links}[type(part)].append(part)
    checks = []
    for part in compile_constraints(definition):
        (checks if isinstance(part, Check) else indexes).append(part)
    comment = f'type {definition.id}, created as {definition.name}'
    own = Table(definition.table, tuple(columns), tuple(indexes), comment, checks=tuple(checks))
    return Schema.of([own, *links])


def fills_of(field: FieldDefinition) -> dict[str, Any]:
    """Return what a field without a value gets, by column or link table; nothing for one that cannot be compiled."""
    field_type = field_type_of(field)
    try:
        parts = [*field_type.get_columns(field), field_type.get_link_table(field)]
    except FAULTS:
        return {}
    return {part.name: part.fill for part in parts if part is not None and part.fill is not None}


def _parts(field: FieldDefinition, definition: TypeDefinition, actual: Schema) -> list[Column | Index | Table]:
    """Return the columns, indexes and link table of one field."""
    field_type = field_type_of(field)
    try:
        link_table = field_type.get_link_table(field)
        indexes = field_type.get_indexes(field, actual.trigrams)
        found = [*field_type.get_columns(field), *indexes, *((link_table,) if link_table else ())]
    except FAULTS:
        if not (found := list(_kept(field, definition, actual))):
            raise
        return found
    return found or list(_kept(field, definition, actual))


def _kept(field: FieldDefinition, definition: TypeDefinition, actual: Schema) -> Iterator[Column | Index | Table]:
    """Yield what there is of a field, and in use."""
    if (table := actual.table(definition.table)) is not None:
        columns = [column for column in table.live_columns if field_id_from_column_name(column.name) == field.id]
        names = {'id', *(column.name for column in columns)}
        yield from columns
        yield from (index for index in table.indexes if not index.constraint and names.issuperset(index.columns))
    if (links := actual.table(field.link_table)) is not None and not links.retired:
        yield links
