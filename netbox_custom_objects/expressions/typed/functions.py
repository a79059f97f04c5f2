"""The functions of the typed language: what they take and return. `compiler` knows what they are in PostgreSQL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from .kinds import BOOLEAN, DATE, DATETIME, DURATION, INTEGER, TEXT, Kind
from .literals import parse_date, parse_datetime, parse_duration
from .patterns import translate

# What a parameter may be, besides kinds: a list of anything.
LIST = 'list'


@dataclass(frozen=True, slots=True)
class Function:
    """
    One function; `parameters` holds for each the kinds that it may be.

    `constant` reads the last argument when the expression is checked: it must be written in quotes.
    """

    name: str
    parameters: tuple[tuple[Kind | str, ...], ...]
    result: Kind
    constant: Callable[[str], Any] | None = None
    # What the constant must be, as the end of a sentence.
    constant_label: Any = ''
    # Whether the result may differ each time.
    is_volatile: bool = False


_TEXT = (TEXT,)
_CALENDAR = (DATE, DATETIME)
_ALL = (
    Function('lower', (_TEXT,), TEXT),
    Function('upper', (_TEXT,), TEXT),
    Function('trim', (_TEXT,), TEXT),
    Function('size', ((TEXT, LIST),), INTEGER),
    Function('startsWith', (_TEXT, _TEXT), BOOLEAN),
    Function('endsWith', (_TEXT, _TEXT), BOOLEAN),
    Function('contains', (_TEXT, _TEXT), BOOLEAN),
    Function('matches', (_TEXT, _TEXT), BOOLEAN, translate, _('a pattern in quotes')),
    Function('year', (_CALENDAR,), INTEGER),
    Function('month', (_CALENDAR,), INTEGER),
    Function('day', (_CALENDAR,), INTEGER),
    Function('datetime', (_TEXT,), DATETIME, parse_datetime, _("such as '2026-01-31T12:00:00Z'")),
    Function('duration', (_TEXT,), DURATION, parse_duration, _("such as 'P30D' or 'PT1H30M'")),
    Function('today', (), DATE, is_volatile=True),
    Function('now', (), DATETIME, is_volatile=True),
)
# `date` also parses a constant; otherwise it returns the date of a datetime.
DATE_OF_TEXT = Function('date', (_TEXT,), DATE, parse_date, _("such as '2026-01-31'"))
DATE_OF_DATETIME = Function('date', ((DATETIME,),), DATE)

# What other languages call them, for suggestions.
SYNONYMS = {'length': 'size', 'len': 'size', 'count': 'size', 'lowercase': 'lower', 'uppercase': 'upper'}

FUNCTIONS = {function.name: function for function in (*_ALL, DATE_OF_DATETIME)}
