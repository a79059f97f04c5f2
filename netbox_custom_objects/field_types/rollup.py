"""
Field type rollup: what is made of the objects that refer to an object, each time that it is read.

It has no column. The value is of another field type, which answers for it wherever it is shown, filtered or sorted.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import BigIntegerField, F, Func, Value
from django.db.models.functions import Cast
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ..choices import AggregateChoices
from ..definitions import FieldDefinition
from ..expressions.typed import InvalidExpression, Result, Term, Typed, check, check_stored, compile_condition, summed
from ..expressions.typed.kinds import BOOLEAN, DECIMAL, DURATION, INTEGER, ORDERED, SCALARS, Kind
from .array import ArrayFieldType
from .constraints import scope_of_fields
from .derived import CalculatedFieldType
from .registry import FIELD_TYPES, field_type_of, register
from .shared.digits import FLOAT_DIGITS, MAX_DIGITS

COUNT, SUM, LIST = AggregateChoices.COUNT, AggregateChoices.SUM, AggregateChoices.LIST
FUNCTIONS = {COUNT: 'COUNT', AggregateChoices.MIN: 'MIN', AggregateChoices.MAX: 'MAX'}
# How many values a list holds at most, those of the objects with the lowest ids.
LIST_LENGTH = 100
# A sum of decimals with at most so many places has as many digits as a float holds exactly, so that REST returns
# numbers: up to ten billion. Other sums have as many digits as there can be.
FLOAT_PLACES = 5
# The name under which an expression selects what is aggregated; no field has capitals.
VALUE = 'VALUE'


class ValuesFieldType(ArrayFieldType):
    """An array whose items have the digits of its definition; only rollups have such values."""

    def element(self, field):
        element_type, definition = super().element(field)
        digits = {'decimal_digits': field.decimal_digits, 'decimal_places': field.decimal_places}
        return element_type, replace(definition, **digits)


VALUES = ValuesFieldType()


def aggregable(field: FieldDefinition) -> Term | None:
    """Return what a rollup reads of a field, None if it cannot read its values."""
    terms = field_type_of(field).get_row_terms(field)
    is_plain = len(terms) == 1 and terms[0].key == str(field.id) and terms[0].kind in SCALARS
    return terms[0] if is_plain else None


def aggregates_of(kind: Kind) -> list[str]:
    """Return what can be made of values of a kind."""
    fits = {
        SUM: kind in (INTEGER, DECIMAL, DURATION),
        AggregateChoices.MIN: kind in ORDERED,
        AggregateChoices.MAX: kind in ORDERED,
        AggregateChoices.LATEST: True,
        LIST: FIELD_TYPES[kind.name].fits_arrays,
    }
    return [name for name, does in fits.items() if does]


def check_condition(tree, fields: Iterable[FieldDefinition]) -> Typed:
    """
    Return a condition that has been read, checked.

    Args:
        tree: what `parse` returned
        fields: the definitions of the fields of the referring type

    Raises:
        InvalidExpression: it is not true or false, or its parts do not go together
    """
    return check(tree, scope_of_fields(fields, is_stored=True), BOOLEAN)


@lru_cache(maxsize=512)
def _checked(condition: str, reads: tuple[FieldDefinition, ...]) -> Typed:
    return check_stored(condition, scope_of_fields(reads, is_stored=True), BOOLEAN)


@register
class RollupFieldType(CalculatedFieldType):
    name = 'rollup'
    label = _('Rollup')
    group = 'calculated'
    icon, words = 'sigma', _('count sum minimum maximum aggregate total')
    color = 'azure'
    position = 250
    is_rollup = True
    # Its value depends on the reader, and the search index is the same for all.
    searchable = False
    unreadable = _('“{name}” cannot be read here: it is a rollup, whose value depends on who reads it.')

    def fault(self, field):
        if found := super().fault(field):
            return found
        try:
            self.result(field)
            self.condition(field)
        except ValidationError as error:
            return error.messages[0]
        except InvalidExpression as error:
            return format_lazy(_('Its condition cannot be evaluated. {reason}'), reason=str(error))
        return ''

    # What it reads

    def referring(self, field: FieldDefinition) -> FieldDefinition:
        """Return the field by which objects refer to those of the type; raises ValidationError if there is none."""
        found = field.read(field.referring_field_id)
        is_target = found and any(target.type_id == field.type_id for target in found.targets)
        if not is_target or not field_type_of(found).is_reference:
            raise ValidationError(
                _('The field by which objects refer to its type does not exist, or refers elsewhere.')
            )
        return found

    def aggregated(self, field: FieldDefinition) -> tuple[FieldDefinition, Term]:
        """Return the field whose values are taken, and what is read of it; raises ValidationError."""
        source = field.read(field.aggregated_field_id)
        if source is None or source.type_id != self.referring(field).type_id:
            raise ValidationError(_('The field whose values it takes does not exist, or is of another type.'))
        term = aggregable(source)
        if term is None or field.aggregate not in aggregates_of(term.kind):
            raise ValidationError(_('This cannot be made of the values of the field.'))
        return source, term

    def condition(self, field: FieldDefinition) -> Typed | None:
        """Return the condition, checked, None without one; raises InvalidExpression."""
        if not field.condition:
            return None
        type_id = self.referring(field).type_id
        return _checked(field.condition, tuple(found for found in field.reads if found.type_id == type_id))

    def result(self, field):
        self.referring(field)
        if field.aggregate == COUNT:
            return FIELD_TYPES[INTEGER.name], self.plain_definition(field, INTEGER.name)
        source, term = self.aggregated(field)
        if field_type_of(source).is_calculated:
            source = field_type_of(source).result(source)[1]
        options = {}
        if term.kind == DECIMAL:
            digits, places = field_type_of(source).digits_of(source).values()
            if field.aggregate == SUM:
                digits = FLOAT_DIGITS if digits <= FLOAT_DIGITS and places <= FLOAT_PLACES else MAX_DIGITS
            options |= {'decimal_digits': digits, 'decimal_places': places}
        if field.aggregate == LIST:
            return VALUES, self.plain_definition(field, VALUES.name, element_type=term.kind.name, **options)
        options['unit'] = source.unit if FIELD_TYPES[term.kind.name].unit_allowed else ''
        return FIELD_TYPES[term.kind.name], self.plain_definition(field, term.kind.name, **options)

    # How it is calculated

    def select(self, field: FieldDefinition, rows: models.QuerySet) -> models.QuerySet:
        """
        Return a queryset whose only value is what the field is; for a list, one row for each item.

        Args:
            field: the definition
            rows: those of the referring objects that may count
        """
        typed = self.condition(field)
        if typed is not None:
            rows = rows.filter(compile_condition(typed))
        rows = rows.order_by()
        if field.aggregate == COUNT:
            return rows.values(**{VALUE: _called(COUNT, F('pk'), BigIntegerField())})
        _source, term = self.aggregated(field)
        if field.aggregate == SUM:
            plain = self.result(field)[1]
            digits = (plain.decimal_digits or 0, plain.decimal_places or 0)
            return rows.values(**{VALUE: summed(F(term.attribute), Result(term.kind, *digits))})
        if field.aggregate in FUNCTIONS:
            return rows.values(**{VALUE: _called(field.aggregate, F(term.attribute), term.kind.model_field)})
        if field.aggregate == LIST:
            rows = rows.filter(**{f'{term.attribute}__isnull': False}).order_by('pk')
            return rows.values(**{VALUE: F(term.attribute)})[:LIST_LENGTH]
        return rows.order_by('-created', '-pk').values(**{VALUE: F(term.attribute)})[:1]

    def nothing(self, field: FieldDefinition) -> models.Expression:
        """Return what the value is where no object counts."""
        output = self.plain_model_field(field)
        if field.aggregate == COUNT:
            return Cast(Value(0), output)
        if field.aggregate == SUM:
            return Cast(Value('0', models.TextField()), output)
        return Cast(Value([] if field.aggregate == LIST else None, output), output)

    # Storage

    def get_columns(self, field):
        return ()

    def get_column_type(self, field):
        return ''

    # Model

    def get_empty_condition(self, field):
        # Nothing is stored of it.
        return models.Q(pk__isnull=False)

    def get_model_fields(self, field, context):
        return {field.name: context.rollup(field, verbose_name=field.display_label, help_text=field.description)}

    # Surfaces

    def get_search_values(self, instance, field):
        return {}

    def quick_search_lookups(self, field):
        return ()


def _called(aggregate: str, expression: models.Expression, output_field: models.Field) -> Func:
    """
    Return a function of PostgreSQL that makes one value of many rows.

    Not as an aggregate of Django's, which would group the rows.
    """
    return Func(expression, function=FUNCTIONS[aggregate], output_field=output_field)
