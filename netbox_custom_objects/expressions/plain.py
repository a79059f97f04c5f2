"""
The plain values that expressions see, and their text.

Text, numbers, true and false, dates, nothing, lists and dictionaries of these, and frozen stand-ins for objects.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from jinja2 import Undefined

# What expressions can reach of one value; names of objects are far shorter.
MAX_TEXT = 2_000
MAX_ITEMS = 1_000
MAX_DEPTH = 5
# No text in an expression gets longer, however it is put together.
MAX_RESULT = 10_000
# Bigger numbers are text: they can be shown, but nothing can be made to grow from them.
MAX_NUMBER = Decimal('1e60')

NUMBERS = (int, float, Decimal)
DATES = (date, time, timedelta)


class ExpressionError(ValueError):
    """An expression does what it must not, or cannot do on these values. The message quotes no values."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """What expressions see in place of an object: its name, and a few attributes that are plain values themselves."""

    display: str
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self):
        return self.display


class Choice(str):
    """The value of a choice, which is shown by its label."""

    __slots__ = ('label',)

    def __new__(cls, value: str, label: str):
        choice = super().__new__(cls, value)
        choice.label = label
        return choice


def plain(value: Any) -> Any:
    """Return the value of a field as expressions see it; any other value is shown as its text."""
    return _plain(value, MAX_DEPTH, iter(range(MAX_ITEMS)))


def _plain(value: Any, depth: int, numbers: Iterator[int]) -> Any:
    """Make a value plain, as deep as `depth` and with no more items than there are `numbers` left."""
    if value is None or isinstance(value, (bool, Choice, StandIn, *DATES)):
        return value
    if isinstance(value, NUMBERS) and is_small(value):
        return value
    if isinstance(value, (list, tuple)) and depth:
        # The numbers come first: one that is taken without an item only ends the list.
        return [_plain(item, depth - 1, numbers) for _number, item in zip(numbers, value)]
    if isinstance(value, dict) and depth:
        items = zip(numbers, value.items())
        return {str(key)[:MAX_TEXT]: _plain(item, depth - 1, numbers) for _number, (key, item) in items}
    return str(value)[:MAX_TEXT]


def is_small(number) -> bool:
    """Whether expressions may calculate with a number; not with infinity, nor with NaN."""
    try:
        return abs(number) < MAX_NUMBER
    except ArithmeticError:
        return False


def text(value: Any) -> str:
    """
    Return a plain value as it is shown: nothing as nothing, a choice by its label, a list with commas.

    Raises:
        ExpressionError: this is not a plain value
    """
    if value is None or isinstance(value, Undefined):
        return ''
    if isinstance(value, Choice):
        return value.label
    if isinstance(value, (list, tuple)):
        return _list_text(value)
    if isinstance(value, (str, bool, dict, StandIn, *NUMBERS, *DATES)):
        return str(value)
    raise ExpressionError(type(value).__name__)


def _list_text(values: Iterable) -> str:
    """Return the beginning of a list as text: no more than is needed, as lists may hold lists."""
    parts, length = [], 0
    for value in values:
        parts.append(text(value))
        length += len(parts[-1])
        if length > MAX_RESULT:
            break
    return ', '.join(parts)[:MAX_RESULT]
