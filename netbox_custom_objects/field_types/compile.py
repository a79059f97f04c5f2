"""
Compiles a definition into the tables that it needs.

Pure in effect: reads nothing, writes nothing; the same definition gives the same schema in every process.
"""

from ..ddl.spec import Column, Index, Schema, Table
from ..definitions import TypeDefinition, index_name
from .registry import field_type_of

# Columns of the model base, CustomObject. Spelled out, so that compiling needs no model class; a convention test
# holds them against CustomObject's own fields.
BASE_COLUMNS = (
    Column('id', 'bigint'),
    Column('created', 'timestamp with time zone'),
    Column('last_updated', 'timestamp with time zone'),
    Column('owner_id', 'bigint'),
)


def compile_type(definition: TypeDefinition) -> Schema:
    """Return the table of a type and the link tables of its many-valued fields."""
    columns, indexes, links = list(BASE_COLUMNS), [_owner_index(definition)], []
    for field in definition.fields:
        field_type = field_type_of(field)
        columns += field_type.get_columns(field)
        indexes += field_type.get_indexes(field)
        if link_table := field_type.get_link_table(field):
            links.append(link_table)
    comment = f'type {definition.id}, created as {definition.name}'
    return Schema.of([Table(definition.table, tuple(columns), tuple(indexes), comment), *links])


def _owner_index(definition: TypeDefinition) -> Index:
    return Index(index_name(definition.table, 'owner_id'), ('owner_id',))
