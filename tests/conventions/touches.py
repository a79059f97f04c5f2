"""
Where our modules touch the insides of a host: NetBox, netbox-branching, Django and the libraries that come with them.

Told from the source. An inside is what a host does not document: attributes with an underscore, some names without one,
and some of its modules.
"""

import ast
import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from tests.conventions.source import NAME, Module, modules

# Underscored, but documented by Django.
DOCUMENTED = {'_meta', '_state', '_default_manager', '_base_manager'}
# Insides without an underscore, by what they are called where they are read.
INSIDES = {
    '__wrapped__', 'DEFAULT_GENERATOR_CLASS', 'all_models', 'annotation_col_map', 'app_configs', 'atomic_blocks',
    'create_connection', 'depended_by', 'depends_on', 'do_pending_operations', 'execute_wrappers', 'fields_cache',
    'final_action', 'generate_object_change', 'get_compiler', 'in_atomic_block', 'run_on_commit', 'savepoint_ids',
}  # fmt: skip
# Internal modules of hosts: every import from them counts as a touch.
INSIDE_MODULES = {
    'core.signals', 'django.apps.registry', 'django.db.models.base', 'django.db.models.fields.mixins',
    'django.db.models.fields.related_descriptors', 'netbox.context', 'netbox.models.deletion', 'netbox.registry',
    'netbox_branching.contextvars', 'netbox_branching.merge_strategies',
}  # fmt: skip
PRIVATE = re.compile(r'_[a-z]\w*')
MARKUP = re.compile(rb'<|\b(?:class|id)=')
# Functions and methods that take the name of an attribute.
BY_NAME = {'getattr', 'hasattr', 'setattr', 'get', 'pop', 'setdefault'}


@cache
def own_names() -> frozenset[str]:
    """Return the names that the package gives to something: a class, a function, a variable, an attribute of self."""
    found = set()
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value):
                found.add(node.attr)
            elif isinstance(node, ast.Dict):  # attributes of a class that is made by calling type()
                found |= {key.value for key in node.keys if isinstance(key, ast.Constant)}
    # Also of Django's querysets, which are filled in for it.
    return frozenset(found - {'_result_cache', '_prefetch_done', '_for_write', '_apply_prefetching', '_label'})


@cache
def own_notes() -> frozenset[str]:
    """Return the names of attributes that only we set, on what is not ours."""
    return frozenset({
        '_copying_user', '_custom_objects_panel', '_prefetched_for', '_queryset', '_visible_targets',
    })  # fmt: skip


def touches() -> dict[str, set[str]]:
    """Return the names of the insides that each module touches, by its path in the package."""
    found = defaultdict(set)
    for module in modules():
        if module.room != 'migrations':
            for name in (*_touched(module), *_overridden(module)):
                found[module.relative.removeprefix(f'{NAME}/')].add(name)
    return dict(found)


def _overridden(module: Module) -> Iterator[str]:
    """Yield what the classes of a module define, and what a class of a host that they extend has as its own."""
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef):
            bases = inspect.getmro(getattr(importlib.import_module(module.name), node.name))
            theirs = {name for base in bases if base.__module__.split('.')[0] != NAME for name in vars(base)}
            defined = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            yield from (name for name in defined & theirs if PRIVATE.fullmatch(name))


def _touched(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            if _is_foreign(node.attr) or node.attr in INSIDES:
                yield node.attr
            elif isinstance(node.value, ast.Attribute) and node.value.attr == 'query':
                yield f'query.{node.attr}'
        elif isinstance(node, ast.Call):
            yield from _of_call(node)
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith('__dict__'):
            yield from filter(_is_foreign, _texts([node.slice]))
        elif isinstance(node, ast.keyword) and node.arg and _is_foreign(node.arg):
            yield node.arg
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (alias.name for alias in node.names if node.module in INSIDE_MODULES or _is_foreign(alias.name))
        elif isinstance(node, ast.Constant) and isinstance(node.value, bytes) and MARKUP.search(node.value):
            yield 'HTML'


def _of_call(node: ast.Call) -> Iterator[str]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, 'id', '')
    if called == 'super' and node.args:
        yield 'super'
    if called in BY_NAME:
        is_method = isinstance(node.func, ast.Attribute)
        if not is_method or ast.unparse(node.func.value).endswith('__dict__'):
            yield from filter(_is_foreign, _texts(node.args[:2]))


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    return (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_foreign(name: str) -> bool:
    return bool(PRIVATE.fullmatch(name)) and name not in DOCUMENTED | own_names() | own_notes()


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ('self', 'cls')
