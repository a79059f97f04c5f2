"""
The filters and tests of expressions: those of Jinja2 that are harmless, none of which can amplify values.

Empty values are empty text. Nothing here looks attributes up by a name that is not checked by the sandbox.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from jinja2 import Undefined
from jinja2.filters import do_capitalize, do_title, do_trim, do_truncate
from jinja2.tests import TESTS as ALL_TESTS

from .plain import MAX_RESULT, NUMBERS, ExpressionError, is_small, text

# Digits before or after the point that a number can be rounded or formatted to.
MAX_DIGITS = 30

SPECIFIER = re.compile(r'%(?:%|[-+ #0]*(?P<width>\d*)(?:\.(?P<precision>\d*))?(?P<kind>[sdifFeEgGxXo])|(?P<wrong>))')


def bounded(value: str) -> str:
    if len(value) > MAX_RESULT:
        raise ExpressionError('text that is too long')
    return value


def number(value: Any):
    """Return a number if expressions may calculate with it; raise ExpressionError."""
    if not isinstance(value, NUMBERS) or not is_small(value):
        raise ExpressionError('a number is needed')
    return value


def items(value: Any) -> list:
    """Return what can be listed: the items of a list, and none of nothing."""
    if value is None or isinstance(value, Undefined):
        return []
    if not isinstance(value, (list, tuple)):
        raise ExpressionError('a list is needed')
    return list(value)


def concatenated(parts: list) -> str:
    return joined(parts, '')


def joined(value: Any, separator: Any = '', attribute: str | None = None) -> str:
    """Return the texts of a list in one; `attribute` is resolved before, by the sandbox."""
    texts, separator = [text(item) for item in items(value)], text(separator)
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_RESULT:
        raise ExpressionError('text that is too long')
    return separator.join(texts)


def sliced(value: Any, *bounds: int | None):
    if value is None:
        return ''
    if not isinstance(value, (str, list, tuple)):
        raise ExpressionError('only text and lists have parts')
    return (value if isinstance(value, (list, tuple)) else text(value))[slice(*bounds)]


def replaced(value: Any, old: Any, new: Any, count: int | None = None) -> str:
    value, old, new = text(value), text(old), text(new)
    times = value.count(old) if count is None else min(count, value.count(old))
    if len(value) + times * len(new) > MAX_RESULT:
        raise ExpressionError('text that is too long')
    return value.replace(old, new, times)


def formatted(value: Any, *args) -> str:
    """Return text with values put into it, as `%` does; the width and the precision of each are bounded."""
    pattern = text(value)
    for found in SPECIFIER.finditer(pattern):
        if found['wrong'] is not None or any(int(found[part] or 0) > MAX_DIGITS for part in ('width', 'precision')):
            raise ExpressionError('format')
    args = tuple(number(arg) if isinstance(arg, NUMBERS) else text(arg) for arg in args)
    return bounded(pattern % args)


def truncated(value: Any, length: int = 255, killwords: bool = False, end: Any = '...', leeway: int = 5) -> str:
    return bounded(do_truncate(None, text(value), length, killwords, text(end), leeway))


def kept(value: Any) -> Any:
    """Return what `{% set %}` may remember: lists of lists could be made to double with each line."""
    parts = value if isinstance(value, (list, tuple)) else [value] if isinstance(value, dict) else ()
    if any(isinstance(part, (list, tuple, dict)) for part in parts):
        raise ExpressionError('nested lists')
    return value


def defaulted(value: Any, default: Any = '', boolean: bool = False) -> Any:
    is_empty = value is None or isinstance(value, Undefined) or (boolean and not value)
    return default if is_empty else value


def counted(value: Any) -> int:
    return 0 if value is None else len(value)


def integer(value: Any, default: int = 0) -> int:
    return _converted(int, value, default)


def decimal(value: Any, default: float = 0.0) -> float:
    return _converted(float, value, default)


def _converted(kind: type, value: Any, default: Any) -> Any:
    try:
        found = float(value) if isinstance(value, str) and kind is int and not value.strip('+-').isdecimal() else value
        return number(kind(number(found) if isinstance(found, NUMBERS) else found))
    except (TypeError, ValueError, ArithmeticError):
        return default


def rounded(value: Any, precision: int = 0):
    if not -MAX_DIGITS <= precision <= MAX_DIGITS:
        raise ExpressionError('round')
    return round(number(value), precision)


def ordered(value: Any, reverse: bool = False) -> list:
    return sorted(items(value), key=sort_key, reverse=reverse)


def sort_key(value: Any) -> tuple:
    """Numbers first, by size; all else by its text, as Jinja2 does without regard to letter case."""
    return (0, Decimal(value), '') if isinstance(value, NUMBERS) else (1, 0, text(value).lower())


def reversed_(value: Any):
    return value[::-1] if isinstance(value, str) else items(value)[::-1]


def unique(value: Any) -> list:
    return list({sort_key(item): item for item in reversed(items(value))}.values())[::-1]


def first(value: Iterable):
    return next(iter(value if isinstance(value, str) else items(value)), None)


def last(value: Iterable):
    return first(value[::-1] if isinstance(value, str) else items(value)[::-1])


def smallest(value: Any):
    return min(items(value), key=sort_key, default=None)


def largest(value: Any):
    return max(items(value), key=sort_key, default=None)


FILTERS = {
    'abs': lambda value: abs(number(value)),
    'capitalize': lambda value: do_capitalize(text(value)),
    'count': counted,
    'd': defaulted,
    'default': defaulted,
    'first': first,
    'float': decimal,
    'format': formatted,
    'int': integer,
    'join': joined,
    'last': last,
    'length': counted,
    'list': items,
    'lower': lambda value: text(value).lower(),
    'map': items,
    'max': largest,
    'min': smallest,
    'replace': replaced,
    'reverse': reversed_,
    'round': rounded,
    'select': lambda value: [item for item in items(value) if item],
    'sort': ordered,
    'string': text,
    'sum': lambda value: sum(map(number, items(value))),
    'title': lambda value: do_title(text(value)),
    'trim': lambda value, chars=None: do_trim(text(value), chars),
    'truncate': truncated,
    'unique': unique,
    'upper': lambda value: text(value).upper(),
}
# Those that take the name of an attribute, of which each item is read in its place.
BY_ATTRIBUTE = frozenset({'join', 'map', 'max', 'min', 'sum', 'unique'})

TESTS = {
    name: ALL_TESTS[name]
    for name in (
        'boolean', 'defined', 'eq', 'equalto', '==', 'false', 'float', 'ge', '>=', 'gt', '>', 'greaterthan', 'in',
        'integer', 'le', '<=', 'lessthan', 'lt', '<', 'ne', '!=', 'none', 'number', 'string', 'true', 'undefined',
    )
} | {
    # Jinja2's own take the remainder of anything: of text, that is formatting, to any width.
    'divisibleby': lambda value, num: number(value) % number(num) == 0,
    'even': lambda value: number(value) % 2 == 0,
    'odd': lambda value: number(value) % 2 == 1,
}  # fmt: skip
