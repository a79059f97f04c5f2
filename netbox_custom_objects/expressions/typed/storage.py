"""
How expressions are stored: as they were written, but with keys of terms in place of names.

So a rename never breaks one; people see the names of today. What was written otherwise (spaces, comments) stays.
"""

import re

from .checker import Typed, check
from .grammar import Node, parse
from .kinds import Kind, Scope
from .problems import InvalidExpression

PLAIN_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')
RESERVED = frozenset({'true', 'false', 'null', 'in'})


def stored_form(source: str, scope: Scope) -> str:
    """
    Return an expression as it is stored; names that the scope does not know stay.

    Raises:
        InvalidExpression: it cannot be read
    """

    def key_of(node: Node) -> str | None:
        term = scope.by_name.get(node.value) if node.op == 'name' else None
        return f'${term.key}' if term else None

    return _replaced(source, parse(source), key_of)


def shown_form(stored: str, scope: Scope) -> str:
    """
    Return a stored expression with the names that its fields have now; keys of deleted fields stay.

    Raises:
        InvalidExpression: it cannot be read
    """

    def name_of(node: Node) -> str | None:
        term = scope.by_key.get(node.value) if node.op == 'key' else None
        return quoted(term.name) if term else None

    return _replaced(stored, parse(stored, stored=True), name_of)


def check_stored(source: str, scope: Scope, wanted: Kind, is_kept: bool = False) -> Typed:
    """
    Return an expression that is stored, or written with names, with the kinds of its parts; see `check`.

    Raises:
        InvalidExpression: it cannot be used; line and column are those of the text that people see
    """
    try:
        return check(parse(source, stored=True), scope, wanted, is_kept)
    except InvalidExpression:
        # Names are longer than keys, or shorter.
        return check(parse(shown_form(source, scope), stored=True), scope, wanted, is_kept)


def quoted(name: str) -> str:
    """Return a field's name as expressions write it."""
    return name if PLAIN_NAME.fullmatch(name) and name not in RESERVED else f'`{name}`'


def _replaced(source: str, tree: Node, replacement) -> str:
    parts, end = [], 0
    for node in sorted(tree.walk(), key=lambda node: node.token.start_pos):
        if (text := replacement(node)) is not None:
            parts += [source[end : node.token.start_pos], text]
            end = node.token.end_pos
    return ''.join([*parts, source[end:]])
