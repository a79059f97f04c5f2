"""Field types date and datetime."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from netbox.tables import columns
from netbox.ui import attrs
from utilities.forms.widgets import DatePicker, DateTimePicker

from ..ddl.notation import Notation
from ..expressions.typed.kinds import DATE, DATETIME
from .base import FieldType
from .registry import register
from .shared.cells import CellKind
from .shared.columns import UNBROKEN
from .shared.filters import DateFilter, DateTimeFilter
from .shared.help import with_hint

# PostgreSQL reads much more as a date (`today`, `infinity`, `1/2/3`); we take nothing but this for one.
ISO_DATE = r'^\d{4}-\d\d-\d\d([T ]00:00(:00(\.0+)?)?(Z|[+-]00(:?00)?)?)?$'
ISO_DATETIME = r'^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)?)?$'

# In files that are imported. Which days and times exist is Python's business.
ISO_DAY = re.compile(r'[0-9]{4}-[0-9]{2}-[0-9]{2}')
ISO_MOMENT = re.compile(
    r'[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?( ?(Z|[+-][0-9]{2}(:?[0-9]{2})?))?)?'
)

# In spreadsheets.
DAY_FIRST = re.compile(r'(?P<day>[0-9]{1,2})([./-])(?P<month>[0-9]{1,2})\2(?P<year>[0-9]{4})')
MONTH_FIRST = re.compile(r'(?P<month>[0-9]{1,2})([./-])(?P<day>[0-9]{1,2})\2(?P<year>[0-9]{4})')
YEAR_FIRST = re.compile(r'(?P<year>[0-9]{4})([./-])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})')
CLOCK = re.compile(
    r'(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,6}))?)?'
    r'(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?(?P<zone>Z| ?[+-][0-9]{2}(?::?[0-9]{2})?)?'
)


def date_reader(pattern: re.Pattern) -> Callable[[str], str]:
    """Return what reads dates whose parts are in the order of a pattern."""

    def read(text: str) -> str:
        return _day(pattern.fullmatch(text)).isoformat()

    return read


def moment_reader(pattern: re.Pattern) -> Callable[[str], str]:
    """Return what reads dates with a time, or without one: then midnight is meant."""

    def read(text: str) -> str:
        parts = re.split(r'[T ]', text, maxsplit=1)
        day = _day(pattern.fullmatch(parts[0].rstrip(',')))
        return f'{day.isoformat()}T{_clock(parts[1].strip()) if len(parts) > 1 else "00:00:00"}'

    return read


def _day(found: re.Match | None) -> date:
    if found is None:
        raise ValueError
    return date(**{name: int(text) for name, text in found.groupdict().items()})


def _clock(text: str) -> str:
    found = CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(text)
    hour, half = int(found['hour']), (found['half'] or '').lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if half == 'p' else 0)
    fraction = f'.{found["fraction"]}' if found['fraction'] else ''
    shown = f'{hour:02}:{found["minute"]}:{found["second"] or "00"}{fraction}{(found["zone"] or "").strip()}'
    datetime.fromisoformat(f'2000-01-01T{shown}')
    return shown


_NO_DATE, _NO_MOMENT = _('not a date in this order'), _('not a date with a time in this order')
_YEAR_FIRST, _DAY_FIRST = _('year first (2026-12-31)'), _('day first (31/12/2026)')
_MONTH_FIRST = _('month first (12/31/2026)')


class MomentField(serializers.DateTimeField):
    """A moment; Python's parser would stop at a null character and take what stands before it."""

    def to_internal_value(self, value):
        if isinstance(value, str) and '\x00' in value:
            raise serializers.ValidationError(_('Null characters are not allowed.'))
        return super().to_internal_value(value)


class IsoDateField(forms.DateField):
    """A date in a file: 01/02/2026 means January to some and February to others."""

    default_error_messages: ClassVar = {'invalid': _('Write dates as YYYY-MM-DD, such as 2026-12-31.')}

    def to_python(self, value):
        return super().to_python(_iso(self, value, ISO_DAY))


class IsoDateTimeField(forms.DateTimeField):
    """A moment in a file."""

    default_error_messages: ClassVar = {
        'invalid': _('Write date and time as YYYY-MM-DD HH:MM:SS, such as 2026-12-31 18:30:00.')
    }

    def to_python(self, value):
        return super().to_python(_iso(self, value, ISO_MOMENT))


def _iso(form_field: forms.Field, value, pattern: re.Pattern):
    """Return a value as it is; raise ValidationError if it is text of another form."""
    if isinstance(value, str) and value and not pattern.fullmatch(value.strip()):
        raise ValidationError(form_field.error_messages['invalid'], 'invalid')
    return value


