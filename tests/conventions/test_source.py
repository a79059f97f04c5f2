"""Conventions of the source that are no numbered invariant: nothing unfinished, untested or undocumented."""

import ast
import re

import pytest

from dev.paths import ROOT
from netbox_custom_objects.field_types import FIELD_TYPES
from tests.conventions.source import NAME, modules

# Put together here, so that this file does not find itself.
UNFINISHED = re.compile('|'.join(['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK']))
SKIPPING = re.compile(
    '|'.join([r'pytest\.' + 'skip', r'mark\.' + 'skip', r'mark\.' + 'xfail', 'skip' + 'Test', 'import' + 'orskip'])
)

DOCSTRING_LINES = 8


def test_nothing_is_unfinished():
    for module in modules(NAME, 'tests'):
        for number, line in enumerate(module.text.splitlines(), 1):
            assert not UNFINISHED.search(line), f'{module}:{number}: {line.strip()}'


def test_no_test_is_skipped():
    for module in modules('tests'):
        for number, line in enumerate(module.text.splitlines(), 1):
            assert not SKIPPING.search(line), f'{module}:{number}: {line.strip()}'


@pytest.mark.parametrize('module', modules(), ids=str)
def test_modules_say_what_they_are_for(module):
    if module.room == 'migrations' or not module.text.strip():
        return
    docstring = ast.get_docstring(module.tree)
    assert docstring, 'a module opens with what it is for'
    assert len(docstring.splitlines()) <= DOCSTRING_LINES


def test_every_field_type_has_a_test_module():
    tested = {path.stem.removeprefix('test_') for path in (ROOT / 'tests' / 'field_types').glob('test_*.py')}
    assert set(FIELD_TYPES) <= tested, f'untested: {set(FIELD_TYPES) - tested}'


def test_physical_names_are_made_in_one_place():
    """I6: what a table, column or sequence is called is decided in definitions/names.py alone."""
    # introspect finds the tables of all types by the pattern of their names.
    makers = {f'{NAME}.definitions.names', f'{NAME}.ddl.introspect'}
    for module in modules():
        if module.name in makers or module.room == 'migrations':
            continue
        for text, line in module.strings():
            assert not re.match(r'custom_objects_(\d|$)|f_$', text), f'{module}:{line} makes a name: {text}'
