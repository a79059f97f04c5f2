"""
Makes Django expressions of what was checked, so that Django makes the SQL wherever it is used.

To PostgreSQL all of it is immutable (but for `today` and `now`), and raises no error, regardless of what a row holds:
what cannot be calculated is null.
"""

from collections.abc import Callable

from django.db.models import Case, DateField, DateTimeField, Expression, F, TextField, Value, When
from django.db.models.functions import Cast, Collate, Now

from . import pieces
from .checker import ORDER, Typed
from .fitting import fitted
from .kinds import DATE, DATETIME, DURATION, INTEGER, NULL, TEXT, Term
from .pieces import BOOL, call, joined, template

# Upper and lower case by the rules of Unicode in every database (NetBox needs ICU, too), order by code points.
CASE_RULES, CODE_POINTS = 'und-x-icu', 'C'
# What Unicode calls white space.
WHITE_SPACE = '\t\n\v\f\r \x85\xa0\u1680' + ''.join(map(chr, range(0x2000, 0x200B))) + '\u2028\u2029\u202f\u205f\u3000'
COUNTED = (DATE, DATETIME, DURATION)
OPERATORS = {'&&': 'AND', '||': 'OR', '==': '=', '!=': '<>'}

type Reference = Callable[[Term], Expression]
type Text = Callable[[Expression], Expression]


def unchanged(expression: Expression) -> Expression:
    return expression


def by_attribute(term: Term) -> F:
    """Return a term as querysets of the type's model refer to it."""
    return F(term.attribute)


def compile_expression(typed: Typed, reference: Reference = by_attribute, text: Text = unchanged) -> Expression:
    """
    Return a checked expression as Django has it.

    Args:
        typed: what `check` returned
        reference: how to refer to a term; by default as a queryset of the model does
        text: makes what stands for a constant text of the expression for that text
    """
    return _Compiler(reference, text).value(typed)


def compile_condition(typed: Typed, reference: Reference = by_attribute) -> Expression:
    """Return a checked expression that is true or false as `filter` takes it."""
    return _Compiler(reference).condition(typed)


def _is_counted(typed: Typed) -> bool:
    """Whether a date, datetime or duration is calculated, which makes it a number in SQL."""
    if typed.kind not in COUNTED:
        return False
    return typed.op in ('+', '-', 'negative') or (typed.op == 'choice' and any(map(_is_counted, typed.args)))


