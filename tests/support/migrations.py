"""Apps with migrations that a test writes itself: source texts, in a package that lives as long as the test.

In this process an installed app that has neither models nor migrations lends its label, as apps cannot be installed
into a running NetBox. Other processes get the package as a plugin of NetBox, with a label of its own.
"""

import itertools
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from textwrap import dedent, indent

from django.apps import apps
from django.db import connection
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings

from dev.paths import PACKAGE, ROOT
from netbox_custom_objects.ddl.run_marks import read_mark
from tests.support.processes import Command
from tests.support.quick_migrations import LENT_LABEL

PLUGIN = 'evolving'


def own_migrations(first: str) -> list[str]:
    """Return the names of our migrations from one on; those of other installations stand in the same table."""
    return sorted(path.stem for path in PACKAGE.glob('migrations/[0-9]*.py') if path.stem >= first)


def operations_of(names: list[str]) -> Iterator[Operation]:
    """Yield the operations of our migrations."""
    for name in names:
        yield from import_module(f'netbox_custom_objects.migrations.{name}').Migration.operations


_HEADER = """
import time
from pathlib import Path

from django.db import migrations, models
from django.db.migrations import *

from netbox_custom_objects.evolution.operations import *

"""
_PLUGIN = """
from netbox.plugins import PluginConfig


class config(PluginConfig):
    name = label = verbose_name = 'evolving'
    version = '1.0'
    default_auto_field = 'django.db.models.BigAutoField'
"""
_numbers = itertools.count()


def migration(operations: str, **attributes) -> str:
    """Return the source of one migration; `operations` is a list of expressions, one a line."""
    body = indent(dedent(operations).strip(), ' ' * 8)
    named = ''.join(f'    {name} = {value!r}\n' for name, value in attributes.items())
    return f'{named}    operations = [\n{body}\n    ]\n'


def write_migrations(directory: Path, label: str, sources: dict[str, str]) -> None:
    """Write a package of migrations, each after the one before it unless its attributes say otherwise."""
    directory.mkdir(parents=True)
    (directory / '__init__.py').write_text('')
    before = None
    for name, source in sources.items():
        after = f'    dependencies = [({label!r}, {before!r})]\n' if before and 'dependencies =' not in source else ''
        (directory / f'{name}.py').write_text(f'{_HEADER}\nclass Migration(migrations.Migration):\n{after}{source}')
        before = name


def lent_app(directory: Path, monkeypatch, sources: dict[str, str], alone=False):
    """
    Return a context manager inside which the lent app has these migrations.

    If it is `alone`, all other apps have none: Django need not compute what those of NetBox come to, which takes
    seconds for each command.
    """
    package = f'lent_{next(_numbers)}'
    write_migrations(directory / package, LENT_LABEL, sources)
    monkeypatch.syspath_prepend(str(directory))
    return override_settings(MIGRATION_MODULES={**(no_migrations() if alone else {}), LENT_LABEL: package})


def no_migrations() -> dict[str, None]:
    """Return what MIGRATION_MODULES says if no app has migrations."""
    return {config.label: None for config in apps.get_app_configs()}


class LentCommand(Command):
    """A management command in a process of its own. The lent app has migrations: `alone`, or beside the others."""

    def __init__(self, directory: Path, package: str, *arguments: str, database: str, alone=True):
        code = f"""
            import sys
            import django
            django.setup()
            from django.core.management import execute_from_command_line
            from django.test import override_settings
            from tests.support.migrations import LENT_LABEL, no_migrations

            sys.path.insert(0, {str(directory)!r})
            sys.dont_write_bytecode = True
            others = no_migrations() if {alone!r} else {{}}
            with override_settings(MIGRATION_MODULES={{**others, LENT_LABEL: {package!r}}}):
                execute_from_command_line(['netbox', *{arguments!r}])
        """
        super().__init__('-c', dedent(code), database=database)


def write_plugin(directory: Path, models: str, sources: dict[str, str]) -> dict[str, str]:
    """Write a plugin; return the environment in which a process of NetBox has it."""
    package = directory / PLUGIN
    write_migrations(package / 'migrations', PLUGIN, sources)
    (package / '__init__.py').write_text(_PLUGIN)
    (package / 'models.py').write_text(f'from django.db import models\n\n\n{dedent(models)}')
    plugins = f'netbox_custom_objects,{PLUGIN},netbox_branching'
    return {'PYTHONPATH': f'{directory}{os.pathsep}{ROOT}', 'NCO_PLUGINS': plugins}


CREATE = migration("""
    CreateModel('Book', [
        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
        ('title', models.CharField(max_length=50)),
    ]),
""")


FAIL = migration("RunSQL('SELECT 1 / 0', RunSQL.noop),")


def state(label=LENT_LABEL):
    """What is applied, and the tables and columns of the app, with their rows."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT id, app, name, applied FROM django_migrations ORDER BY id')
        recorded = cursor.fetchall()
        cursor.execute(
            'SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns'
            " WHERE table_schema = 'public' AND table_name LIKE %s ORDER BY 1, 2",
            [f'{label}\\_%'],
        )
        columns = cursor.fetchall()
        rows = {}
        for table in {row[0] for row in columns}:
            cursor.execute(f'SELECT * FROM {table} ORDER BY 1')
            rows[table] = cursor.fetchall()
        assert read_mark(cursor) is None
    return recorded, columns, rows


def applied(label=LENT_LABEL):
    """Return the names of the migrations of an app that are applied."""
    return sorted(name for app, name in MigrationRecorder(connection).applied_migrations() if app == label)
