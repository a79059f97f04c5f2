"""Constants in expressions: what their texts stand for."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

MAX_DIGITS = 38

# Characters that PostgreSQL or UTF-8 cannot store.
UNUSABLE = re.compile('[\x00\ud800-\udfff]')
ESCAPE = re.compile(
    r'\\(?:(?P<letter>[abfnrtv\\\'"`?])|x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})|(?P<other>.))',
    re.DOTALL,
)
LETTERS = dict(zip('abfnrtv', '\a\b\f\n\r\t\v'))
DURATION = re.compile(
    r'(?P<sign>-?)P(?=.)(?:(?P<weeks>\d{1,9})W)?(?:(?P<days>\d{1,9})D)?'
    r'(?:T(?=.)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,6})?)S)?)?',
    re.ASCII,
)
DATE = re.compile(r'\d{4}-\d\d-\d\d', re.ASCII)
DATETIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)', re.ASCII)


def decoded_text(source: str) -> str:
    """
    Return the text that a constant in quotes stands for.

    Raises:
        ValueError: an escape sequence is unknown, or stands for what cannot be stored
    """
    raw = source.startswith('r')
    inner = source[2 if raw else 1 : -1]
    text = inner if raw else ESCAPE.sub(_unescaped, inner)
    if UNUSABLE.search(text):
        raise ValueError(_('Null characters and surrogates cannot be used.'))
    return text


def _unescaped(found: re.Match) -> str:
    if letter := found['letter']:
        return LETTERS.get(letter, letter)
    if found['other']:
        raise ValueError(_('“{escape}” is not an escape sequence; write “\\\\” for “\\”.').format(escape=found[0]))
    code = int(found['x'] or found['u'] or found['U'], 16)
    if code > 0x10FFFF:
        raise ValueError(_('“{escape}” is not a character.').format(escape=found[0]))
    return chr(code)


def number(source: str) -> int | Decimal:
    """
    Return a whole number as an int, one with places as a Decimal.

    Raises:
        ValueError: it has too many digits
    """
    if len(source.replace('.', '')) > MAX_DIGITS:
        raise ValueError(_('Numbers can have {limit} digits.').format(limit=MAX_DIGITS))
    return Decimal(source) if '.' in source else int(source)


def parse_date(text: str) -> date:
    if not DATE.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def parse_datetime(text: str) -> datetime:
    """Return a moment, which must say its offset from UTC."""
    if not DATETIME.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text).astimezone(UTC)


def parse_duration(text: str) -> timedelta:
    """Return a duration in ISO 8601, exact to the microsecond; years and months have no fixed length."""
    if not (found := DURATION.fullmatch(text)):
        raise ValueError(text)
    parts = found.groupdict()
    sign = -1 if parts.pop('sign') else 1
    seconds = Decimal(parts.pop('seconds') or 0)
    amounts = {unit: int(amount) for unit, amount in parts.items() if amount}
    return sign * timedelta(microseconds=int(seconds * 1_000_000), **amounts)
