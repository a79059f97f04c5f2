"""Field types integer (64 bit) and decimal (exact, up to 38 digits; 8 with 2 places by default)."""

import re
from collections.abc import Callable
from decimal import Decimal

import django_tables2 as tables
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import localize
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from netbox.ui import attrs

from ..ddl.notation import Notation
from ..ddl.spec import IndexKind
from ..definitions import FieldDefinition
from ..expressions.typed.kinds import DECIMAL, INTEGER
from .base import FieldType
from .graphql import BigInt
from .registry import register
from .shared.bounds import INT64_MAX, INT64_MIN
from .shared.cells import CellKind
from .shared.columns import NUMERIC
from .shared.digits import (
    FLOAT_DIGITS,
    MAX_DIGITS,
    ROUNDED,
    DecimalFormField,
    DecimalModelField,
    DecimalValueField,
    IntegerFormField,
    IntegerModelField,
    IntegerValueField,
    fixed,
    is_rounded,
    shortest,
)
from .shared.filters import BigNumberFilter, DecimalFilter

DECIMAL_DIGITS, DECIMAL_PLACES = 8, 2
# PostgreSQL would also read underscores between digits, and hexadecimal, octal and binary notations.
NUMERALS = Notation('^[^_xXoObB]*$')
# In spreadsheets. A longer number would be rounded.
LONGEST_NUMBER = 25
WHOLE = re.compile(r'[+-]?(?:0|[1-9][0-9]{0,18})')
POINT, COMMA = (re.compile(rf'[+-]?(?:0|[1-9][0-9]*)?(?:[{mark}][0-9]+)?') for mark in '.,')


def read_integer(text: str) -> int:
    if not WHOLE.fullmatch(text) or not INT64_MIN <= (number := int(text)) <= INT64_MAX:
        raise ValueError(text)
    return number


def decimal_reader(pattern: re.Pattern) -> Callable[[str], str]:
    """Return what reads numbers with no more digits than are stored."""

    def read(text: str) -> str:
        if not pattern.fullmatch(text) or not text.strip('+-') or len(text) > LONGEST_NUMBER:
            raise ValueError(text)
        number = Decimal(text.replace(',', '.')).normalize()
        if -number.as_tuple().exponent > DECIMAL_PLACES or number.adjusted() >= DECIMAL_DIGITS - DECIMAL_PLACES:
            raise ValueError(text)
        return format(number, 'f')

    return read


_NO_DECIMAL = format_lazy(
    _('not a number of at most {digits} digits, {places} of them decimal places'),
    digits=DECIMAL_DIGITS,
    places=DECIMAL_PLACES,
)


def as_digits(value) -> str:
    """Return a number as people write it: without an exponent."""
    return format(value, 'f') if isinstance(value, Decimal) else str(value)


class QuantityColumn(tables.Column):
    """Shows numbers with a unit, and exports them without."""

    def __init__(self, *args, unit: str = '', **kwargs):
        super().__init__(*args, attrs=NUMERIC, **kwargs)
        self.unit = unit

    def render(self, value):
        return f'{localize(value)} {self.unit}' if self.unit else value

    def value(self, value):
        return as_digits(value)


class QuantityAttr(attrs.NumericAttr):
    """A number with its unit, which may depend on upper and lower case."""

    template_name = 'netbox_custom_objects/attrs/quantity.html'

    def __init__(self, *args, unit: str = '', **kwargs):
        super().__init__(*args, **kwargs)
        self.unit = unit

    def get_context(self, obj, attr, value, context):
        return {**super().get_context(obj, attr, value, context), 'unit': self.unit}


class NumberFieldType(FieldType):
    bounds_allowed = True
    unit_allowed = True
    sorted_by_index = True
    # `?q=` looks at the text of numbers.
    index_kinds = (IndexKind.PARTS,)

    def get_validators(self, field):
        validators = super().get_validators(field)
        if field.validation_minimum is not None:
            validators.append(MinValueValidator(field.validation_minimum))
        if field.validation_maximum is not None:
            validators.append(MaxValueValidator(field.validation_maximum))
        return validators

    def get_import_values(self, instance, field):
        value = getattr(instance, field.name)
        return {field.name: '' if value is None else as_digits(value)}

    def get_example(self, field):
        limits = (field.validation_minimum, field.validation_maximum)
        limit = next((limit for limit in limits if limit is not None), None)
        return super().get_example(field) if limit is None or field.default is not None else limit

    def value_limits(self, field) -> dict[str, int]:
        """Return the limits of the field as form and serializer fields take them."""
        limits = {'min_value': field.validation_minimum, 'max_value': field.validation_maximum}
        return {name: limit for name, limit in limits.items() if limit is not None}

    def form_label(self, field):
        return f'{field.display_label} ({field.unit})' if field.unit else field.display_label

    def get_table_column_field(self, field):
        return QuantityColumn(linkify=field.primary or None, unit=field.unit, verbose_name=field.display_label)

    def get_attribute(self, field):
        return QuantityAttr(field.name, unit=field.unit, label=field.display_label)

    def quick_search_lookups(self, field):
        return (f'{field.name}__icontains',)


