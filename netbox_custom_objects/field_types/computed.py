"""
Field type computed: a value that PostgreSQL calculates from other fields of the same object, and stores.

The value is of another field type, which answers for it wherever it is shown, filtered or searched.
"""

from dataclasses import replace
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ..ddl.spec import Column
from ..definitions import FieldDefinition, fingerprint
from ..expressions.typed import InvalidExpression, Kind, Result, Typed, check, compile_result, parse, sql_of_result
from ..expressions.typed.kinds import DECIMAL, SCALARS
from .base import FieldType
from .registry import FIELD_TYPES, register
from .rules import kept, scope_of_fields
from .shared.deprecation import notice

RESULT_TYPES = tuple(kind.name for kind in SCALARS)
# Defaults for decimals: as many digits as a float holds exactly, so that REST returns numbers.
DIGITS, PLACES = 15, 2
# Of a definition that a computed value has no use for.
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
    'reads': (),
}


class CalculatedAttribute(DeferredAttribute):
    """The value of an object; None before it is saved, where Django raises an error."""

    def __get__(self, instance, cls=None):
        if instance is not None and instance._state.adding and self.field.attname not in instance.__dict__:
            return None
        return super().__get__(instance, cls)


class CalculatedModelField(models.GeneratedField):
    """A generated column."""

    descriptor_class = CalculatedAttribute


@lru_cache(maxsize=512)
def _checked(expression: str, kind: Kind, reads: tuple[FieldDefinition, ...]) -> Typed:
    return check_computed(parse(expression, stored=True), kind, reads)


def check_computed(tree, kind: Kind, fields) -> Typed:
    """
    Return an expression that has been read, checked.

    Args:
        tree: what `parse` returned
        kind: of the result
        fields: the definitions of the fields that it may read

    Raises:
        InvalidExpression: it is of another kind, its parts do not go together, or it changes with time
    """
    return kept(check(tree, scope_of_fields(fields), kind))


@register
class ComputedFieldType(FieldType):
    name = 'computed'
    label = _('Computed')
    color = 'lime'
    position = 240
    is_computed = True
    convertible = False
    unique_allowed = False
    default_allowed = False
    # Of decimals, and of numbers.
    digits_allowed = True
    unit_allowed = True
    unreadable = _('“{name}” cannot be read here: it is computed itself.')

    def option_faults(self, field):
        if field.result_type not in RESULT_TYPES:
            return {}
        field_type, plain = self.result(field)
        if field.unit and not field_type.unit_allowed:
            return {'unit': _('Only numbers have a unit.')}
        if not field_type.digits_allowed and (field.decimal_digits, field.decimal_places) != (None, None):
            name = 'decimal_places' if field.decimal_digits is None else 'decimal_digits'
            return {name: _('Only decimals have a number of digits.')}
        return field_type.option_faults(plain)

    def result(self, field: FieldDefinition) -> tuple[FieldType, FieldDefinition]:
        """Return the type of the values, and the definition of a plain field with such values."""
        if field.result_type not in RESULT_TYPES:
            raise ValidationError(_('Unknown result type: “{name}”.').format(name=field.result_type))
        options = dict(UNUSED)
        if field.result_type == DECIMAL.name:
            options['decimal_digits'] = DIGITS if field.decimal_digits is None else field.decimal_digits
            options['decimal_places'] = PLACES if field.decimal_places is None else field.decimal_places
        return FIELD_TYPES[field.result_type], replace(field, type=field.result_type, **options)

    def typed(self, field: FieldDefinition) -> Typed:
        """Return the expression, checked; raises InvalidExpression."""
        return _checked(field.expression, Kind(field.result_type), field.reads)

    def result_of(self, field: FieldDefinition) -> Result:
        _field_type, plain = self.result(field)
        return Result(Kind(field.result_type), plain.decimal_digits or 0, plain.decimal_places or 0)

    def get_column_type(self, field):
        field_type, plain = self.result(field)
        return field_type.get_column_type(plain)

    def fault(self, field):
        if found := super().fault(field):
            return found
        try:
            self.result(field)
            self.typed(field)
        except ValidationError as error:
            return error.messages[0]
        except InvalidExpression as error:
            return format_lazy(_('Its expression cannot be calculated. {reason}'), reason=str(error))
        return ''

    # Storage

    def get_columns(self, field):
        """Return the generated column; an empty one while the expression cannot be calculated."""
        name, type_ = field.column(), self.get_column_type(field)
        try:
            body = sql_of_result(self.typed(field), self.result_of(field), type_)
        except InvalidExpression:
            return (Column(name, type_, self.comment(field)),)
        return (Column.of_expression(name, type_, self.comment(field), body, fingerprint(body)[:8]),)

    def get_indexes(self, field):
        return ()

    # Rules

    def get_terms(self, field):
        return ()

    def get_unique_columns(self, field):
        return ()

    # Model

    def get_model_field(self, field, **kwargs):
        return CalculatedModelField(
            expression=compile_result(self.typed(field), self.result_of(field)),
            output_field=self.plain_model_field(field),
            db_persist=True,
            verbose_name=field.display_label,
            help_text=field.description,
            db_column=field.column(),
            null=True,
            **kwargs,
        )

    def plain_model_field(self, field: FieldDefinition) -> models.Field:
        """Return the model field of a plain field with such values."""
        field_type, plain = self.result(field)
        return field_type.get_model_field(plain)

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
