"""
Reads the text of an expression: a part of CEL, the Common Expression Language.

An expression is a tree of nodes; nothing is known about its names yet. What is too long or too large is refused here,
so that everything that follows is quick.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, v_args

from .literals import UNUSABLE, decoded_text, number
from .problems import InvalidExpression

MAX_LENGTH = 1_000
MAX_NODES = 250
MAX_DEPTH = 30

# Operators of other languages, for suggestions.
MEANT = {'=': '==', 'and': '&&', '&': '&&', 'or': '||', '|': '||', '#': '//', 'is': '== null'}

# A list as SQL writes it, up to its first comma.
PARENTHESIS = re.compile(r'\bin\s*\([^()]*$')

# `$7` stands for a field in stored expressions; people write names.
GRAMMAR = r"""
?start: either | either CHOICE either ":" start -> choice
?either: both | both ("||" both)+ -> either
?both: relation | relation ("&&" relation)+ -> both
?relation: sum | relation RELATION sum -> binary
?sum: product | sum (PLUS | MINUS) product -> binary
?product: unary | product MULTIPLICATION unary -> binary
?unary: member | (NOT | MINUS) unary -> prefix
?member: primary
    | member "." NAME "(" _arguments? ")" -> method
    | member "." NAME -> attribute
?primary: "(" start ")"
    | OPENING _arguments? "]" -> items
    | NAME "(" _arguments? ")" -> call
    | NAME -> name
    | QUOTED_NAME -> quoted_name
    | KEY -> key
    | TEXT -> text
    | NUMBER -> number
    | TRUE -> true
    | FALSE -> false
    | NULL -> null
_arguments: start ("," start)*

CHOICE: "?"
RELATION: "==" | "!=" | "<=" | ">=" | "<" | ">" | /in\b/
PLUS: "+"
MINUS: "-"
MULTIPLICATION: "*" | "/" | "%"
NOT: "!"
OPENING: "["
TRUE: "true"
FALSE: "false"
NULL: "null"
NAME: /[A-Za-z_][A-Za-z0-9_]*/
QUOTED_NAME: /`[A-Za-z0-9_]+`/
KEY: /\$[0-9]+(_[a-z]+)?/
TEXT: /r?("([^"\\\n]|\\.)*"|'([^'\\\n]|\\.)*')/
NUMBER: /[0-9]+(\.[0-9]+)?(?![A-Za-z0-9_.])/
%ignore /[ \t\r\n]+/
%ignore /\/\/[^\n]*/
"""


@dataclass(frozen=True, slots=True)
class Node:
    """
    One part of an expression.

    `op` says what it is: an operator as it is written, or choice, call, list, name, key, text, number, true, false,
    null, attribute. `value` is the name, key or constant.
    """

    op: str
    token: Token
    args: tuple['Node', ...] = ()
    value: Any = None
    depth: int = 1

    @property
    def position(self) -> tuple[int, int]:
        """Return where it begins, or where its operator stands: line and column."""
        return self.token.line, self.token.column

    def problem(self, reason) -> InvalidExpression:
        return InvalidExpression(reason, *self.position)

    def walk(self) -> Iterator['Node']:
        yield self
        for arg in self.args:
            yield from arg.walk()


@v_args(inline=True)
class _Builder(Transformer):
    """Makes nodes while the parser reads, so that what is too deep ends the reading."""

    def choice(self, condition, token, yes, no):
        return _node('choice', token, condition, yes, no)

    def either(self, *args):
        return _node('||', args[0].token, *args)

    def both(self, *args):
        return _node('&&', args[0].token, *args)

    def binary(self, left, token, right):
        return _node(str(token), token, left, right)

    def prefix(self, token, arg):
        return _node('negative' if token == '-' else '!', token, arg)

    def method(self, receiver, token, *args):
        return _node('call', token, receiver, *args, value=str(token))

    def call(self, token, *args):
        return _node('call', token, *args, value=str(token))

    def attribute(self, receiver, token):
        return _node('attribute', token, receiver, value=str(token))

    def items(self, token, *args):
        return _node('list', token, *args)

    def name(self, token):
        if token == 'in':
            raise InvalidExpression(_unexpected(token), token.line, token.column)
        return _node('name', token, value=str(token))

    def quoted_name(self, token):
        return _node('name', token, value=token[1:-1])

    def key(self, token):
        return _node('key', token, value=token[1:])

    def text(self, token):
        return _constant('text', token, decoded_text)

    def number(self, token):
        return _constant('number', token, number)

    def true(self, token):
        return _node('true', token)

    def false(self, token):
        return _node('false', token)

    def null(self, token):
        return _node('null', token)


def _node(op: str, token: Token, *args: Node, value: Any = None) -> Node:
    depth = 1 + max((arg.depth for arg in args), default=0)
    if depth > MAX_DEPTH:
        raise InvalidExpression(_('The expression is too deeply nested.'), token.line, token.column)
    return Node(op, token, args, value, depth)


def _constant(op: str, token: Token, read) -> Node:
    try:
        return _node(op, token, value=read(token))
    except ValueError as error:
        raise InvalidExpression(error, token.line, token.column) from error


_parser = Lark(GRAMMAR, parser='lalr', transformer=_Builder(), maybe_placeholders=False)


def parse(source: str, *, stored: bool = False) -> Node:
    """
    Read an expression.

    Args:
        source: as people write it, or as it is stored, with keys in place of names

    Raises:
        InvalidExpression: it is not an expression, or is too long, too deep or has too many parts
    """
    if len(source) > MAX_LENGTH and not stored:
        raise InvalidExpression(_('Expressions can have {limit} characters.').format(limit=MAX_LENGTH))
    if found := UNUSABLE.search(source):
        line, column = _place(source, found.start())
        raise InvalidExpression(_('Null characters and surrogates cannot be used.'), line, column)
    try:
        tree = _parser.parse(source)
    except UnexpectedCharacters as error:
        raise InvalidExpression(_unexpected(error.char), error.line, error.column) from None
    except UnexpectedInput as error:
        if (token := getattr(error, 'token', None)) is not None and token.type != '$END':
            raise InvalidExpression(_unexpected(token, source[: token.start_pos]), token.line, token.column) from None
        raise InvalidExpression(_('The expression is not complete.'), *_place(source, len(source))) from None
    for count, node in enumerate(tree.walk(), 1):
        if count > MAX_NODES:
            raise node.problem(_('Expressions can have {limit} parts.').format(limit=MAX_NODES))
        if not stored and node.op == 'key':
            raise node.problem(_unexpected('$'))
    return tree


def _unexpected(text: str, before: str = '') -> str:
    reason = _('“{text}” is not expected here.').format(text=text)
    is_list = text == ',' and PARENTHESIS.search(before)
    if meant := '[…]' if is_list else MEANT.get(text.lower()):
        reason += ' ' + _('Did you mean “{meant}”?').format(meant=meant)
    return reason


def _place(source: str, position: int) -> tuple[int, int]:
    """Return the line and column of a position."""
    before = source[:position]
    return before.count('\n') + 1, position - before.rfind('\n')
