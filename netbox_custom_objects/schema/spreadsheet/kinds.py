"""
What the values of a column can be, and how each kind is read: as a value that REST takes.

May import field_types. Several kinds can lead to one type of field: dates are written in several orders. Nothing is
asked of the database; what references mean is looked up by `references`.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.duration import duration_string
from django.utils.translation import gettext_lazy as _

from ...field_types import FIELD_TYPES
from ...field_types.choice import VALUE_LENGTH
from ...field_types.color import parse_color
from ...field_types.coordinates import PARTS, PLACES
from ...field_types.duration import parse_duration
from ...field_types.ip_address import parse_address
from ...field_types.ip_prefix import parse_prefix
from ...field_types.json import validate_storable
from ...field_types.mac_address import parse_mac_address
from ...field_types.number import DECIMAL_DIGITS, DECIMAL_PLACES
from ...field_types.shared.bounds import INT64_MAX, INT64_MIN
from ...field_types.url import URL_LENGTH

# Keys of kinds that other modules treat specially.
TEXT, LONGTEXT, SELECT, MULTISELECT, OBJECT = 'text', 'longtext', 'select', 'multiselect', 'object'
INTEGER, BOOLEAN, COORDINATES = 'integer', 'boolean', 'coordinates'
LATITUDE, LONGITUDE = (part.name for part in PARTS)

WORDS = {
    **dict.fromkeys(('true', 'yes', 'y', 'on', '1'), True),
    **dict.fromkeys(('false', 'no', 'n', 'off', '0'), False),
}
LONGEST_NUMBER = 25
SEPARATORS = re.compile(r'[,;|\n]')
WHOLE = re.compile(r'[+-]?(?:0|[1-9][0-9]{0,18})')
POINT, COMMA = (re.compile(rf'[+-]?(?:0|[1-9][0-9]*)?(?:[{mark}][0-9]+)?') for mark in '.,')
DAY_FIRST = re.compile(r'(?P<day>[0-9]{1,2})([./-])(?P<month>[0-9]{1,2})\2(?P<year>[0-9]{4})')
MONTH_FIRST = re.compile(r'(?P<month>[0-9]{1,2})([./-])(?P<day>[0-9]{1,2})\2(?P<year>[0-9]{4})')
YEAR_FIRST = re.compile(r'(?P<year>[0-9]{4})([./-])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})')
CLOCK = re.compile(
    r'(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,6}))?)?'
    r'(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?(?P<zone>Z| ?[+-][0-9]{2}(?::?[0-9]{2})?)?'
)
PAIR = re.compile(r'\(?\s*([+-]?[0-9]{1,3}(?:\.[0-9]+)?)\s*[,; ]\s*([+-]?[0-9]{1,3}(?:\.[0-9]+)?)\s*\)?')
check_url = URLValidator(schemes=('http', 'https', 'ftp', 'ftps', 'ssh', 'sftp', 'telnet'))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of values; `read` raises ValueError or ValidationError for a text that is of another kind."""

    key: str
    field_type: str
    read: Callable[[str], Any]
    # What a value that is of another kind is not.
    reason: str
    # Adds to the name of the type of field, where several kinds have the same.
    note: str = ''

    @property
    def label(self) -> str:
        label = str(FIELD_TYPES[self.field_type].label)
        return f'{label}: {self.note}' if self.note else label

    @property
    def unique_allowed(self) -> bool:
        return FIELD_TYPES[self.field_type].unique_allowed

    def value_of(self, text: str) -> Any:
        """Return the value that a text means; None if it is not of this kind."""
        try:
            return self.read(text)
        except (ValueError, ValidationError, RecursionError):
            return None


def read_text(text: str) -> str:
    validate_storable(text)
    return text


def read_integer(text: str) -> int:
    if not WHOLE.fullmatch(text) or not INT64_MIN <= (number := int(text)) <= INT64_MAX:
        raise ValueError(text)
    return number


def decimal_reader(pattern: re.Pattern) -> Callable[[str], str]:
    """Return what reads numbers with as many digits as the type of field has."""

    def read(text: str) -> str:
        if not pattern.fullmatch(text) or not text.strip('+-'):
            raise ValueError(text)
        return str(_fixed(text.replace(',', '.'), DECIMAL_DIGITS, DECIMAL_PLACES))

    return read


def _fixed(text: str, digits: int, places: int) -> Decimal:
    """Return a number that has no more digits and decimal places than are stored."""
    if len(text) > LONGEST_NUMBER:
        raise ValueError(text)  # it would be rounded
    number = Decimal(text).normalize()
    if -number.as_tuple().exponent > places or number.adjusted() >= digits - places:
        raise ValueError(text)
    return Decimal(format(number, 'f'))


def read_boolean(text: str) -> bool:
    try:
        return WORDS[text.lower()]
    except KeyError:
        raise ValueError(text) from None


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


