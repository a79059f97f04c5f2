"""What a column holds of a calculated value: null where it does not fit, so that no row is refused for it."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Expression, Value, When
from django.db.models.functions import Cast, Length
from django.db.models.lookups import LessThanOrEqual

from . import pieces
from .kinds import DECIMAL, INTEGER, TEXT, Kind

INT64 = 2**63
# Longer texts are null.
TEXT_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class Result:
    """What a column holds: a kind of values, decimals with so many digits in all and after the point."""

    kind: Kind
    digits: int = 0
    places: int = 0


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


def _between(number: Expression, below: Decimal, above: Decimal) -> Expression:
    """Return a number, null if it is not between two others."""
    return pieces.between(number, pieces.number(below), pieces.number(above))
