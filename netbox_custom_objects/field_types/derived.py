"""
What field types have in common whose values are calculated: they are read-only, and another type answers for them
wherever they are shown, filtered or searched.
"""

from abc import abstractmethod
from dataclasses import replace

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ..definitions import FieldDefinition
from .base import FieldType
from .shared.deprecation import notice

# Of a definition that a calculated value has no use for.
UNUSED = {
    'required': False,
    'unique': False,
    'default_json': None,
    'validation_regex': '',
    'validation_minimum': None,
    'validation_maximum': None,
    'deprecated': False,
    'expression': '',
    'result_type': '',
    'referring_field_id': None,
    'aggregate': '',
    'aggregated_field_id': None,
    'condition': '',
    'reads': (),
}


class CalculatedFieldType(FieldType):
    """Base of these types; `result` returns what the values are."""

    is_calculated = True
    convertible = False
    unique_allowed = False
    default_allowed = False

    @abstractmethod
    def result(self, field: FieldDefinition) -> tuple[FieldType, FieldDefinition]:
        """
        Return the type of the values, and the definition of a plain field with such values.

        Raises:
            ValidationError: the definition does not hold together
        """

    def plain_definition(self, field: FieldDefinition, type_name: str, **options) -> FieldDefinition:
        """Return the definition of a plain field of another type that is called and shown like a field."""
        return replace(field, type=type_name, **{**UNUSED, **options})

    def plain_model_field(self, field: FieldDefinition) -> models.Field:
        """Return the model field of a plain field with such values."""
        field_type, plain = self.result(field)
        return field_type.get_model_field(plain)

    # Rules

    def get_terms(self, field):
        return ()

    def get_unique_columns(self, field):
        return ()

    # Model

    def get_change_data(self, instance, field, data):
        # What is calculated is not part of what was changed, and need not be restored.
        data.pop(field.name, None)
        return {}

    # Surfaces

    def refusal(self, field):
        text = _('This field is read-only: its value is calculated.')
        return f'{text} {notice(field)}' if field.deprecated else str(text)

    def get_example(self, field):
        field_type, plain = self.result(field)
        return field_type.get_example(plain)

    def example_attributes(self, field, value):
        field_type, plain = self.result(field)
        return field_type.example_attributes(plain, value)

    def example_in_rest(self, field, value):
        field_type, plain = self.result(field)
        return field_type.example_in_rest(plain, value)

    def get_form_fields(self, field, **kwargs):
        return {}

    def get_import_values(self, instance, field):
        return {}

    def form_label(self, field):
        field_type, plain = self.result(field)
        return field_type.form_label(plain)

    def get_filterform_field(self, field):
        field_type, plain = self.result(field)
        return field_type.get_filterform_field(plain)

    def get_filters(self, field):
        field_type, plain = self.result(field)
        return field_type.get_filters(plain)

    def get_serializer_fields(self, field, model):
        field_type, plain = self.result(field)
        return {field.name: _read_only(field_type.get_serializer_field(plain, model), self.label_kwargs(field))}

    def get_serializer_kwargs(self, field):
        return {}

    def get_graphql_annotation(self, field, related=None):
        field_type, plain = self.result(field)
        return field_type.get_graphql_annotation(plain, related)

    def get_graphql_value(self, instance, field, name):
        field_type, plain = self.result(field)
        return field_type.get_graphql_value(instance, plain, name)

    def get_graphql_lookups(self, field):
        field_type, plain = self.result(field)
        return field_type.get_graphql_lookups(plain)

    def get_table_column_field(self, field):
        field_type, plain = self.result(field)
        return field_type.get_table_column_field(plain)

    def get_display_value(self, instance, field):
        field_type, plain = self.result(field)
        return field_type.get_display_value(instance, plain)

    def get_plain_value(self, instance, field, reads=None):
        field_type, plain = self.result(field)
        return field_type.get_plain_value(instance, plain, reads)

    def get_attribute(self, field):
        field_type, plain = self.result(field)
        return field_type.get_attribute(plain)

    def get_clone_attributes(self, field):
        return ()

    def get_search_values(self, instance, field):
        field_type, plain = self.result(field)
        return field_type.get_search_values(instance, plain)

    def quick_search_lookups(self, field):
        field_type, plain = self.result(field)
        return field_type.quick_search_lookups(plain)


def _read_only(found: serializers.Field, label: dict[str, str]) -> serializers.Field:
    """Return a serializer field that only shows values; DRF makes each from its arguments again."""
    unfit = ('required', 'validators', 'default')
    kwargs = {name: value for name, value in found._kwargs.items() if name not in unfit}
    return type(found)(*found._args, **{**kwargs, **label, 'read_only': True, 'allow_null': True})