@register
class IntegerFieldType(NumberFieldType):
    name = 'integer'
    limits_others = True
    label = _('Integer')
    color = 'cyan'
    position = 30
    example = 42
    cell_kinds = (
        CellKind(name, read_integer, _('not an integer of 64 bits'), rank=20, identifies=True, may_name=True),
    )
    fits_arrays = True
    notation = NUMERALS
    column_type = 'bigint'
    kind = INTEGER
    graphql_type = BigInt

    def get_model_field(self, field, **kwargs):
        return IntegerModelField(**self.model_field_kwargs(field), **kwargs)

    def to_python(self, field, value):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise ValidationError(_('A valid integer is required.'))
        return value

    def get_form_field(self, field, **kwargs):
        return IntegerFormField(**self.form_field_kwargs(field, **kwargs))

    def get_serializer_fields(self, field, model):
        limits = {'min_value': INT64_MIN, 'max_value': INT64_MAX, **self.value_limits(field)}
        return {field.name: IntegerValueField(**limits, **self.declared_kwargs(field, model))}

    def get_filterform_field(self, field):
        return IntegerFormField(required=False)

    def get_filter(self, field):
        return BigNumberFilter(field_name=field.name, label=field.display_label)


@register
class DecimalFieldType(NumberFieldType):
    name = 'decimal'
    label = _('Decimal')
    group = 'numbers'
    icon, words = 'decimal', _('number money price amount float currency')
    color = 'cyan'
    position = 40
    example = 12.5
    cell_kinds = (
        CellKind(name, decimal_reader(POINT), _NO_DECIMAL, '1234.5', rank=30),
        CellKind('decimal_comma', decimal_reader(COMMA), _NO_DECIMAL, '1234,5', rank=31),
    )
    fits_arrays = True
    digits_allowed = True
    notation = NUMERALS
    column_type = f'numeric({DECIMAL_DIGITS},{DECIMAL_PLACES})'
    kind = DECIMAL
    graphql_type = Decimal

    def digits_of(self, field: FieldDefinition) -> dict[str, int]:
        """Return the numbers of digits and of decimal places, as fields of models, forms and serializers take them."""
        digits, places = field.decimal_digits, field.decimal_places
        return {
            'max_digits': DECIMAL_DIGITS if digits is None else digits,
            'decimal_places': DECIMAL_PLACES if places is None else places,
        }

    def import_hint(self, field):
        text = _('A number such as 12.5, of at most {digits} digits, {places} of them after the point.')
        digits, places = self.digits_of(field).values()
        return format_lazy(text, digits=digits, places=places)

    def option_faults(self, field):
        digits, places = self.digits_of(field).values()
        if not 1 <= digits <= MAX_DIGITS:
            text = _('A number can have 1 to {most} digits, not {digits}.')
            return {'decimal_digits': format_lazy(text, most=MAX_DIGITS, digits=digits)}
        if not 0 <= places <= digits:
            text = _('A number of {digits} digits cannot have {places} decimal places.')
            name = 'decimal_digits' if field.decimal_places is None else 'decimal_places'
            return {name: format_lazy(text, digits=digits, places=places)}
        return {}

    def get_column_type(self, field):
        return 'numeric({max_digits},{decimal_places})'.format(**self.digits_of(field))

    def get_model_field(self, field, **kwargs):
        return DecimalModelField(**self.digits_of(field), **self.model_field_kwargs(field), **kwargs)

    def to_python(self, field, value):
        if value is None:
            return None
        if isinstance(value, bool):
            raise ValidationError(_('A valid number is required.'))
        if is_rounded(value) and self.digits_of(field)['max_digits'] > FLOAT_DIGITS:
            raise ValidationError(ROUNDED)
        # Through text, so that a JSON 1.1 is the decimal 1.1 and not its nearest binary fraction.
        return DecimalModelField().to_python(str(value))

    def to_payload(self, field, value, stored=None):
        if isinstance(stored, Decimal) and stored.is_finite():
            # As the column will give it back, and alike for all numbers of decimal places: 1.1, 1.10 and 1.1000 are the
            # same, also after places were added.
            return shortest(fixed(stored, self.digits_of(field)['decimal_places']), DECIMAL_PLACES)
        return value

    def get_example(self, field):
        example = super().get_example(field)
        if example is not self.example:
            return example
        found = self.digits_of(field)
        whole = found['max_digits'] - found['decimal_places']
        return {0: 0, 1: 1}.get(whole, 12) + (0.5 if found['decimal_places'] else 0)

    def example_in_rest(self, field, value):
        found = self.digits_of(field)
        if found['max_digits'] <= FLOAT_DIGITS:
            return super().example_in_rest(field, value)
        return {field.name: str(fixed(Decimal(str(value)), found['decimal_places']))}

    def get_form_field(self, field, **kwargs):
        return DecimalFormField(**self.digits_of(field), **self.form_field_kwargs(field, **kwargs))

    def get_serializer_fields(self, field, model):
        return {
            field.name: DecimalValueField(
                **self.digits_of(field), **self.value_limits(field), **self.declared_kwargs(field, model)
            )
        }

    def get_filterform_field(self, field):
        return DecimalFormField(required=False)

    def get_filter(self, field):
        return DecimalFilter(field_name=field.name, label=field.display_label)
