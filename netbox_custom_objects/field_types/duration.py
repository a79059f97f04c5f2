"""Field type duration: a span of time, exact to the microsecond, positive or negative."""

import re
from datetime import timedelta
from fractions import Fraction

import django_tables2 as tables
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.duration import duration_string
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from strawberry_django import ComparisonFilterLookup

from netbox.ui import attrs
from utilities import filters
from utilities.filters import multivalue_field_factory

from ..ddl.notation import Notation
from ..expressions.typed.kinds import DURATION
from .base import FieldType
from .registry import register
from .shared.cells import CellKind
from .shared.columns import UNBROKEN
from .shared.filters import SingleColumnMixin

EXAMPLE = '1d 2h 30m'
# Longer text is not a duration that could be stored, and must not be calculated with.
MAX_LENGTH = 100
_NUMBER = r'[0-9]+(?:[.,][0-9]+)?'
_CLOCK = rf'(?P<sign>[+-]?)(?:(?:(?P<hours>[0-9]+):)?(?P<minutes>[0-9]+):)?(?P<seconds>{_NUMBER})'
# A sign in front of the days is the days' alone, as Django and PostgreSQL write negative durations: -1 23:00:00.
CLOCK = re.compile(rf'(?:(?P<days>[+-]?[0-9]+)(?: days?,?)? )?{_CLOCK}')
DAYS = re.compile(r'(?P<days>[+-]?[0-9]+) days?')
ISO = re.compile(
    rf'(?P<sign>[+-]?)P(?=.)(?:(?P<weeks>{_NUMBER})W)?(?:(?P<days>{_NUMBER})D)?'
    rf'(?:T(?=.)(?:(?P<hours>{_NUMBER})H)?(?:(?P<minutes>{_NUMBER})M)?(?:(?P<seconds>{_NUMBER})S)?)?'
)
# As people write them, and as pages show them.
UNITS = {'w': 'weeks', 'd': 'days', 'h': 'hours', 'm': 'minutes', 's': 'seconds'}
AMOUNT = re.compile(
    rf'({_NUMBER})\s*(w(?:ee)?ks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?![A-Za-z])[\s,]*'
)
WORDS = re.compile(f'(?:{AMOUNT.pattern})+')
CALENDAR_WORDS = re.compile(r'\d\s*(?:mo|mon|months?|y|yrs?|years?)(?![a-z])', re.IGNORECASE)
NO_CALENDAR = _('Years and months have no fixed length; use weeks, days, hours, minutes or seconds.')
ISO_CALENDAR = re.compile(r'[+-]?P[^T]*[0-9][YM].*')
MICROSECONDS = {
    unit: timedelta(**{unit: 1}) // timedelta(microseconds=1)
    for unit in ('weeks', 'days', 'hours', 'minutes', 'seconds')
}

_SECONDS = r'[0-9]+([.,][0-9]{1,6})?'
# The same in PostgreSQL.
IN_COLUMNS = Notation(
    rf'^(([+-]?[0-9]+( days?,?)? )?[+-]?(([0-9]+:)?[0-9]+:)?{_SECONDS}|[+-]?[0-9]+ days?'
    rf'|[+-]?P(?=.)([0-9]+W)?([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?({_SECONDS}S)?)?)$',
    read=(
        (',([0-9])', r'.\1', 'g'),
        # Two numbers are hours and minutes to PostgreSQL, minutes and seconds to Django; a number alone is seconds.
        (r'^((?:[+-]?[0-9]+(?: days?,?)? )?[+-]?)([0-9]+:[0-9]+(?:\.[0-9]+)?)$', r'\10:\2', ''),
        (r'^([+-]?[0-9]+) (?=[+-]?[0-9])', r'\1 days ', ''),
        # In ISO 8601, PostgreSQL knows signs of numbers only.
        ('(?<=^-P.*)([0-9.]+)', r'-\1', 'g'),
        ('^[+-]P', 'P', ''),
    ),
    written=(
        ('^(-?[0-9]+) days?$', r'\1 00:00:00', ''),
        (r' days? \+?', ' ', ''),
    ),
    text_in_json=True,
    # What Python can hold.
    limits=('-999999999 days', '999999999 days 23:59:59.999999'),
    varies=True,
)


