"""
Texts in expressions that are compared with the value of a choice field, and are not among its choices: typing errors,
mostly, which would make a rule that never applies.

Asked when an expression is stored. Choices may change afterwards, and the expression stays.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from django.utils.translation import gettext as _

from ..definitions import FieldDefinition
from ..expressions.typed import Scope
from ..expressions.typed.grammar import Node
from .registry import field_type_of

_COMPARISONS = ('==', '!=', 'in')


def refuse_unknown_choices(tree: Node, scope: Scope, fields: Iterable[FieldDefinition]) -> None:
    """
    Refuse an expression, as it was read, that compares a choice field with what is not a choice.

    Args:
        tree: the expression
        scope: what it may read
        fields: the fields that the scope is made of

    Raises:
        InvalidExpression: it does
    """
    by_key = {str(field.id): field for field in fields if field.choice_set}
    for read, literal in _compared(tree) if by_key else ():
        term = scope.by_key.get(read.value) if read.op == 'key' else scope.by_name.get(read.value)
        field = by_key.get(term.key) if term else None
        if field is None or not (gone := field_type_of(field).gone_choices(field, literal.value)):
            continue
        reason = _('“{value}” is not a choice of “{name}”.').format(value=gone[0], name=field.name)
        if alike := get_close_matches(gone[0], field_type_of(field).choices(field).labels, n=1):
            reason += ' ' + _('Did you mean “{meant}”?').format(meant=alike[0])
        raise literal.problem(reason)


def _compared(tree: Node) -> Iterator[tuple[Node, Node]]:
    """Yield (what reads a field, text) for each pair that is compared."""
    for node in tree.walk():
        if node.op not in _COMPARISONS:
            continue
        left, right = node.args
        others = right.args if right.op == 'list' else (right,)
        for other in others:
            for read, literal in ((left, other), (other, left)):
                if read.op in ('name', 'key') and literal.op == 'text':
                    yield read, literal
