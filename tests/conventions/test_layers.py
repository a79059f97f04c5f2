"""I1 to I5: who may import what, who may change schemas, how long things may be, and what siblings may be called."""

import re
import sys
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

from dev.paths import PACKAGE, ROOT
from tests.conventions.source import NAME, is_module, modules
from tests.support.processes import run_new_python

# Architecture, chapter 4: a room imports from itself and from rooms above it. `definitions` stands first because
# `constants` hands one of its patterns on.
ROOMS = (
    ('definitions',),
    ('constants', 'choices', 'exceptions', 'settings'),
    ('ddl', 'expressions'),
    ('field_types',),
    ('models',),
    ('runtime',),
    ('services',),
    ('schema', 'evolution'),
    ('branching',),
    ('comparator', 'dynamic_forms', 'filtersets', 'forms', 'tables', 'templatetags'),
    ('api', 'graphql', 'views'),
    ('checks', 'jobs', 'middleware', 'navigation', 'search', 'signals', 'template_content', 'urls'),
    ('compat', 'jinja_env', 'related_tabs', 'utilities'),
    ('management',),
)
RANK = {room: rank for rank, rooms in enumerate(ROOMS) for room in rooms}
# They are imported before the apps are loaded, and wire the rooms together.
START_UP = {'', 'early', 'startup'}
EXEMPT = START_UP | {'migrations'}

PURE = {f'{NAME}.definitions'} | {f'{NAME}.ddl.{name}' for name in ('spec', 'operations', 'diff', 'plan')}
# `ddl` itself must be pure for its parts to be.
PURE_PACKAGES = PURE | {f'{NAME}.ddl'}

DDL = re.compile(
    r'\b(CREATE|ALTER|DROP|TRUNCATE|COMMENT\s+ON|REINDEX)\s+'
    r'(UNIQUE\s+|TEMP\w*\s+|OR\s+REPLACE\s+)*(TABLE|INDEX|SEQUENCE|COLUMN|SCHEMA|TRIGGER|FUNCTION|VIEW)\b',
    re.IGNORECASE,
)
DDL_NAMES = {'schema_editor', 'create_model', 'delete_model', 'add_field', 'remove_field', 'alter_field'}

FILE_LINES, FUNCTION_LINES = 500, 60

# Siblings that begin alike and are two concepts; all others that do belong in a folder.
TWO_CONCEPTS = (
    # What all field types share, and the columns that a type has besides its fields.
    ('field_types', {'base', 'base_columns'}),
    ('field_types', {'ip_address', 'ip_prefix'}),
    # A reference to one object, and one to many: columns, and a link table.
    ('runtime.relations', {'polymorphic', 'polymorphic_many'}),
    # Libraries of template tags, by the names that templates load.
    ('templatetags', {'custom_object_buttons', 'custom_object_tab_tags', 'custom_object_utils'}),
    # The work, and the job that does it.
    ('services.staged', {'run', 'run_job'}),
)

# The tree of packages in chapter 4 of the overview: names with a slash, indented below the package that they are in.
TREE = re.compile(rf'^```text\n{NAME}/\n(.*?)^```', re.MULTILINE | re.DOTALL)


def package_modules():
    return [module for module in modules() if module.room not in EXEMPT]


def own_imports(module):
    """What a module imports from the package, as (room, import)."""
    for item in module.imports():
        if item.module == NAME or item.module.startswith(f'{NAME}.'):
            yield item.module.removeprefix(NAME).lstrip('.').split('.')[0], item


class TestPurity:
    """I1: definitions/ and the pure half of ddl/ import neither django nor netbox."""

    def test_pure_modules_import_the_standard_library_and_each_other(self):
        found = [module for module in modules() if any(module.name.startswith(name) for name in PURE)]
        assert len(found) >= 8
        for module in found:
            for item in module.imports():
                top = item.module.split('.')[0]
                pure = top in sys.stdlib_module_names or any(item.module.startswith(name) for name in PURE)
                assert pure, f'{module}:{item.line} imports {item.module}'

    def test_they_load_where_django_is_missing(self):
        code = f"""
            import importlib, pathlib, sys, types

            class Blocker:
                def find_spec(self, name, path=None, target=None):
                    if name.split('.')[0] in ('django', 'netbox', 'psycopg', 'utilities', 'core'):
                        raise ImportError(name)

            sys.meta_path.insert(0, Blocker())
            # The package itself is a plugin of NetBox; a bare one with the same path takes its place.
            package = sys.modules['{NAME}'] = types.ModuleType('{NAME}')
            package.__path__ = ['{NAME}']
            for name in {sorted(PURE_PACKAGES)!r}:
                importlib.import_module(name)
            assert 'django' not in sys.modules
        """
        result = run_new_python(code, database='none')
        assert result.returncode == 0, result.stderr