def parse_duration(value) -> timedelta | None:
    """
    Return a duration; unlike Django's function this one is exact, and refuses what it would have to cut or round.

    Args:
        value: a timedelta, or text: ISO 8601 without years and months, or [DD] [[HH:]MM:]ss[.uuuuuu]. None and '' are
            no duration.

    Raises:
        ValidationError: it is something else, is finer than a microsecond, or exceeds what a timedelta holds
    """
    if value is None or value == '':
        return None
    if isinstance(value, timedelta):
        return value
    text = value.strip() if isinstance(value, str) else ''
    if len(text) > MAX_LENGTH:
        text = ''
    if ISO_CALENDAR.fullmatch(text):
        raise ValidationError(NO_CALENDAR)
    found = CLOCK.fullmatch(text) or DAYS.fullmatch(text) or ISO.fullmatch(text)
    if not found:
        raise ValidationError(_('Enter a valid duration, such as 1 02:30:00 or P1DT2H30M.'))
    microseconds = _microseconds(found)
    if microseconds.denominator != 1:
        raise ValidationError(_('Durations are stored to the microsecond; this one is more precise.'))
    try:
        return timedelta(microseconds=int(microseconds))
    except OverflowError as error:
        raise ValidationError(
            _('Durations must be between {minimum} and {maximum} days.').format(
                minimum=timedelta.min.days, maximum=timedelta.max.days
            )
        ) from error


def read_duration(value) -> timedelta | None:
    """
    Return a duration that people have entered: with units, such as `1d 2h` or `90 minutes`, or in another notation.

    Raises:
        ValidationError: as `parse_duration`; and for months and years, which have no fixed length
    """
    text = value.strip() if isinstance(value, str) and len(value) <= MAX_LENGTH else ''
    if CALENDAR_WORDS.search(text):
        raise ValidationError(NO_CALENDAR)
    sign, parts = text.startswith('-'), text.lstrip('+-')
    if not WORDS.fullmatch(parts):
        return parse_duration(value)
    amounts = [(UNITS[unit[0]], number) for number, unit in AMOUNT.findall(parts)]
    if len({unit for unit, _number in amounts}) < len(amounts):
        raise ValidationError(_('Enter each unit once, such as 1d 2h 30m.'))
    iso = {unit: f'{number}{unit[0].upper()}' for unit, number in amounts}
    time = ''.join(iso.get(unit, '') for unit in ('hours', 'minutes', 'seconds'))
    days = ''.join(iso.get(unit, '') for unit in ('weeks', 'days'))
    return parse_duration(f'{"-" if sign else ""}P{days}{f"T{time}" if time else ""}')


def _microseconds(found: re.Match) -> Fraction:
    parts = found.groupdict()
    sign = -1 if parts.pop('sign', None) == '-' else 1
    amounts = {
        unit: sign * Fraction(text.replace(',', '.')) * MICROSECONDS[unit] for unit, text in parts.items() if text
    }
    if found.re is not ISO and 'days' in amounts:
        amounts['days'] *= sign
    return sum(amounts.values(), Fraction(0))


def readable(value: timedelta) -> str:
    """Return a duration for people, e.g. `1d 2h 30m 4.5s`; NetBox's own function would round it to whole seconds."""
    whole, microseconds = divmod(abs(value), timedelta(seconds=1))
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    fraction = f'.{microseconds.microseconds:06d}'.rstrip('0').rstrip('.')
    parts = [f'{number}{unit}' for number, unit in ((days, 'd'), (hours, 'h'), (minutes, 'm')) if number]
    if seconds or fraction or not parts:
        parts.append(f'{seconds}{fraction}s')
    return ('-' if value < timedelta(0) else '') + ' '.join(parts)


def read_span(text: str) -> str:
    """Return a duration that a cell of a spreadsheet holds, written in one way; a number alone is a number."""
    if text.isdecimal() or (found := parse_duration(text)) is None:
        raise ValueError(text)
    return duration_string(found)


class DurationModelField(models.DurationField):
    """Reads text itself: PostgreSQL would take 1:30 for hours and minutes."""

    def to_python(self, value):
        return parse_duration(value)

    def get_prep_value(self, value):
        return self.to_python(super().get_prep_value(value))

    def get_db_prep_value(self, value, connection, prepared=False):
        # Django's own passes on everything it is given.
        return super().get_db_prep_value(value if prepared else self.get_prep_value(value), connection, prepared)

    def value_to_string(self, obj):
        return duration_string(self.to_python(self.value_from_object(obj)))


