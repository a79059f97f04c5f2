"""The table and the plain indexes of a field. May import definitions and ddl.spec."""

from ...ddl.spec import Index
from ...definitions import FieldDefinition, index_name


def field_table(field: FieldDefinition) -> str:
    return field.link_table.removesuffix(f'_{field.column()}')


def plain_index(field: FieldDefinition, *columns: str) -> Index:
    return Index(index_name(field_table(field), *columns), columns)