def read_url(text: str) -> str:
    check_url(text)
    if len(text) > URL_LENGTH:
        raise ValueError(text)
    return text


def read_email(text: str) -> str:
    validate_email(text)
    return text


def read_duration(text: str) -> str:
    if text.isdecimal() or (found := parse_duration(text)) is None:
        raise ValueError(text)  # a number alone is a number
    return duration_string(found)  # the same for all ways to write it


def read_json(text: str):
    if text[:1] not in ('{', '['):
        raise ValueError(text)
    document = json.loads(text, parse_constant=float)
    validate_storable(document)
    return document


def read_choices(text: str) -> list[str]:
    found = list(dict.fromkeys(part for part in map(str.strip, SEPARATORS.split(text)) if part))
    if not found or any(len(part) > VALUE_LENGTH for part in found):
        raise ValueError(text)
    validate_storable(text)
    return found


def read_choice(text: str) -> str:
    if len(text) > VALUE_LENGTH:
        raise ValueError(text)
    return read_text(text)


def read_pair(text: str) -> tuple[str, str]:
    found = PAIR.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return tuple(degrees_reader(part)(number) for part, number in zip(PARTS, found.groups()))


def degrees_reader(part) -> Callable[[str], str]:
    """Return what reads one of the two numbers of coordinates; finer ones are rounded to what is stored."""

    def read(text: str) -> str:
        if not POINT.fullmatch(text) or not text.strip('+-'):
            raise ValueError(text)
        number = Decimal(text)
        if abs(number) > part.limit:
            raise ValueError(text)
        return str(round(number, PLACES))

    return read


_DECIMAL = _('not a number of at most {digits} digits, {places} of them decimal places')
_DECIMAL_REASON = {'digits': DECIMAL_DIGITS, 'places': DECIMAL_PLACES}
_DAY, _MONTH = _('day first (31/12/2026)'), _('month first (12/31/2026)')
_DATE, _MOMENT = _('not a date in this order'), _('not a date with a time in this order')

KINDS = {
    kind.key: kind
    for kind in (
        Kind(TEXT, 'text', read_text, _('contains characters that cannot be stored')),
        Kind(LONGTEXT, 'longtext', read_text, _('contains characters that cannot be stored')),
        Kind(INTEGER, 'integer', read_integer, _('not an integer of 64 bits')),
        Kind('decimal', 'decimal', decimal_reader(POINT), _DECIMAL, '1234.5'),
        Kind('decimal_comma', 'decimal', decimal_reader(COMMA), _DECIMAL, '1234,5'),
        Kind(BOOLEAN, 'boolean', read_boolean, _('neither true nor false')),
        Kind('date', 'date', date_reader(YEAR_FIRST), _DATE, _('year first (2026-12-31)')),
        Kind('date_day', 'date', date_reader(DAY_FIRST), _DATE, _DAY),
        Kind('date_month', 'date', date_reader(MONTH_FIRST), _DATE, _MONTH),
        Kind('datetime', 'datetime', moment_reader(YEAR_FIRST), _MOMENT, _('year first (2026-12-31)')),
        Kind('datetime_day', 'datetime', moment_reader(DAY_FIRST), _MOMENT, _DAY),
        Kind('datetime_month', 'datetime', moment_reader(MONTH_FIRST), _MOMENT, _MONTH),
        Kind('url', 'url', read_url, _('not an address of a web page')),
        Kind('email', 'email', read_email, _('not an email address')),
        Kind(SELECT, 'select', read_choice, _('not a choice')),
        Kind(MULTISELECT, 'multiselect', read_choices, _('not a list of choices')),
        Kind(OBJECT, 'object', read_text, _('not the name of an object')),
        Kind('duration', 'duration', read_duration, _('not a duration, such as 1 02:30:00')),
        Kind('json', 'json', read_json, _('not a JSON object or list')),
        Kind('ip_address', 'ip_address', lambda text: str(parse_address(text)), _('not an IP address')),
        Kind('ip_prefix', 'ip_prefix', lambda text: str(parse_prefix(text)), _('not an IP prefix')),
        Kind('mac_address', 'mac_address', lambda text: str(parse_mac_address(text)), _('not a MAC address')),
        Kind('color', 'color', parse_color, _('not a color, such as 2196f3')),
        Kind(COORDINATES, 'coordinates', read_pair, _('not a latitude and a longitude'), _('both in one column')),
        Kind(LATITUDE, 'coordinates', degrees_reader(PARTS[0]), _('not a latitude'), _('latitude')),
        Kind(LONGITUDE, 'coordinates', degrees_reader(PARTS[1]), _('not a longitude'), _('longitude')),
    )
}


def reason_of(kind: Kind) -> str:
    """Return why a value is not of a kind."""
    return str(kind.reason).format(**_DECIMAL_REASON) if kind.reason is _DECIMAL else str(kind.reason)
