"""
Numbers as text, and decimal numbers digit by digit.

Python reads underscores between digits (`1_000`), which users do not mean; these fields refuse it. May import django,
DRF and NetBox's form fields. Must know nothing of single field types.
"""

from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from utilities.forms.fields import BigIntegerField

MESSAGE = _('Write the number without underscores.')
# How many digits a decimal number can have.
MAX_DIGITS = 38
# A binary fraction, which JSON numbers become, holds this many digits as they were written.
FLOAT_DIGITS = 15
ROUNDED = _('Write a number with so many digits as a string; as a JSON number it would be rounded.')
# Python's own context would round to 28 digits.
_EXACT = Context(prec=3 * MAX_DIGITS, rounding=ROUND_HALF_UP)


def has_underscore(value) -> bool:
    """Whether a value is text that must not be read as a number."""
    return isinstance(value, str) and '_' in value


def is_rounded(value) -> bool:
    """Whether a value is a JSON number that may have lost digits when it was read."""
    return isinstance(value, float) and len(Decimal(repr(value)).as_tuple().digits) > FLOAT_DIGITS


def fixed(value: Decimal, places: int) -> Decimal:
    """Return a number with so many decimal places, rounded as PostgreSQL does; itself if it is far out of range."""
    try:
        return value.quantize(Decimal(1).scaleb(-places), context=_EXACT)
    except InvalidOperation:
        return value


def shortest(value: Decimal, places: int) -> str:
    """Return a number without zeros at its end, but with at least so many decimal places."""
    text = format(value, 'f')
    whole, _point, fraction = text.partition('.')
    fraction = fraction.rstrip('0').ljust(places, '0')
    return f'{whole}.{fraction}' if fraction else whole


class PlainDigitsMixin:
    """For fields of models and of forms."""

    def to_python(self, value):
        if has_underscore(value):
            raise ValidationError(MESSAGE, code='invalid')
        return super().to_python(value)


class PlainDigitsSerializerMixin:
    """For fields of serializers."""

    default_error_messages = {'underscore': MESSAGE}

    def to_internal_value(self, data):
        if has_underscore(data):
            self.fail('underscore')
        return super().to_internal_value(data)


class IntegerModelField(PlainDigitsMixin, models.BigIntegerField):
    """A whole number of 64 bits."""


class DecimalModelField(PlainDigitsMixin, models.DecimalField):
    """A number with a fixed number of digits and decimal places."""

    def to_python(self, value):
        """Return the number; trailing zeros beyond its decimal places, which change data may hold, are dropped."""
        found = super().to_python(value)
        if self.decimal_places is None or found is None or not found.is_finite():
            return found
        exact = fixed(found, self.decimal_places)
        return exact if exact == found and -found.as_tuple().exponent > self.decimal_places else found


class IntegerFormField(PlainDigitsMixin, BigIntegerField):
    """An input for a whole number of 64 bits."""


class DecimalFormField(PlainDigitsMixin, forms.DecimalField):
    """An input for a number with decimal places."""

    def widget_attrs(self, widget):
        attributes = super().widget_attrs(widget)
        if 'step' in attributes and (self.max_digits or 0) > FLOAT_DIGITS:
            attributes['step'] = 'any'  # browsers count steps in binary fractions
        return attributes


class IntegerValueField(PlainDigitsSerializerMixin, serializers.IntegerField):
    """A whole number in REST."""


class DecimalValueField(PlainDigitsSerializerMixin, serializers.DecimalField):
    """A number with decimal places in REST; a string if a JSON number could not hold all digits."""

    default_error_messages = {'rounded': ROUNDED}

    def __init__(self, *args, max_digits, **kwargs):
        super().__init__(*args, max_digits=max_digits, coerce_to_string=max_digits > FLOAT_DIGITS, **kwargs)

    def to_internal_value(self, data):
        if self.coerce_to_string and is_rounded(data):
            self.fail('rounded')
        return super().to_internal_value(data)
