"""
Frozen descriptions of what users defined: the pure heart of the plugin.

May import the standard library only. Must never import django or netbox (invariant I1).
"""

from .fingerprint import canonical_json, fingerprint
from .model import ChoiceSetRef, FieldDefinition, RuleDefinition, TargetRef, TypeDefinition, read_ids, with_names
from .names import (
    class_name,
    column_name,
    field_id_from_column_name,
    field_id_from_payload_key,
    former_column_name,
    index_name,
    is_field_column,
    is_optional_column,
    is_working_column,
    is_working_index,
    link_class_name,
    link_table_name,
    model_name,
    number_sequence_name,
    payload_key,
    rule_id_from_name,
    rule_name,
    sequence_name,
    table_name,
    type_id_from_model_name,
    type_id_from_table_name,
    unique_name,
)

__all__ = (
    'ChoiceSetRef',
    'FieldDefinition',
    'RuleDefinition',
    'TargetRef',
    'TypeDefinition',
    'canonical_json',
    'class_name',
    'column_name',
    'former_column_name',
    'field_id_from_column_name',
    'field_id_from_payload_key',
    'fingerprint',
    'index_name',
    'is_field_column',
    'is_optional_column',
    'is_working_column',
    'is_working_index',
    'link_class_name',
    'link_table_name',
    'model_name',
    'number_sequence_name',
    'payload_key',
    'read_ids',
    'rule_id_from_name',
    'rule_name',
    'sequence_name',
    'table_name',
    'type_id_from_model_name',
    'type_id_from_table_name',
    'unique_name',
    'with_names',
)
