"""
One field's row, saved or not, as a FieldDefinition.

Must never query, but for the targets of a polymorphic field: the loader and the model's own validation stand on it.
"""

from operator import itemgetter

from ...definitions import (
    CONDITIONS,
    ChoiceSetRef,
    ConstraintDefinition,
    FieldDefinition,
    TargetRef,
    canonical_json,
    field_maker,
)

# Attributes that a FieldDefinition takes over as they are.
PLAIN_ATTRIBUTES = (
    'id',
    'name',
    'type',
    'payload_key',
    'label',
    'description',
    'group_name',
    'primary',
    'context',
    'required',
    'unique',
    'indexed',
    'default_from',
    'validation_regex',
    'validation_minimum',
    'validation_maximum',
    'max_length',
    'suggest_values',
    'decimal_digits',
    'decimal_places',
    'unit',
    'number_template',
    'restart_yearly',
    'element_type',
    'is_polymorphic',
    'related_object_filter_enforced',
    'related_name',
    'on_delete_behavior',
    'search_weight',
    'filter_logic',
    'ui_visible',
    'ui_editable',
    'in_list',
    'weight',
    'is_cloneable',
    'deprecated',
    'deprecated_since',
    'scheduled_removal',
    'expression',
    'result_type',
    'referring_field_id',
    'aggregate',
    'aggregated_field_id',
    'condition',
    *CONDITIONS,
)
_plain_values, _make_field = itemgetter(*PLAIN_ATTRIBUTES), field_maker(*PLAIN_ATTRIBUTES)
# Attributes of a constraint that a ConstraintDefinition takes over as they are.
CONSTRAINT_ATTRIBUTES = (
    'id',
    'name',
    'type',
    'field_ids',
    'case_insensitive',
    'nulls_distinct',
    'condition',
    'expression',
    'message',
)


def field_definition(field, **changes) -> FieldDefinition:
    """Return the definition of one field as it is in memory, saved or not (for validation and previews)."""
    row = {name: getattr(field, name) for name in PLAIN_ATTRIBUTES}
    row |= {
        'id': field.pk or 0,
        'payload_key': field.payload_key or f'{field.name}__{field.pk or 0}',
        'custom_object_type_id': field.custom_object_type_id,
        'former_names': field.former_names,
        'default': field.default,
        'related_object_filter': field.related_object_filter,
        'choice_set_id': field.choice_set_id,
        'choice_set_version': field.choice_set.last_updated if field.choice_set else None,
        'target_app': field.related_object_type.app_label if field.related_object_type else None,
        'target_model': field.related_object_type.model if field.related_object_type else None,
    }
    row |= changes
    row['target_labels'] = [f'{target.app_label}.{target.model}' for target in field.intended_targets()]
    return definition_from_row(row)


def definition_from_row(row: dict) -> FieldDefinition:
    if row['is_polymorphic']:
        targets = tuple(TargetRef(*label.split('.')) for label in sorted(row['target_labels']))
    else:
        targets = (TargetRef(row['target_app'], row['target_model']),) if row['target_model'] else ()
    return _make_field(
        *_plain_values(row),
        type_id=row['custom_object_type_id'],
        former_names=tuple(row['former_names']),
        default_json=None if row['default'] is None else canonical_json(row['default']),
        related_object_filter_json=_json_or_none(row['related_object_filter']),
        choice_set=ChoiceSetRef(row['choice_set_id'], str(row['choice_set_version'])) if row['choice_set_id'] else None,
        targets=targets,
        reads=(),
    )


def _json_or_none(value) -> str | None:
    return None if value is None else canonical_json(value)


def constraint_definition(constraint) -> ConstraintDefinition:
    """Return the definition of one constraint as it is in memory, saved or not."""
    row = {name: getattr(constraint, name) for name in CONSTRAINT_ATTRIBUTES}
    return constraint_from_row({**row, 'id': constraint.pk or 0, 'type_id': constraint.custom_object_type_id})


def constraint_from_row(row: dict) -> ConstraintDefinition:
    return ConstraintDefinition(**{**row, 'field_ids': tuple(row['field_ids'])})