class _Compiler:
    def __init__(self, reference: Reference, text: Text = unchanged):
        self.reference = reference
        self.text = text
        self.methods = {
            'constant': self.constant, 'term': self.term, 'fitted': self.fitted, 'call': self.call,
            'choice': self.choice, 'in': self.contained, 'is null': self.is_null, '&&': self.logical,
            '||': self.logical, '!': self.negation,
            'negative': self.negative, '+': self.sum, '-': self.sum, '*': self.product, '/': self.product,
            '%': self.product, '==': self.comparison, '!=': self.comparison, **dict.fromkeys(ORDER, self.comparison),
        }  # fmt: skip
        self.functions = {
            'lower': self.change_case, 'upper': self.change_case, 'trim': self.trim, 'size': self.size,
            'startsWith': self.starts, 'endsWith': self.ends, 'contains': self.has, 'matches': self.matches,
            'year': self.part, 'month': self.part, 'day': self.part, 'date': self.date_of, 'today': self.today,
            'now': self.now,
        }  # fmt: skip

    def natural(self, typed: Typed) -> Expression:
        """Return an expression in its natural form: calculated dates and durations are numbers."""
        return self.methods[typed.op](typed)

    def value(self, typed: Typed) -> Expression:
        """Return an expression as columns hold it."""
        found = self.natural(typed)
        return pieces.uncounted(typed.kind, found) if _is_counted(typed) else found

    def number(self, typed: Typed) -> Expression:
        """Return an expression in the form used for arithmetic; text is unchanged."""
        found = self.natural(typed)
        if typed.kind in COUNTED:
            return found if _is_counted(typed) else pieces.counted(typed.kind, found)
        return pieces.numeric(found) if typed.kind.is_number and typed.op in ('term', 'fitted') else found

    def alike(self, *args: Typed) -> list[Expression]:
        """Return the operands of a comparison: plain columns if neither is calculated, so that indexes can be used."""
        return list(map(self.number if any(map(_is_counted, args)) else self.value, args))

    def constant(self, typed: Typed) -> Expression:
        if typed.kind == NULL:
            return Value(None)
        if typed.kind.is_number:
            return pieces.number(typed.value)
        field = typed.kind.model_field
        found = Cast(Value(typed.value, field), field)
        return self.text(found) if typed.kind == TEXT else found

    def term(self, typed: Typed) -> Expression:
        return self.reference(typed.value)

    def fitted(self, typed: Typed) -> Expression:
        return fitted(self.value(typed.args[0]), typed.value)

    def is_null(self, typed: Typed) -> Expression:
        text = '(%(expressions)s IS NULL)' if typed.value else '(%(expressions)s IS NOT NULL)'
        return template(text, self.natural(typed.args[0]), BOOL)

    def logical(self, typed: Typed) -> Expression:
        return joined(OPERATORS[typed.op], *map(self.natural, typed.args), output_field=BOOL)

    def negation(self, typed: Typed) -> Expression:
        return template('(NOT %(expressions)s)', self.natural(typed.args[0]), BOOL)

    def comparison(self, typed: Typed) -> Expression:
        left, right = self.alike(*typed.args)
        if typed.op in ORDER and typed.args[0].kind == TEXT:
            left = Collate(left, CODE_POINTS)
        return joined(OPERATORS.get(typed.op, typed.op), left, right, output_field=BOOL)

    def contained(self, typed: Typed) -> Expression:
        left, right = typed.args
        if right.op != 'list':
            return joined(
                '=', self.value(left), template('ANY(%(expressions)s)', self.natural(right)), output_field=BOOL
            )
        value, *items = self.alike(left, *right.args)
        return joined('IN', value, joined(',', *items), output_field=BOOL)

    def choice(self, typed: Typed) -> Expression:
        condition, yes, no = typed.args
        results = yes, no
        if typed.kind.is_number or _is_counted(typed):
            yes, no = map(self.number, results)
        else:
            yes, no = map(self.natural, results)
        field = pieces.NUMERIC if typed.kind.is_number or _is_counted(typed) else typed.kind.model_field
        return Case(When(self.condition(condition), then=yes), default=no, output_field=field)

    def condition(self, typed: Typed) -> Expression:
        """Return an expression that Django accepts as a condition, with a boolean output field."""
        return template('(%(expressions)s)', self.natural(typed), BOOL)

    def negative(self, typed: Typed) -> Expression:
        # Brackets: two hyphens would begin a comment.
        found = template('(- %(expressions)s)', self.number(typed.args[0]))
        return pieces.within(typed.kind, found) if typed.kind == DURATION else found

    def sum(self, typed: Typed) -> Expression:
        left, right = typed.args
        if typed.kind == TEXT:
            return joined('||', self.natural(left), self.natural(right), output_field=TextField())
        if typed.kind not in COUNTED:
            return joined(typed.op, self.number(left), self.number(right))
        numbers = [self.number(left), self.number(right)]
        if typed.kind == DATE and DURATION in (left.kind, right.kind):
            # A date counts from its beginning; the result is the day of that moment.
            numbers = [
                joined('*', number, pieces.number(pieces.DAY)) if arg.kind == DATE else number
                for arg, number in zip(typed.args, numbers)
            ]
            return pieces.within(DATE, pieces.days_of(joined(typed.op, *numbers)))
        return pieces.within(typed.kind, joined(typed.op, *numbers))

    def product(self, typed: Typed) -> Expression:
        left, right = map(self.number, typed.args)
        if typed.op == '/':
            return pieces.quotient(left, right, whole=typed.kind == INTEGER)
        return pieces.remainder(left, right) if typed.op == '%' else joined('*', left, right)

    def call(self, typed: Typed) -> Expression:
        return self.functions[typed.value.name](typed)

    def change_case(self, typed: Typed) -> Expression:
        found = call(
            typed.value.name.upper(), Collate(self.natural(typed.args[0]), CASE_RULES), output_field=TextField()
        )
        return Collate(found, CODE_POINTS)

    def trim(self, typed: Typed) -> Expression:
        return call('BTRIM', self.natural(typed.args[0]), Value(WHITE_SPACE), output_field=TextField())

    def size(self, typed: Typed) -> Expression:
        (arg,) = typed.args
        return pieces.numeric(call('CARDINALITY' if arg.kind.items else 'LENGTH', self.natural(arg)))

    def starts(self, typed: Typed) -> Expression:
        return call('STARTS_WITH', *map(self.natural, typed.args), output_field=BOOL)

    def ends(self, typed: Typed) -> Expression:
        text, end = map(self.natural, typed.args)
        # Both are reversed, so that `end` appears in the SQL only once.
        return call('STARTS_WITH', call('REVERSE', text), call('REVERSE', end), output_field=BOOL)

    def has(self, typed: Typed) -> Expression:
        return joined('>', call('STRPOS', *map(self.natural, typed.args)), Value(0), output_field=BOOL)

    def matches(self, typed: Typed) -> Expression:
        return joined('~', self.natural(typed.args[0]), Value(typed.constant), output_field=BOOL)

    def part(self, typed: Typed) -> Expression:
        return template(f'EXTRACT({typed.value.name.upper()} FROM %(expressions)s)', self.as_date(typed.args[0]))

    def date_of(self, typed: Typed) -> Expression:
        return self.as_date(typed.args[0])

    def as_date(self, typed: Typed) -> Expression:
        """Return a date, or that of a moment in UTC."""
        if typed.kind == DATE:
            return self.value(typed)
        if _is_counted(typed):
            return pieces.uncounted(DATE, pieces.days_of(self.natural(typed)))
        return template("(%(expressions)s AT TIME ZONE 'UTC')::date", self.natural(typed), DateField())

    def today(self, typed: Typed) -> Expression:
        return template("(%(expressions)s AT TIME ZONE 'UTC')::date", Now(), DateField())

    def now(self, typed: Typed) -> Expression:
        return Now(output_field=DateTimeField())
