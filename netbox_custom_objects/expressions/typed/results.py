"""
Expressions whose values are kept in a column: what the column cannot hold is null, so that no row is refused for it.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Expression, Value, When
from django.db.models.functions import Cast, Coalesce, Length
from django.db.models.lookups import LessThanOrEqual

from . import pieces
from .checker import Typed
from .compiler import Reference, Text, by_attribute, compile_expression, unchanged
from .kinds import DECIMAL, DURATION, INTEGER, TEXT, Kind
from .rows import literal_sql, own_column

INT64 = 2**63
# Longer texts are null.
TEXT_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class Result:
    """What a column holds: a kind of values, decimals with so many digits in all and after the point."""

    kind: Kind
    digits: int = 0
    places: int = 0


def compile_result(
    typed: Typed, result: Result, reference: Reference = by_attribute, text: Text = unchanged
) -> Expression:
    """
    Return a checked expression as a column holds it, null where the value does not fit.

    Args:
        typed: what `check` returned
        result: what the column holds; decimals are rounded, half away from zero
        reference: how to refer to a term
        text: as for `compile_expression`
    """
    return fitted(compile_expression(typed, reference, text), result)


def fitted(found: Expression, result: Result) -> Expression:
    """Return an expression as a column holds it, null where the value does not fit."""
    if result.kind == INTEGER:
        return Cast(_between(found, Decimal(-INT64 - 1), Decimal(INT64)), INTEGER.model_field)
    if result.kind == DECIMAL:
        limit = Decimal(10) ** (result.digits - result.places)
        return _between(pieces.call('ROUND', pieces.numeric(found), Value(result.places)), -limit, limit)
    if result.kind == TEXT:
        return Case(When(LessThanOrEqual(Length(found), TEXT_LENGTH), then=found), output_field=TEXT.model_field)
    return found


def summed(values: Expression, result: Result) -> Expression:
    """Return the sum of the values of rows, 0 of none, null where it does not fit."""
    if result.kind == DURATION:
        # As numbers, because intervals overflow.
        seconds = Coalesce(pieces.call('SUM', pieces.counted(DURATION, values)), pieces.number(0))
        return pieces.uncounted(DURATION, pieces.within(DURATION, seconds))
    return fitted(Coalesce(pieces.call('SUM', pieces.numeric(values)), pieces.number(0)), result)


def sql_of_result(typed: Typed, result: Result, column_type: str) -> str:
    """Return how a generated column of a type is calculated. Must not query."""
    text = literal_sql(compile_result(typed, result, own_column, _never_constant))
    return f'({text})::{column_type}'


def _never_constant(text: Expression) -> Expression:
    """
    Return a constant text in a way that PostgreSQL does not take for constant.

    When it looks whether a generated column is immutable, it calculates what is constant before it knows collations:
    every comparison, search and change of case fails.
    """
    return pieces.template('(%(expressions)s || LEFT("id"::text, 0))', text, TEXT.model_field)


def _between(number: Expression, below: Decimal, above: Decimal) -> Expression:
    """Return a number, null if it is not between two others."""
    return pieces.between(number, pieces.number(below), pieces.number(above))
