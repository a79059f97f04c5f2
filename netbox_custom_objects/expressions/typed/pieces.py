"""
Pieces of SQL that the compiler puts together, as Django expressions; every template is a constant of ours.

While they are calculated with, dates are days since 1970, moments seconds since then, and durations seconds, all
`numeric`: nothing overflows. An argument is never repeated, so that SQL grows only with the expression.
"""

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    DecimalField,
    DurationField,
    Expression,
    Func,
    IntegerField,
    Value,
)
from django.db.models.functions import Cast

from .kinds import DATE, DATETIME, DURATION, Kind

NUMERIC, BOOL = DecimalField(), BooleanField()
# Quotients of decimals are rounded to so many places.
PLACES = 12

DAY = 86_400
MICROSECOND = Decimal('0.000001')
# Days that are added before seconds are divided by a day, so that the dividend is positive.
SHIFT = 10**12
_EPOCH = date(1970, 1, 1)
_FIRST, _LAST = (date.min - _EPOCH).days, (date.max - _EPOCH).days
# The numbers just below and above what Python's values of a kind can be.
LIMITS = {
    DATE: (_FIRST - 1, _LAST + 1),
    DATETIME: (_FIRST * DAY - MICROSECOND, (_LAST + 1) * DAY),
    DURATION: (timedelta.min.days * DAY - MICROSECOND, (timedelta.max.days + 1) * DAY),
}
TO_NUMBER = {
    DATE: "(%(expressions)s - '1970-01-01'::date)::numeric",
    DATETIME: "EXTRACT(EPOCH FROM (%(expressions)s AT TIME ZONE 'UTC'))",
    DURATION: 'EXTRACT(EPOCH FROM %(expressions)s)',
}


def joined(operator: str, *args, output_field=NUMERIC) -> Func:
    """Return arguments with an operator between them, in brackets."""
    return Func(*args, template='(%(expressions)s)', arg_joiner=f' {operator} ', output_field=output_field)


def call(name: str, *args, output_field=NUMERIC) -> Func:
    return Func(*args, function=name, output_field=output_field)


def template(text: str, arg, output_field=NUMERIC) -> Func:
    """Return an argument in a template, in which `%(expressions)s` stands for it."""
    return Func(arg, template=text, output_field=output_field)


def number(value: int | Decimal) -> Expression:
    return Cast(Value(Decimal(value), NUMERIC), NUMERIC)


def numeric(expression: Expression) -> Expression:
    return Cast(expression, NUMERIC)


def quotient(dividend: Expression, divisor: Expression, whole: bool) -> Expression:
    """Return the quotient, null if the divisor is 0: cut to a whole number, or rounded to PLACES."""
    divisor = call('NULLIF', divisor, number(0))
    if whole:
        return call('DIV', dividend, divisor)
    # PostgreSQL itself rounds to places that depend on the numbers.
    cut = call('DIV', joined('*', dividend, number(10 ** (PLACES + 1))), divisor)
    return call('ROUND', joined('*', cut, number(Decimal(1).scaleb(-PLACES - 1))), Value(PLACES))


def remainder(dividend: Expression, divisor: Expression) -> Expression:
    """Return the remainder, which has the sign of the dividend, null if the divisor is 0."""
    return call('MOD', dividend, call('NULLIF', divisor, number(0)))


def within(kind: Kind, count: Expression) -> Expression:
    """Return a number of days or seconds, null if it is beyond what a kind can be."""
    return between(count, *map(number, LIMITS[kind]))


def between(count: Expression, below: Expression, above: Expression) -> Expression:
    """Return a number, null if it is not between two others."""
    # GREATEST and LEAST skip null: it becomes the bound below, and null again.
    bounded = call('LEAST', call('GREATEST', count, below), above)
    return call('NULLIF', call('NULLIF', bounded, below), above)


def counted(kind: Kind, value: Expression) -> Expression:
    """Return a date, moment or duration as a number."""
    return template(TO_NUMBER[kind], value)


def uncounted(kind: Kind, count: Expression) -> Expression:
    """Return the date, moment or duration that a number stands for."""
    if kind == DATE:
        return template("('1970-01-01'::date + %(expressions)s)", Cast(count, IntegerField()), DateField())
    rest = call('MOD', _shifted(count), number(DAY))
    interval = Func(
        Cast(days_of(count), IntegerField()),
        # Less than a day: exact to the microsecond.
        template('(%(expressions)s)::double precision', rest),
        template='make_interval(days => %(expressions)s)',
        arg_joiner=', secs => ',
        output_field=DurationField(),
    )
    if kind == DURATION:
        return interval
    moment = "(('1970-01-01'::timestamp + %(expressions)s) AT TIME ZONE 'UTC')"
    return template(moment, interval, DateTimeField())


def days_of(seconds: Expression) -> Expression:
    """Return how many whole days are in seconds, rounded down."""
    return joined('-', call('DIV', _shifted(seconds), number(DAY)), number(SHIFT))


def _shifted(seconds: Expression) -> Expression:
    return joined('+', seconds, number(SHIFT * DAY))
