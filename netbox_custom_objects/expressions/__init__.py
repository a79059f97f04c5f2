"""
Expressions that users write and the program evaluates: a bounded part of Jinja2, over plain values only.

`grammar` says what may be written, `sandbox` evaluates it, `filters` are the filters and tests, `plain` the values.
May import Jinja2 and Django's translations. Must never be handed an instance, a manager or a function: what is in the
values can be read by everyone who may edit the expression (invariant I12).
"""

from .plain import MAX_ITEMS, Choice, ExpressionError, StandIn, plain, text
from .sandbox import Budget, Expression, expression_of

__all__ = (
    'Budget',
    'Choice',
    'Expression',
    'ExpressionError',
    'MAX_ITEMS',
    'StandIn',
    'expression_of',
    'plain',
    'text',
)
