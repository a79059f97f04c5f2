"""
The format "1" of documents (contract 5.2): which keys there are, their order, and what is meant by leaving one out.

May import field_types and choices. Documents are read and checked in `reading`, by `cot_schema_v1.json`, which is for
editors, too.
"""

from operator import itemgetter
from typing import Any

from ..choices import CustomObjectFieldTypeChoices
from ..definitions import CONDITIONS, canonical_json
from ..field_types import FIELD_TYPES
from ..field_types.polymorphic.keys import TYPES_BY_SLUG

SCHEMA_FORMAT_VERSION = '1'

# The first part of the name of a target that is a custom object type: `custom-objects/<slug>`.
CUSTOM_OBJECTS_APP_LABEL_SLUG = TYPES_BY_SLUG

# The format of the vendor plugin renames types of fields; here both names are the same.
CHOICES_TO_SCHEMA_TYPE = {name: name for name in CustomObjectFieldTypeChoices.values()}
SCHEMA_TYPE_TO_CHOICES = {name: name for name in CustomObjectFieldTypeChoices.values()}

# What each attribute is if a document leaves it out, in the order in which attributes are written.
CHOICE_SET_DEFAULTS = {
    'description': '',
    'base_choices': '',
    'extra_choices': [],
    'choice_colors': {},
    'order_alphabetically': False,
}
TYPE_DEFAULTS = {
    'verbose_name': '',
    'verbose_name_plural': '',
    'version': '',
    'description': '',
    'group_name': '',
    'display_expression': '',
    'config_context_enabled': False,
    'deprecated': False,
    'deprecated_since': '',
    'scheduled_removal': '',
    'comments': '',
}
FIELD_DEFAULTS = {
    'label': '',
    'description': '',
    'group_name': '',
    'primary': False,
    'context': False,
    'required': False,
    **dict.fromkeys(CONDITIONS, ''),
    'unique': False,
    'indexed': False,
    'default': None,
    'default_from': '',
    'weight': 100,
    'search_weight': 500,
    'filter_logic': 'loose',
    'ui_visible': 'always',
    'ui_editable': 'yes',
    'in_list': None,
    'is_cloneable': False,
    'deprecated': False,
    'deprecated_since': '',
    'scheduled_removal': '',
    'comments': '',
    'validation_regex': '',
    'validation_minimum': None,
    'validation_maximum': None,
    'max_length': None,
    'suggest_values': False,
    'decimal_digits': None,
    'decimal_places': None,
    'unit': '',
    'number_template': '',
    'restart_yearly': False,
    'element_type': '',
    'expression': '',
    'result_type': '',
    'referring_field': None,
    'aggregate': '',
    'aggregated_field': None,
    'condition': '',
    'choice_set': None,
    'is_polymorphic': False,
    'related_object_type': None,
    'related_object_types': [],
    'related_object_filter': None,
    'related_object_filter_enforced': False,
    'related_name': '',
    'on_delete_behavior': 'set_null',
}
CONSTRAINT_DEFAULTS = {
    'fields': [],
    'case_insensitive': False,
    'nulls_distinct': True,
    'condition': '',
    'expression': '',
    'message': '',
}
# What a field of any type can have, and what only fields of some types can have.
FIELD_BASE_ATTRS = tuple(FIELD_DEFAULTS)[: tuple(FIELD_DEFAULTS).index('validation_regex')]
_REFERENCE_ATTRS = (
    'is_polymorphic', 'related_object_type', 'related_object_types', 'related_object_filter',
    'related_object_filter_enforced', 'related_name',
)  # fmt: skip


