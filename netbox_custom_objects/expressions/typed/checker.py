"""
Finds out what each part of an expression is, and refuses what does not go together.

The result is a tree like that of the grammar in which every part has a kind, and names have become terms.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from .functions import DATE_OF_TEXT, FUNCTIONS, LIST, SYNONYMS, Function
from .grammar import MAX_NODES, Node
from .kinds import BOOLEAN, DATE, DATETIME, DECIMAL, DURATION, INTEGER, NULL, SCALARS, TEXT, Kind, Scope, Term, list_of
from .patterns import UnsupportedPattern
from .problems import InvalidExpression

ORDER = ('<', '<=', '>', '>=')
# Of an expression with what the computed fields that it reads are calculated from.
MAX_PARTS = 4 * MAX_NODES
# Result kinds of addition and subtraction, other than numbers.
SUMS = {
    ('+', TEXT, TEXT): TEXT,
    ('+', DATE, DURATION): DATE,
    ('+', DURATION, DATE): DATE,
    ('+', DATE, INTEGER): DATE,
    ('+', DATETIME, DURATION): DATETIME,
    ('+', DURATION, DATETIME): DATETIME,
    ('+', DURATION, DURATION): DURATION,
    ('-', DATE, DATE): INTEGER,
    ('-', DATE, DURATION): DATE,
    ('-', DATE, INTEGER): DATE,
    ('-', DATETIME, DATETIME): DURATION,
    ('-', DATETIME, DURATION): DATETIME,
    ('-', DURATION, DURATION): DURATION,
}


@dataclass(frozen=True, slots=True)
class Typed:
    """
    A part of an expression whose kind is known.

    `op` is that of the node, but for: constant (a value of Python's), term, fitted (a calculated term; `value` is the
    Result), call (`value` is the function, and `constant` what it read), is null.
    """

    op: str
    kind: Kind
    args: tuple['Typed', ...] = ()
    value: Any = None
    constant: Any = None

    def walk(self) -> Iterator['Typed']:
        yield self
        for arg in self.args:
            yield from arg.walk()


def typed_term(term: Term) -> Typed:
    """Return the value of a term; that of a calculated one with what it is calculated from."""
    if term.calculated is None:
        return Typed('term', term.kind, value=term)
    typed, result = term.calculated
    return Typed('fitted', term.kind, (typed,), result)


def check(node: Node, scope: Scope, wanted: Kind | None = None, is_kept: bool = False) -> Typed:
    """
    Return an expression with the kinds of its parts.

    Args:
        node: what the grammar read
        scope: what it may read
        wanted: what it must be, if that matters; an integer also passes for a decimal
        is_kept: whether the database keeps the value, which must not change with time then

    Raises:
        InvalidExpression: parts do not go together, or what is read does not exist
    """
    typed = _Checker(scope, is_kept).check(node)
    if sum(1 for _part in typed.walk()) > MAX_PARTS:
        raise node.problem(_('The expression is too long together with those of the computed fields that it reads.'))
    if typed.kind == NULL or typed.kind.items or typed.kind not in SCALARS:
        raise node.problem(_('The result cannot be {kind}.').format(kind=typed.kind.label))
    if wanted not in (None, typed.kind) and (wanted, typed.kind) != (DECIMAL, INTEGER):
        raise InvalidExpression(_('The result must be {wanted}, not {kind}.').format(
            wanted=wanted.label, kind=typed.kind.label
        ))  # fmt: skip
    return typed


class _Checker:
    def __init__(self, scope: Scope, is_kept: bool):
        self.scope = scope
        self.is_kept = is_kept
        self.methods = {
            'name': self.name, 'key': self.key, 'call': self.call, 'attribute': self.attribute, 'choice': self.choice,
            'list': self.list, 'in': self.contained, '==': self.equal, '!=': self.equal, '+': self.sum, '-': self.sum,
            '*': self.product, '/': self.product, '%': self.product, '&&': self.logical, '||': self.logical,
            '!': self.logical, 'negative': self.negative, 'number': self.constant, 'text': self.constant,
            'true': self.constant, 'false': self.constant, 'null': self.constant,
            **dict.fromkeys(ORDER, self.order),
        }  # fmt: skip

    def check(self, node: Node) -> Typed:
        return self.methods[node.op](node)

    def check_all(self, node: Node) -> tuple[Typed, ...]:
        return tuple(map(self.check, node.args))

    def constant(self, node: Node) -> Typed:
        match node.op:
            case 'null':
                return Typed('constant', NULL)
            case 'true' | 'false':
                return Typed('constant', BOOLEAN, value=node.op == 'true')
            case 'text':
                return Typed('constant', TEXT, value=node.value)
        return Typed('constant', INTEGER if isinstance(node.value, int) else DECIMAL, value=node.value)

    def name(self, node: Node) -> Typed:
        if term := self.scope.by_name.get(node.value):
            return typed_term(term)
        if reason := self.scope.refused.get(node.value):
            raise node.problem(reason)
        reason = _('Unknown field “{name}”.').format(name=node.value)
        if alike := get_close_matches(node.value, self.scope.by_name, n=1):
            reason += ' ' + _('Did you mean “{meant}”?').format(meant=alike[0])
        raise node.problem(reason)

    def key(self, node: Node) -> Typed:
        if term := self.scope.by_key.get(node.value):
            return typed_term(term)
        raise node.problem(_('The field that was read here has been deleted.'))

    def attribute(self, node: Node) -> Typed:
        raise node.problem(_('Only fields of the object itself can be read: “.{name}” cannot.').format(name=node.value))

    def list(self, node: Node) -> Typed:
        raise node.problem(_('A list in brackets can only stand after “in”.'))

    def logical(self, node: Node) -> Typed:
        args = self.check_all(node)
        for child, arg in zip(node.args, args):
            self.expect(child, arg, node.op, BOOLEAN)
        return Typed(node.op, BOOLEAN, args)

    def expect(self, node: Node, typed: Typed, op: str, wanted: Kind) -> None:
        if typed.kind != wanted:
            raise node.problem(
                _('“{op}” takes {wanted}, not {kind}.').format(op=op, wanted=wanted.label, kind=typed.kind.label)
            )

    def equal(self, node: Node) -> Typed:
        left, right = self.check_all(node)
        if NULL in (left.kind, right.kind):
            value = left if right.kind == NULL else right
            if value.kind == NULL:
                raise node.problem(_('Compare a field with null.'))
            return Typed('is null', BOOLEAN, (value,), node.op == '==')
        if _common(left.kind, right.kind) is None or left.kind not in SCALARS and left.kind.name != 'reference':
            raise self.unfit(node, left, right)
        return Typed(node.op, BOOLEAN, (left, right))

    def order(self, node: Node) -> Typed:
        left, right = self.check_all(node)
        if _common(left.kind, right.kind) is None or not left.kind.is_ordered:
            raise self.unfit(node, left, right)
        return Typed(node.op, BOOLEAN, (left, right))

    def unfit(self, node: Node, left: Typed, right: Typed) -> InvalidExpression:
        reason = _('“{op}” cannot be used between {left} and {right}.').format(
            op=node.op, left=left.kind.label, right=right.kind.label
        )
        if {left.kind, right.kind} == {DATE, DATETIME}:
            reason += ' ' + _('date(…) makes a date of a date and time.')
        return node.problem(reason)

    def sum(self, node: Node) -> Typed:
        left, right = self.check_all(node)
        if left.kind.is_number and right.kind.is_number:
            return Typed(node.op, _common(left.kind, right.kind), (left, right))
        kind = SUMS.get((node.op, left.kind, right.kind))
        if kind is None:
            raise self.unfit(node, left, right)
        return Typed(node.op, kind, (left, right))

    def product(self, node: Node) -> Typed:
        left, right = self.check_all(node)
        if not (left.kind.is_number and right.kind.is_number):
            raise self.unfit(node, left, right)
        return Typed(node.op, _common(left.kind, right.kind), (left, right))

    def negative(self, node: Node) -> Typed:
        (arg,) = self.check_all(node)
        if not arg.kind.is_number and arg.kind != DURATION:
            raise node.problem(_('“-” cannot be used on {kind}.').format(kind=arg.kind.label))
        return Typed('negative', arg.kind, (arg,))

    def choice(self, node: Node) -> Typed:
        condition, yes, no = self.check_all(node)
        self.expect(node.args[0], condition, '?', BOOLEAN)
        kind = no.kind if yes.kind == NULL else yes.kind if no.kind == NULL else _common(yes.kind, no.kind)
        if kind not in SCALARS:
            raise node.problem(
                _('Both results must be alike; they are {left} and {right}.').format(
                    left=yes.kind.label, right=no.kind.label
                )
            )
        return Typed('choice', kind, (condition, yes, no))

    def contained(self, node: Node) -> Typed:
        value = self.check(node.args[0])
        items = node.args[1]
        if items.op != 'list':
            found = self.check(items)
            if found.kind.items is None or _common(value.kind, found.kind.items) is None:
                raise self.unfit(node, value, found)
            return Typed('in', BOOLEAN, (value, found))
        if not items.args:
            raise items.problem(_('The list is empty.'))
        args = self.check_all(items)
        for child, item in zip(items.args, args):
            if _common(value.kind, item.kind) is None or value.kind not in SCALARS:
                raise self.unfit(Node(node.op, child.token), value, item)
        return Typed('in', BOOLEAN, (value, Typed('list', list_of(value.kind), args)))

    def call(self, node: Node) -> Typed:
        function = FUNCTIONS.get(node.value)
        if function is None:
            reason = _('Unknown function “{name}”.').format(name=node.value)
            if alike := SYNONYMS.get(node.value.lower(), *get_close_matches(node.value, FUNCTIONS, n=1)):
                reason += ' ' + _('Did you mean “{meant}”?').format(meant=alike)
            raise node.problem(reason)
        if function.is_volatile and self.is_kept:
            raise node.problem(_('“{name}” cannot be used here: its value changes with time.').format(name=node.value))
        if len(node.args) != len(function.parameters):
            raise node.problem(
                _('“{name}” takes {wanted} values, not {count}.').format(
                    name=node.value, wanted=len(function.parameters), count=len(node.args)
                )
            )
        if node.value == 'date' and node.args[0].op == 'text':
            function = DATE_OF_TEXT
        args = self.check_all(node)
        for child, arg, kinds in zip(node.args, args, function.parameters):
            if arg.kind not in kinds and not (LIST in kinds and arg.kind.items):
                raise child.problem(
                    _('“{name}” cannot be used on {kind}.').format(name=node.value, kind=arg.kind.label)
                )
        if function.constant is None:
            return Typed('call', function.result, args, function)
        return self.call_with_constant(node, function, args)

    def call_with_constant(self, node: Node, function: Function, args: tuple[Typed, ...]) -> Typed:
        """Return the call of a function whose last argument is read now."""
        last = node.args[-1]
        if last.op != 'text':
            raise last.problem(_('“{name}” takes {what}.').format(name=function.name, what=function.constant_label))
        try:
            constant = function.constant(last.value)
        except UnsupportedPattern as error:
            raise last.problem(error) from error
        except (ValueError, OverflowError) as error:
            raise last.problem(
                _('“{name}” takes a text {what}.').format(name=function.name, what=function.constant_label)
            ) from error
        if len(args) == 1:
            return Typed('constant', function.result, value=constant)
        return Typed('call', function.result, args[:-1], function, constant)


def _common(left: Kind, right: Kind) -> Kind | None:
    """Return what two kinds have in common: themselves, or decimal for two numbers; None if nothing."""
    if left.is_number and right.is_number:
        return left if left == right else DECIMAL
    return left if left == right else None
