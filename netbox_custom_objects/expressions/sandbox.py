"""
Evaluates expressions: Jinja2's sandbox, narrowed to plain values and to a budget of steps.

Nothing is evaluated when an expression is compiled, and nothing in one can be called. What costs more than its size in
the source (loops, filters, operators) is paid from a budget, so that the same values always take the same time.
"""

import operator
from functools import lru_cache, wraps
from typing import Any

from django.utils.translation import gettext as _
from jinja2 import Undefined, pass_context
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from . import filters, grammar
from .plain import DATES, NUMBERS, Choice, ExpressionError, StandIn, text

MAX_OUTPUT = 500
# One for each operation, one for each item that a filter is given, and one for so many characters of them.
STEPS = 10_000
SIZE_OF_STEP = 32

# The name under which a run's budget is among its values; no name in an expression can hold a blank.
BUDGET = ' budget'

OPERATORS = {
    '+': operator.add,
    '-': operator.sub,
    '*': operator.mul,
    '/': operator.truediv,
    '//': operator.floordiv,
    '%': operator.mod,
}
# Attributes of Python's own that can be read, by the kind of value.
PARTS = (
    (DATES, frozenset({'year', 'month', 'day', 'hour', 'minute', 'second', 'days', 'seconds'})),
    (LoopContext, frozenset({'index', 'index0', 'revindex', 'revindex0', 'first', 'last', 'length'})),
)


class Budget:
    """The steps that one run has left."""

    def __init__(self, steps: int = STEPS):
        self.steps = self.left = min(steps, STEPS)

    @property
    def spent(self) -> int:
        return self.steps - self.left

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise ExpressionError('too many steps')


def spend(context: Context, *values: Any) -> None:
    """Pay for one operation on some values."""
    context.parent[BUDGET].spend(1 + sum(map(_size, values)) // SIZE_OF_STEP)


def _size(value: Any) -> int:
    """Return how much a value holds, in characters; an item counts for a whole step."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        value = [part for item in value.items() for part in item]
    return sum(SIZE_OF_STEP + _size(item) for item in value) if isinstance(value, (list, tuple)) else 0


def paid(name: str, function):
    """Return a filter as the environment has it: paid from the budget, and never evaluated before a run."""

    @pass_context
    @wraps(function)
    def run(context: Context, value: Any, *args, **kwargs):
        spend(context, value, *args, *kwargs.values())
        if name in filters.BY_ATTRIBUTE and (attribute := kwargs.pop('attribute', None)) is not None:
            value = [context.environment.getattr(item, attribute) for item in filters.items(value)]
        return function(value, *args, **kwargs)

    return run


@pass_context
def counted(context: Context, value: Any, cost: int):
    """Yield the items of a loop, each of which costs what the loop does for it."""
    for item in filters.items(value):
        context.parent[BUDGET].spend(1 + cost)
        yield item


@pass_context
def shown(context: Context, value: Any) -> str:
    """Return what `{{ value }}` prints."""
    spend(context, value)
    return text(value)


class ExpressionEnvironment(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox without globals, calls, and attributes of anything but plain values."""

    intercepted_binops = frozenset(OPERATORS) | {'**'}

    def __init__(self):
        # Not optimised: constants would be evaluated when an expression is stored or first used.
        super().__init__(autoescape=False, optimized=False, cache_size=0, finalize=shown)
        self.globals = {}
        self.tests = dict(filters.TESTS)
        own = {
            grammar.CONCATENATED: filters.concatenated,
            grammar.KEPT: filters.kept,
            grammar.SLICED: filters.sliced,
        }
        self.filters = {name: paid(name, function) for name, function in (filters.FILTERS | own).items()}
        self.filters[grammar.COUNTED] = counted

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an attribute of a plain value: of nothing it is undefined, and what is not listed is an error."""
        if isinstance(obj, StandIn):
            found = {'display': obj.display, **obj.attributes}
            if attribute in found:
                return found[attribute]
        elif isinstance(obj, dict):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        elif isinstance(obj, Choice) and attribute in ('value', 'label'):
            return str.__str__(obj) if attribute == 'value' else obj.label
        elif obj is None:
            return self.undefined(obj=obj, name=attribute)
        elif any(attribute in parts and isinstance(obj, kind) for kind, parts in PARTS) and hasattr(obj, attribute):
            return getattr(obj, attribute)
        raise ExpressionError(f'"{attribute}" is not available')

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item of a list or text, by position, or an attribute."""
        if isinstance(argument, int) and isinstance(obj, (str, list, tuple)):
            return obj[argument] if -len(obj) <= argument < len(obj) else self.undefined(obj=obj, name=str(argument))
        if not isinstance(argument, str) or isinstance(obj, Undefined):
            raise ExpressionError('item')
        return self.getattr(obj, argument)

    def call(self, *args, **kwargs):
        """Refuse: nothing that expressions see can be called."""
        raise ExpressionError('call')

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate with numbers; of text, only two can be added."""
        spend(context, left, right)
        if operator == '+' and isinstance(left, (str, type(None))) and isinstance(right, (str, type(None))):
            return filters.concatenated([left, right])
        function = OPERATORS.get(operator)
        if function is None or not isinstance(left, NUMBERS) or not isinstance(right, NUMBERS):
            raise ExpressionError(f'{operator} is for numbers')
        return filters.number(function(left, right))


_environment = ExpressionEnvironment()


class Expression:
    """A compiled expression, or what is wrong with it."""

    def __init__(self, source: str):
        parsed = grammar.parse(source, _environment)
        self.problems = parsed.problems
        # By name of a field: the attributes that are read of it, None if it is used as a whole.
        self.reads = parsed.reads
        self._template = None
        if parsed.tree is not None:
            try:
                code = _environment.compile(parsed.tree)
            except (SyntaxError, RecursionError):
                # Python nests loops to a limit of its own.
                self.problems = (_('The expression is too deeply nested.'),)
            else:
                self._template = _environment.template_class.from_code(_environment, code, {})

    def render(self, values: dict[str, Any], budget: Budget | None = None) -> str:
        """
        Return the text for some plain values, at most MAX_OUTPUT characters of it.

        Args:
            values: by name of a field
            budget: what else is paid from; by default one of its own

        Raises:
            Exception: of any kind; the values do not fit, or a bound was reached
        """
        if self._template is None:
            raise ExpressionError(' '.join(self.problems))
        parts, length = [], 0
        context = self._template.new_context({**values, BUDGET: budget or Budget()})
        for part in self._template.root_render_func(context):
            parts.append(part)
            length += len(part)
            if length > 2 * MAX_OUTPUT:
                break
        return ''.join(parts).strip()[:MAX_OUTPUT].rstrip()


@lru_cache(maxsize=1024)
def expression_of(source: str) -> Expression:
    """Return an expression, compiled once; never fails."""
    return Expression(source)