def test_only_ddl_changes_schemas():
    """I2: only ddl/ (and migrations) issue DDL or use a schema editor."""
    for module in modules():
        if module.room in ('ddl', 'migrations'):
            continue
        for text, line in module.strings():
            assert not DDL.search(text), f'{module}:{line} holds DDL: {text.strip()[:60]}'
        if module.name == f'{NAME}.evolution.operations':
            # What migrations are made of; Django hands it the editor.
            continue
        for name, line in module.names():
            assert name not in DDL_NAMES, f'{module}:{line} uses {name}'


def test_only_branching_imports_netbox_branching():
    """I3, the static half; the other half is in test_without_branching."""
    for module in modules():
        if module.room == 'branching':
            continue
        for item in module.imports():
            assert item.module.split('.')[0] != 'netbox_branching', f'{module}:{item.line}'
        for room, item in own_imports(module):
            allowed = room != 'branching' or module.room in START_UP | {'management'}
            assert allowed, f'{module}:{item.line} enters branching by another door than register()'


def test_layers_import_upwards_only():
    """I4: from the own room and those above it, and not from inside functions to dodge a cycle."""
    for module in package_modules():
        assert module.room in RANK, f'{module.room} has no place in the list of rooms'
        for item in module.imports():
            assert not item.local, f'{module}:{item.line} imports {item.module} inside a function'
        for room, item in own_imports(module):
            is_above = not room or RANK[room] <= RANK[module.room]
            assert is_above, f'{module}:{item.line} imports {room}, which is below {module.room}'


def test_files_and_functions_are_short():
    """I5: no file over 500 lines, no function over 60; migrations are generated."""
    for module in modules(NAME, 'tests', 'dev', 'benchmarks'):
        if module.room == 'migrations':
            continue
        lines = module.text.count('\n')
        assert lines <= FILE_LINES, f'{module} has {lines} lines'
        for name, lines in module.functions():
            assert lines <= FUNCTION_LINES, f'{name} of {module} has {lines} lines'


def test_no_circle_of_imports():
    """I4: modules can be read one after the other, each after those that it builds upon."""
    known = {module.name for module in modules()}
    builds_upon = {
        module.name: {item.module for item in module.imports() if not item.local} & known - {module.name}
        for module in modules()
    }
    try:
        TopologicalSorter(builds_upon).prepare()
    except CycleError as error:
        raise AssertionError(f'Modules import each other: {" <- ".join(error.args[1])}') from None


def test_imports_of_modules_are_told_from_imports_of_names():
    """The tests above rest on it: `from ..runtime import context` is about the module, not about its package."""
    found = {item.module for module in modules() if module.room == 'branching' for item in module.imports()}
    assert f'{NAME}.runtime.context' in found
    assert not {item for item in found if item.startswith(NAME) and not is_module(item)}


def siblings():
    """Return the modules and packages of each package, by the package's name within ours."""
    found = defaultdict(set)
    for module in modules():
        if module.room != 'migrations' and module.name != NAME:
            package, _, name = module.name.rpartition('.')
            found[package.removeprefix(NAME).lstrip('.')].add(name)
    return found


def test_siblings_do_not_share_a_prefix():
    """I5: a concept is never spread over `x` and `x_y`, or `x_y` and `x_z`: it gets a folder."""
    for package, names in siblings().items():
        alike = defaultdict(set)
        for name in names:
            alike[name.split('_')[0]].add(name)
        for prefix, found in alike.items():
            fine = len(found) == 1 or (package, found) in TWO_CONCEPTS
            assert fine, f'{package or NAME} spreads {prefix} over {sorted(found)}: make a folder of it'


def test_exceptions_for_siblings_are_needed():
    found = siblings()
    for package, names in TWO_CONCEPTS:
        assert names <= found[package], f'{package} does not hold {sorted(names)}'


def tree_of_the_overview():
    """Return the directories that chapter 4 of the overview names, as paths below the package."""
    text = (ROOT / 'docs' / 'architecture' / 'overview.md').read_text()
    found, above = set(), []
    for line in TREE.search(text)[1].splitlines():
        names = line.strip().split('  ')[0].split()
        depth = (len(line) - len(line.lstrip())) // 2 - 1
        del above[depth:]
        for name in names:
            if name.endswith('/'):
                found.add('/'.join([*above, name[:-1]]))
        if names and names[0].endswith('/'):
            above.append(names[0][:-1])
    return found


def test_the_overview_shows_the_tree():
    """I5: what the overview says about rooms is what there is."""
    shown = tree_of_the_overview()
    there = {str(path.parent.relative_to(PACKAGE)) for path in PACKAGE.rglob('__init__.py')} - {'.'}
    assert not there - shown, f'chapter 4 of the overview lacks {sorted(there - shown)}'
    gone = {name for name in shown if not (PACKAGE / name).is_dir()}
    assert not gone, f'chapter 4 of the overview names {sorted(gone)}, which do not exist'