class DurationInputField(forms.DurationField):
    """A text input for all notations."""

    def to_python(self, value):
        # A number, as YAML may have one, is seconds.
        return read_duration(str(value) if type(value) in (int, float) else value)


class DurationValueField(serializers.DurationField):
    """Reads as [DD] HH:MM:SS[.uuuuuu], is written as text in all notations."""

    def to_internal_value(self, data):
        if not isinstance(data, str) or not data:
            self.fail('invalid', format='[DD] [[HH:]MM:]ss[.uuuuuu]')
        try:
            return read_duration(data)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error


@extend_schema_field(OpenApiTypes.STR)
class DurationFilter(SingleColumnMixin, filters.MultiValueTimeFilter):
    """Durations."""

    field_class = multivalue_field_factory(DurationInputField)


class DurationColumn(tables.Column):
    """Shows durations for people; exports them as REST gives them."""

    def render(self, value):
        return readable(value)

    def value(self, value):
        return duration_string(value)


class DurationAttr(attrs.TextAttr):
    """Shows durations for people on the detail page."""

    def get_value(self, obj):
        value = super().get_value(obj)
        return None if value is None else readable(value)


@register
class DurationFieldType(FieldType):
    name = 'duration'
    label = _('Duration')
    group = 'times'
    icon, words = 'timer-outline', _('interval period hours days lifetime')
    color = 'purple'
    position = 170
    example = '01:30:00'
    cell_kinds = (
        CellKind(
            name,
            read_span,
            _('not a duration, such as 1 02:30:00'),
            rank=140,
            hint=re.compile(r'dura|time|uptime|age|lease|interval|length|sla\b', re.IGNORECASE),
            certain=re.compile(r'[+-]?P.+|(?:[0-9]+ days?,? )?[0-9]+:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?'),
        ),
    )
    notation = IN_COLUMNS
    column_type = 'interval'
    sorted_by_index = True
    kind = DURATION
    # Compared as durations, written as text.
    graphql_lookup = ComparisonFilterLookup[str]

    def get_model_field(self, field, **kwargs):
        return DurationModelField(**self.model_field_kwargs(field), **kwargs)

    def to_python(self, field, value):
        if value is not None and not (isinstance(value, str) and value):
            raise ValidationError(_('Must be a duration as text, such as "1 02:30:00" or "P1DT2H30M".'))
        return parse_duration(value)

    def default_factory(self, field):
        # Parsed once: durations are immutable and the text cannot change.
        value = self.to_python(field, field.default)
        return lambda: value

    def form_field_kwargs(self, field, **kwargs):
        return {**super().form_field_kwargs(field, initial=self.to_python(field, field.default)), **kwargs}

    def get_form_field(self, field, **kwargs):
        form_field = DurationInputField(**self.form_field_kwargs(field, **kwargs))
        form_field.widget.attrs['placeholder'] = EXAMPLE
        return form_field

    def import_hint(self, field):
        return _('Such as 30 days, 1d 2h 30m, 01:30:00 or P30D.')

    def get_import_values(self, instance, field):
        return {field.name: self.as_text(instance, field)}

    def get_clone_values(self, instance, field):
        return {field.name: text} if (text := self.as_text(instance, field)) else {}

    def get_search_values(self, instance, field):
        return {field.name: self.as_text(instance, field)}

    def as_text(self, instance, field) -> str:
        value = getattr(instance, field.name)
        return '' if value is None else duration_string(value)

    def get_display_value(self, instance, field):
        value = getattr(instance, field.name)
        return None if value is None else readable(value)

    def get_graphql_value(self, instance, field, name):
        return self.as_text(instance, field) or None

    def get_filterform_field(self, field):
        return DurationInputField(required=False)

    def get_filter(self, field):
        return DurationFilter(field_name=field.name, label=field.display_label)

    def get_serializer_fields(self, field, model):
        return {field.name: DurationValueField(**self.declared_kwargs(field, model))}

    def get_table_column_field(self, field):
        return DurationColumn(linkify=field.primary or None, verbose_name=field.display_label, attrs=UNBROKEN)

    def get_attribute(self, field):
        return DurationAttr(field.name, label=field.display_label)
