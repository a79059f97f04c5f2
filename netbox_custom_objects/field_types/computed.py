"""
Field type computed: a value that PostgreSQL calculates from other fields of the same object, and stores.

The value is of another field type, which answers for it wherever it is shown, filtered or searched.
"""

from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ..ddl.spec import Column, IndexKind
from ..definitions import FieldDefinition, fingerprint
from ..expressions.typed import (
    InvalidExpression,
    Kind,
    Result,
    Term,
    Typed,
    check,
    check_stored,
    compile_result,
    sql_of_result,
)
from ..expressions.typed.kinds import DECIMAL, SCALARS
from .constraints import scope_of_fields
from .derived import CalculatedFieldType
from .registry import FIELD_TYPES, register

RESULT_TYPES = tuple(kind.name for kind in SCALARS)
# Defaults for decimals: as many digits as a float holds exactly, so that REST returns numbers.
DIGITS, PLACES = 15, 2


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
    return check_stored(expression, scope_of_fields(reads), kind, is_kept=True)


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
    return check(tree, scope_of_fields(fields), kind, is_kept=True)


@register
class ComputedFieldType(CalculatedFieldType):
    name = 'computed'
    label = _('Computed')
    group = 'calculated'
    icon, words = 'function-variant', _('formula expression calculated generated')
    color = 'lime'
    position = 240
    is_computed = True
    # Of decimals, and of numbers.
    digits_allowed = True
    unit_allowed = True
    index_allowed = True
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

    def result(self, field):
        if field.result_type not in RESULT_TYPES:
            raise ValidationError(_('Unknown result type: “{name}”.').format(name=field.result_type))
        options = {}
        if field.result_type == DECIMAL.name:
            options['decimal_digits'] = DIGITS if field.decimal_digits is None else field.decimal_digits
            options['decimal_places'] = PLACES if field.decimal_places is None else field.decimal_places
        return FIELD_TYPES[field.result_type], self.plain_definition(field, field.result_type, **options)

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

    def indexed_as(self, field):
        field_type, _plain = self.result(field)
        if field_type.has_limitless_values:
            # Nothing that is calculated can be refused because it is too long.
            return False, (IndexKind.PARTS,)
        return field_type.sorted_by_index, field_type.index_kinds

    # Rules

    def get_constraint_terms(self, field):
        calculated = self.typed(field), self.result_of(field)
        return (Term(str(field.id), field.name, Kind(field.result_type), field.name, calculated),)

    def get_unique_columns(self, field):
        return (field.column(),)

    def get_row_terms(self, field):
        return (Term(str(field.id), field.name, Kind(field.result_type), field.name),)

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
