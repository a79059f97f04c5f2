"""
What an expression means, in Python: written from the documentation, and used by tests alone.

Integers are int, decimals Fraction, null is None. Nothing is shared with the compiler but the syntax tree.
"""

import math
import operator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import re2

WHITE_SPACE = '\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000' + ''.join(map(chr, range(0x2000, 0x200B)))
COMPARISONS = {
    '==': operator.eq, '!=': operator.ne, '<': operator.lt, '<=': operator.le, '>': operator.gt, '>=': operator.ge,
}  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def interpret(node, row):
    """Return the value of a node for a row, by name of a field."""
    match node.op:
        case 'text' | 'number':
            return exact(node.value)
        case 'true' | 'false' | 'null':
            return {'true': True, 'false': False, 'null': None}[node.op]
        case 'name':
            return exact(row[node.value])
        case '||':
            return either([interpret(arg, row) for arg in node.args])
        case '&&':
            return negated(either([negated(interpret(arg, row)) for arg in node.args]))
        case 'choice':
            return interpret(node.args[1 if interpret(node.args[0], row) is True else 2], row)
        case 'in' if node.args[1].op == 'list':
            return contained(interpret(node.args[0], row), [interpret(item, row) for item in node.args[1].args])
        case 'in':
            items = interpret(node.args[1], row)
            return None if items is None else contained(interpret(node.args[0], row), items)
        case '==' | '!=' if 'null' in (node.args[0].op, node.args[1].op):
            value = next(arg for arg in node.args if arg.op != 'null')
            return (interpret(value, row) is None) == (node.op == '==')
        case 'call' if node.value == 'matches':
            text = interpret(node.args[0], row)
            return None if text is None else re2.search(node.args[1].value, text) is not None
    values = [interpret(arg, row) for arg in node.args]
    if None in values:
        return None
    if node.op == 'call':
        return call(node.value, *values)
    return calculated(node.op, *values)


def exact(value):
    if isinstance(value, list):
        return list(map(exact, value))
    return Fraction(value) if isinstance(value, Decimal) else value


def negated(value):
    return None if value is None else not value


def either(values):
    return True if True in values else None if None in values else False


def contained(value, items):
    return either([None if None in (value, item) else value == item for item in items])


def calculated(op, left, right=None):
    if op in COMPARISONS:
        return COMPARISONS[op](left, right)
    if op == '!':
        return not left
    try:
        if isinstance(left, date) or isinstance(right, date):
            return moved(op, left, right)
        return quotient(op, left, right) if op in '/%' else plain(op, left, right)
    except (OverflowError, ZeroDivisionError):
        return None


def plain(op, left, right):
    if op == 'negative':
        return -left
    return {'+': operator.add, '-': operator.sub, '*': operator.mul}[op](left, right)


def quotient(op, left, right):
    found = Fraction(left) / Fraction(right)
    if op == '%':
        rest = left - right * math.trunc(found)
        return rest
    if isinstance(left, int) and isinstance(right, int):
        return math.trunc(found)
    shifted = abs(found) * 10**12
    rounded = math.floor(shifted + Fraction(1, 2))
    return Fraction(rounded if found >= 0 else -rounded, 10**12)


def moved(op, left, right):
    """Add to and subtract from dates and moments, both of which end with the years that Python knows."""
    if isinstance(left, timedelta):
        left, right = right, left
    sign = 1 if op == '+' else -1
    if isinstance(left, datetime):
        return left + sign * right if isinstance(right, timedelta) else left - right
    if isinstance(right, date):
        return (left - right).days
    if isinstance(right, int):
        return left + sign * timedelta(days=right)
    return (datetime.combine(left, time()) + sign * right).date()


def as_date(value):
    return value.astimezone(UTC).date() if isinstance(value, datetime) else value


def call(name, *values):
    value, *others = values
    match name:
        case 'lower' | 'upper':
            return getattr(value, name)()
        case 'trim':
            return value.strip(WHITE_SPACE)
        case 'size':
            return len(value)
        case 'startsWith':
            return value.startswith(*others)
        case 'endsWith':
            return value.endswith(*others)
        case 'contains':
            return others[0] in value
        case 'year' | 'month' | 'day':
            return getattr(as_date(value), name)
        case 'date':
            return date.fromisoformat(value) if isinstance(value, str) else as_date(value)
        case 'datetime':
            return datetime.fromisoformat(value)
        case 'duration':
            return DURATIONS[value]
    raise AssertionError(name)


# The durations that tests write.
DURATIONS = {
    'P1D': timedelta(days=1), 'PT36H': timedelta(hours=36), '-PT0.000001S': timedelta(microseconds=-1),
    'P999999999D': timedelta(days=999_999_999), 'P2W': timedelta(weeks=2), '-P3DT1H2M3.5S': -timedelta(
        days=3, hours=1, minutes=2, seconds=3.5
    ),
}  # fmt: skip
