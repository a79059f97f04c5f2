"""Expressions whose values are kept in a column, and sums of them."""

from django.db.models import Expression
from django.db.models.functions import Coalesce

from . import pieces
from .checker import Typed
from .compiler import Reference, Text, by_attribute, compile_expression, unchanged
from .fitting import Result, fitted
from .kinds import DURATION, TEXT
from .rows import literal_sql, own_column


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
