"""Conventions of the source that are no numbered invariant: nothing unfinished, untested or undocumented."""

import ast
import re

from netbox_custom_objects.views import REGISTERED
from tests.conventions.source import NAME, modules

# Put together here, so that this file does not find itself.
UNFINISHED = re.compile('|'.join(['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK']))
SKIPPING = re.compile(
    '|'.join([r'pytest\.' + 'skip', r'mark\.' + 'skip', r'mark\.' + 'xfail', 'skip' + 'Test', 'import' + 'orskip'])
)

DOCSTRING_LINES = 8

# What parameters are called that hold something of one type.
PER_TYPE = {'cls', 'definition', 'field', 'instance', 'model', 'obj', 'queryset', 'self'}


def test_nothing_is_unfinished():
    for module in modules(NAME, 'tests'):
        for number, line in enumerate(module.text.splitlines(), 1):
            assert not UNFINISHED.search(line), f'{module}:{number}: {line.strip()}'


def test_no_test_is_skipped():
    for module in modules('tests'):
        if str(module).endswith('neighbours/installed.py'):
            continue  # A package registry may not have the plugins of others.
        for number, line in enumerate(module.text.splitlines(), 1):
            assert not SKIPPING.search(line), f'{module}:{number}: {line.strip()}'


def test_no_test_is_a_fixture():
    """One that lost its function to an edit takes the next for its own, which is never run then."""
    for module in modules('tests'):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith('test_'):
                assert not any('fixture' in ast.unparse(decorator) for decorator in node.decorator_list), node.name


def test_modules_say_what_they_are_for():
    for module in modules():
        if module.room == 'migrations' or not module.text.strip():
            continue
        docstring = ast.get_docstring(module.tree)
        assert docstring, f'{module} does not open with what it is for'
        assert len(docstring.splitlines()) <= DOCSTRING_LINES, f'{module} says too much of what it is for'


def test_pages_that_register_are_listed():
    """views.REGISTERED names the modules that NetBox must know before it is asked for addresses."""
    room = f'{NAME}.views.'
    registering = {
        module.name.removeprefix(room)
        for module in modules()
        for node in ast.walk(module.tree)
        if module.name.startswith(room) and isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if ast.unparse(decorator).startswith('register_model_view(')
    }
    assert registering == {*REGISTERED}


def test_physical_names_are_made_in_one_place():
    """I6: what a table, column or sequence is called is decided in definitions/names.py alone."""
    # introspect finds the tables of all types by the pattern of their names.
    makers = {f'{NAME}.definitions.names', f'{NAME}.ddl.introspect'}
    for module in modules():
        if module.name in makers or module.room == 'migrations':
            continue
        for text, line in module.strings():
            assert not re.match(r'custom_objects_(\d|$)|f_$', text), f'{module}:{line} makes a name: {text}'


def test_what_is_built_per_type_is_memoised_on_its_island_alone():
    """I10, as far as source shows it: no other cache is keyed by a class, whose generations are equal to Python."""
    for module in modules():
        for function in ast.walk(module.tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            decorators = {ast.unparse(decorator).split('(')[0].split('.')[-1] for decorator in function.decorator_list}
            if decorators & {'cache', 'lru_cache'}:
                parameters = {argument.arg for argument in function.args.args}
                assert not parameters & PER_TYPE, f'{module}:{function.lineno} caches by a class or an object'
        for name, line in module.names():
            allowed = name != 'memo' or module.name == f'{NAME}.runtime.classes.memo'
            assert allowed, f'{module}:{line} memoises beside per_type'


def test_no_string_stands_alone():
    """The second line of a text whose first one ends the statement would be lost without a trace."""
    for module in modules(NAME, 'tests', 'dev', 'benchmarks'):
        docstrings = {
            node.body[0]
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body
        }
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Expr) and node not in docstrings:
                assert not isinstance(node.value, ast.JoinedStr), f'{module}:{node.lineno}'
                assert not isinstance(getattr(node.value, 'value', None), str), f'{module}:{node.lineno}'
