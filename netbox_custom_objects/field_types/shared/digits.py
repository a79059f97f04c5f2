"""
Numbers as text. Python reads underscores between digits (`1_000`), which users do not mean; these fields refuse it.

May import django, DRF and NetBox's form fields. Must know nothing of single field types.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from utilities.forms.fields import BigIntegerField

MESSAGE = _('Write the number without underscores.')


def has_underscore(value) -> bool:
    """Whether a value is text that must not be read as a number."""
    return isinstance(value, str) and '_' in value


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
    """A number with a fixed number of decimal places."""


class IntegerFormField(PlainDigitsMixin, BigIntegerField):
    """An input for a whole number of 64 bits."""


class DecimalFormField(PlainDigitsMixin, forms.DecimalField):
    """An input for a number with decimal places."""


class IntegerValueField(PlainDigitsSerializerMixin, serializers.IntegerField):
    """A whole number in REST."""


class DecimalValueField(PlainDigitsSerializerMixin, serializers.DecimalField):
    """A number with decimal places in REST."""