class TemporalFieldType(FieldType):
    """What date and datetime share: ISO text in JSON, a picker in forms, and ISO text in files."""

    import_field_class: ClassVar[type[forms.Field]]
    # NetBox's import page shows that of dates itself.
    import_format: ClassVar[Any] = ''

    sorted_by_index = True

    def to_python(self, field, value):
        if value is None:
            return None
        if not isinstance(value, str):
            raise ValidationError(_('Text in ISO 8601 format is needed.'))
        return self.model_class().to_python(value)

    def get_import_fields(self, field):
        form_field = self.import_field_class(**self.form_field_kwargs(field, initial=None))
        form_field = self.annotate_form_field(field, form_field)
        if self.import_format:
            form_field.help_text = with_hint(form_field.help_text, self.import_format)
        return {field.name: form_field}

    def default_factory(self, field):
        # Parsed once: dates are immutable and the text cannot change.
        value = self.to_python(field, field.default)
        return lambda: value

    def get_model_field(self, field, **kwargs):
        return self.model_class(**self.model_field_kwargs(field), **kwargs)

    def name_lookups(self, field):
        return (f'{field.name}__icontains',)


@register
class DateFieldType(TemporalFieldType):
    name = 'date'
    label = _('Date')
    group = 'times'
    icon, words = 'calendar', _('day start end expiry')
    color = 'purple'
    position = 60
    example = '2026-01-31'
    cell_kinds = (
        CellKind(name, date_reader(YEAR_FIRST), _NO_DATE, _YEAR_FIRST, rank=40),
        CellKind('date_day', date_reader(DAY_FIRST), _NO_DATE, _DAY_FIRST, rank=41),
        CellKind('date_month', date_reader(MONTH_FIRST), _NO_DATE, _MONTH_FIRST, rank=42),
    )
    fits_arrays = True
    notation = Notation(ISO_DATE, varies=True)
    column_type = 'date'
    kind = DATE
    graphql_type = date
    model_class = models.DateField
    import_field_class = IsoDateField

    def get_form_field(self, field, **kwargs):
        return forms.DateField(widget=DatePicker(), **self.form_field_kwargs(field, **kwargs))

    def get_filterform_field(self, field):
        return forms.DateField(required=False, widget=DatePicker())

    def get_filter(self, field):
        return DateFilter(field_name=field.name, label=field.display_label)

    def get_table_column_field(self, field):
        return columns.DateColumn(verbose_name=field.display_label, attrs=UNBROKEN)

    def get_attribute(self, field):
        return attrs.DateTimeAttr(field.name, label=field.display_label, spec='date')


@register
class DateTimeFieldType(TemporalFieldType):
    name = 'datetime'
    label = _('Date & time')
    group = 'times'
    icon, words = 'calendar-clock', _('timestamp time moment')
    color = 'purple'
    position = 70
    example = '2026-01-31T12:00:00Z'
    cell_kinds = (
        CellKind(name, moment_reader(YEAR_FIRST), _NO_MOMENT, _YEAR_FIRST, rank=50),
        CellKind('datetime_day', moment_reader(DAY_FIRST), _NO_MOMENT, _DAY_FIRST, rank=51),
        CellKind('datetime_month', moment_reader(MONTH_FIRST), _NO_MOMENT, _MONTH_FIRST, rank=52),
    )
    fits_arrays = True
    notation = Notation(ISO_DATETIME, varies=True)
    column_type = 'timestamp with time zone'
    kind = DATETIME
    graphql_type = datetime
    model_class = models.DateTimeField
    import_field_class = IsoDateTimeField
    import_format = _('Format: YYYY-MM-DD HH:MM:SS.')

    def to_python(self, field, value):
        moment = super().to_python(field, value)
        # A bare date, or a time without a zone, is meant in the zone of this NetBox.
        naive = moment is not None and timezone.is_naive(moment)
        return timezone.make_aware(moment, timezone.get_default_timezone()) if naive else moment

    def to_payload(self, field, value, stored=None):
        if isinstance(stored, datetime) and timezone.is_aware(stored):
            # Django's serializer cuts microseconds off; and the same moment must not look different in another zone.
            return stored.astimezone(UTC).isoformat().replace('+00:00', 'Z')
        return value

    def get_form_field(self, field, **kwargs):
        return forms.DateTimeField(widget=DateTimePicker(), **self.form_field_kwargs(field, **kwargs))

    def get_serializer_fields(self, field, model):
        return {field.name: MomentField(**self.declared_kwargs(field, model))}

    def get_filterform_field(self, field):
        return forms.DateTimeField(required=False, widget=DateTimePicker())

    def get_filter(self, field):
        return DateTimeFilter(field_name=field.name, label=field.display_label)

    def get_table_column_field(self, field):
        return columns.DateTimeColumn(verbose_name=field.display_label, attrs=UNBROKEN)

    def get_attribute(self, field):
        return attrs.DateTimeAttr(field.name, label=field.display_label)
