"""
Compiles a definition into the tables that it needs.

Pure in effect: reads nothing, writes nothing; the same definition and base give the same schema in every process.
"""

from ..ddl.spec import Index, Schema, Table
from ..definitions import TypeDefinition, index_name
from .base_columns import base_columns
from .registry import field_type_of


def compile_type(definition: TypeDefinition) -> Schema:
    """Return the table of a type and the link tables of its many-valued fields."""
    base_of_type = base_columns(definition)
    columns = [base.column for base in base_of_type]
    indexes = [Index(index_name(definition.table, base.name), (base.name,)) for base in base_of_type if base.indexed]
    links = []
    for field in definition.fields:
        field_type = field_type_of(field)
        columns += field_type.get_columns(field)
        indexes += field_type.get_indexes(field)
        if link_table := field_type.get_link_table(field):
            links.append(link_table)
    comment = f'type {definition.id}, created as {definition.name}'
    return Schema.of([Table(definition.table, tuple(columns), tuple(indexes), comment), *links])
