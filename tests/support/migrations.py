"""Apps with migrations that a test writes itself: source texts, in a package that lives as long as the test.

In this process an installed app that has neither models nor migrations lends its label, as apps cannot be installed
into a running NetBox. Other processes get the package as a plugin of NetBox, with a label of its own.
"""

import itertools
import os
from pathlib import Path
from textwrap import dedent, indent

from django.test import override_settings

from dev.paths import ROOT

LENT_LABEL = 'humanize'
PLUGIN = 'evolving'

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


def lent_app(directory: Path, monkeypatch, sources: dict[str, str]):
    """Return a context manager inside which the lent app has these migrations."""
    package = f'lent_{next(_numbers)}'
    write_migrations(directory / package, LENT_LABEL, sources)
    monkeypatch.syspath_prepend(str(directory))
    return override_settings(MIGRATION_MODULES={LENT_LABEL: package})


def write_plugin(directory: Path, models: str, sources: dict[str, str]) -> dict[str, str]:
    """Write a plugin; return the environment in which a process of NetBox has it."""
    package = directory / PLUGIN
    write_migrations(package / 'migrations', PLUGIN, sources)
    (package / '__init__.py').write_text(_PLUGIN)
    (package / 'models.py').write_text(f'from django.db import models\n\n\n{dedent(models)}')
    plugins = f'netbox_custom_objects,{PLUGIN},netbox_branching'
    return {'PYTHONPATH': f'{directory}{os.pathsep}{ROOT}', 'NCO_PLUGINS': plugins}