def _type_attrs(name: str) -> tuple[str, ...]:
    field_type = FIELD_TYPES[name]
    return (
        *(('validation_regex',) if field_type.regex_allowed else ()),
        *(('validation_minimum', 'validation_maximum') if field_type.bounds_allowed else ()),
        *(('max_length',) if field_type.length_allowed else ()),
        *(('suggest_values',) if field_type.suggestions_allowed else ()),
        *(('decimal_digits', 'decimal_places') if field_type.digits_allowed else ()),
        *(('unit',) if field_type.unit_allowed else ()),
        *(('number_template', 'restart_yearly') if field_type.numbers_allowed else ()),
        *(('element_type',) if field_type.has_elements else ()),
        *(('expression', 'result_type') if field_type.is_computed else ()),
        *(('referring_field', 'aggregate', 'aggregated_field', 'condition') if field_type.is_rollup else ()),
        *(('choice_set',) if field_type.needs_choice_set else ()),
        *(_REFERENCE_ATTRS if field_type.is_reference else ()),
        *(('on_delete_behavior',) if name == CustomObjectFieldTypeChoices.TYPE_OBJECT else ()),
    )


FIELD_TYPE_ATTRS = {name: _type_attrs(name) for name in FIELD_TYPES}

# Attributes whose values are compared, and written, as JSON: 1 and true, or 1 and 1.0, are not the same there.
JSON_ATTRS = frozenset(('default', 'related_object_filter'))
WHOLE_NUMBERS = frozenset(
    (
        'id', 'weight', 'search_weight', 'validation_minimum', 'validation_maximum', 'max_length', 'decimal_digits',
        'decimal_places',
    )
)  # fmt: skip


def is_reference(field: dict) -> bool:
    """Whether a field of a document refers to objects. Its default names objects, and stays where it is if left out."""
    found = FIELD_TYPES.get(field['type'])
    return found is not None and found.is_reference


def normal_field(field: dict) -> dict[str, Any]:
    """Return a field of a valid document with all of its attributes, each in the form in which they are compared."""
    found = {'id': field['id'], 'name': field['name'], 'type': field['type'], **FIELD_DEFAULTS}
    if is_reference(field) and 'default' not in field:
        del found['default']
    found |= {name: field[name] for name in found.keys() & field.keys()}
    for name in WHOLE_NUMBERS:
        if isinstance(found[name], float):
            found[name] = int(found[name])  # JSON Schema takes 1.0 for an integer
    found['related_object_types'] = sorted(set(found['related_object_types'] or ()))
    found['on_delete_behavior'] = found['on_delete_behavior'] or FIELD_DEFAULTS['on_delete_behavior']
    return found


def normal_type(type_: dict) -> dict[str, Any]:
    """Return the attributes of a type, without its fields."""
    return {name: type_.get(name, default) for name, default in {'name': '', **TYPE_DEFAULTS}.items()}


def normal_constraint(constraint: dict) -> dict[str, Any]:
    """Return all attributes of a constraint; fields go by name, and expressions name fields."""
    return {name: constraint.get(name, default) for name, default in {'type': '', **CONSTRAINT_DEFAULTS}.items()}


def normal_choice_set(choice_set: dict) -> dict[str, Any]:
    """Return the attributes of a choice set; a choice that is only a value is its own label."""
    found = {name: choice_set.get(name, default) for name, default in CHOICE_SET_DEFAULTS.items()}
    found['extra_choices'] = [
        list(choice) if isinstance(choice, (list, tuple)) else [choice, choice] for choice in found['extra_choices']
    ]
    found['choice_colors'] = dict(sorted(found['choice_colors'].items()))
    if found['order_alphabetically']:
        found['extra_choices'].sort(key=itemgetter(0))  # as NetBox stores them
    return found


def without_defaults(attributes: dict, defaults: dict) -> dict[str, Any]:
    """Return, in the order of the format, what must be written."""
    return {
        name: attributes[name]
        for name, default in defaults.items()
        if name in attributes and not is_same(name, attributes[name], default)
    }


def is_same(name: str, one, other) -> bool:
    """Whether two values of an attribute are the same."""
    return canonical_json(one) == canonical_json(other) if name in JSON_ATTRS else one == other


def changes(before: dict, after: dict) -> dict[str, list]:
    """Return {attribute: [before, after]} of what differs, in the order of the format; all that `after` has counts."""
    return {
        name: [before.get(name), value] for name, value in after.items() if not is_same(name, before.get(name), value)
    }
