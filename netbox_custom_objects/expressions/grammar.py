"""
What may be written in an expression: the constructs of Jinja2 that are allowed, by the nodes of its syntax tree.

Anything that is not listed here is refused: calls, powers, macros, blocks, imports, and what Jinja2 may learn later.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from jinja2 import Environment, TemplateSyntaxError, meta, nodes
from jinja2.visitor import NodeTransformer

from .filters import FILTERS, TESTS
from .plain import NUMBERS, is_small

# The column holds 500 characters; these bound what a program may pass.
MAX_SOURCE = 1_000
MAX_NODES = 400
MAX_NESTING = 40

ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.Dict,
    nodes.Pair, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Keyword,
    nodes.Compare, nodes.Operand, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg,
    nodes.Pos, nodes.Not, nodes.And, nodes.Or, nodes.Concat, nodes.If, nodes.For, nodes.Assign,
)  # fmt: skip
# How to call what people may try.
CONSTRUCTS = {
    nodes.Pow: '**',
    nodes.Call: gettext_lazy('a call such as name()'),
    nodes.AssignBlock: '{% set %}…{% endset %}',
    nodes.Macro: '{% macro %}',
    nodes.CallBlock: '{% call %}',
    nodes.FilterBlock: '{% filter %}',
    nodes.With: '{% with %}',
    nodes.Block: '{% block %}',
    nodes.Extends: '{% extends %}',
    nodes.Include: '{% include %}',
    nodes.Import: '{% import %}',
    nodes.FromImport: '{% from %}',
    nodes.ScopedEvalContextModifier: '{% autoescape %}',
}
# What neither a database nor a page can hold; only escapes such as '\\x00' make it.
UNUSABLE = re.compile('[\x00\ud800-\udfff]')
# Names to which Jinja2 gives a meaning of its own.
SPECIAL_NAMES = frozenset({'self', 'super', 'caller', 'varargs', 'kwargs'})

# Filters that the compiled expression has besides; their names cannot be written.
CONCATENATED, COUNTED, KEPT, SLICED = ' concatenated', ' counted', ' kept', ' sliced'


@dataclass(frozen=True, slots=True)
class Parsed:
    """An expression that was read: what is wrong with it, else what it reads and the tree to compile."""

    problems: tuple[str, ...] = ()
    # By name: the attributes that are read of it, None if it is used as a whole.
    reads: dict[str, frozenset[str] | None] = field(default_factory=dict)
    tree: nodes.Template | None = None


def parse(source: str, environment: Environment) -> Parsed:
    """Read an expression; every problem is a sentence that names its line."""
    if len(source) > MAX_SOURCE:
        return Parsed((_('The expression is too long.'),))
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        return Parsed((_('Line {line}: {error}').format(line=error.lineno, error=error.message),))
    except (RecursionError, ValueError):
        # Also a number with more digits than Python reads.
        return Parsed((_('The expression is too deeply nested, or a number in it is too long.'),))
    if _is_too_large(tree):
        return Parsed((_('The expression has too many parts, or is too deeply nested.'),))
    if problems := tuple(dict.fromkeys(_problems(tree))):
        return Parsed(problems)
    try:
        reads = _reads(tree)
    except TemplateSyntaxError as error:
        # Some is told only by Jinja2's compiler, which looks for the names.
        return Parsed((_('Line {line}: {error}').format(line=error.lineno, error=error.message),))
    return Parsed(reads=reads, tree=_Bounded().visit(tree))


def _is_too_large(tree: nodes.Template) -> bool:
    """Whether the tree has too many nodes or levels; told without recursion."""
    level, count = [tree], 0
    for _level in range(MAX_NESTING):
        count += len(level)
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level or count > MAX_NODES:
            break
    return bool(level) or count > MAX_NODES


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)


def _problems(tree: nodes.Template) -> Iterator[str]:
    for node in _walk(tree):
        if what := _refused(node):
            yield _('Line {line}: {what} cannot be used in an expression.').format(line=node.lineno, what=what)


def _refused(node: nodes.Node) -> str | None:
    """Return what of this node is refused, None if nothing is."""
    match node:
        case nodes.Filter(name=name) if name not in FILTERS:
            return _('the filter "{name}"').format(name=name)
        case nodes.Test(name=name) if name not in TESTS:
            return _('the test "{name}"').format(name=name)
        case nodes.Filter() | nodes.Test() if node.dyn_args is not None or node.dyn_kwargs is not None:
            return '*'
        case nodes.Getattr(attr=attr) if attr.startswith('_'):
            return f'.{attr}'
        case nodes.Name(name=name) if name in SPECIAL_NAMES:
            return f'"{name}"'
        case nodes.Const(value=value) if isinstance(value, NUMBERS) and not is_small(value):
            return _('a number of this size')
        case nodes.Const(value=str() as value) if UNUSABLE.search(value):
            return _('a null character or a surrogate')
        case nodes.For(recursive=True):
            return 'recursive'
        case nodes.For() | nodes.Assign() if not isinstance(node.target, nodes.Name):
            return _('more than one name at a time')
    if isinstance(node, ALLOWED):
        return None
    return str(CONSTRUCTS.get(type(node), type(node).__name__.lower()))


def _reads(tree: nodes.Template) -> dict[str, frozenset[str] | None]:
    """Return which fields an expression reads, and which attributes of each; None where a field is used as a whole."""
    attributes: dict[str, set[str]] = {}
    whole, seen = set(), set()
    for node in _walk(tree):
        match node:
            case nodes.Getattr(node=nodes.Name() as name, attr=attribute):
                pass
            case nodes.Getitem(node=nodes.Name() as name, arg=nodes.Const(value=str() as attribute)):
                pass
            case nodes.Name(name=name) if id(node) not in seen:
                whole.add(name)
                continue
            case _:
                continue
        seen.add(id(name))
        attributes.setdefault(name.name, set()).add(attribute)
    return {
        name: None if name in whole else frozenset(attributes.get(name, ()))
        for name in meta.find_undeclared_variables(tree)
    }


class _Bounded(NodeTransformer):
    """Leads what could grow or go on for long through filters that bound it."""

    def visit_For(self, node: nodes.For) -> nodes.For:
        node = self.generic_visit(node)
        cost = sum(1 for part in (*node.body, node.test) if part is not None for _child in _walk(part))
        node.iter = _filter(COUNTED, node.iter, nodes.Const(cost))
        return node

    def visit_Assign(self, node: nodes.Assign) -> nodes.Assign:
        node = self.generic_visit(node)
        node.node = _filter(KEPT, node.node)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Expr:
        return _filter(CONCATENATED, nodes.List(self.generic_visit(node).nodes, lineno=node.lineno))

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Expr:
        node = self.generic_visit(node)
        if not isinstance(node.arg, nodes.Slice):
            return node
        bounds = (node.arg.start, node.arg.stop, node.arg.step)
        return _filter(SLICED, node.node, *(bound or nodes.Const(None) for bound in bounds))


def _filter(name: str, node: nodes.Expr, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)
