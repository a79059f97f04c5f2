"""
The typed language of rules, conditions and computed values: a part of CEL, calculated by PostgreSQL alone.

`grammar` reads it, `checker` finds out what its parts are, `compiler` makes Django expressions of it, `storage` names
fields by their ids. Must never be handed an instance, a manager or a function of Python's: an expression sees the
values of one row (invariant I12).
"""

from .checker import Typed, check
from .compiler import compile_condition, compile_expression
from .fitting import Result
from .grammar import parse
from .kinds import Kind, Scope, Term
from .problems import InvalidExpression
from .results import compile_result, sql_of_result, summed
from .rows import evaluate, sql_of
from .storage import check_stored, shown_form, stored_form

__all__ = (
    'InvalidExpression',
    'Kind',
    'Result',
    'Scope',
    'Term',
    'Typed',
    'check',
    'check_stored',
    'compile_condition',
    'compile_expression',
    'compile_result',
    'evaluate',
    'parse',
    'shown_form',
    'sql_of',
    'sql_of_result',
    'stored_form',
    'summed',
)
