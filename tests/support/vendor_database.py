"""Databases in which the vendor plugin is installed, made of SQL of our own from docs/architecture/contract.md (12)."""

from contextlib import contextmanager
from pathlib import Path

from dev import database, postgres
from netbox_custom_objects.models import revision
from tests.support.databases import FORGET, LOCK_TIMEOUT, close_connections
from tests.support.environment import DATABASE
from tests.support.processes import run_netbox

DIRECTORY = Path(__file__).parent
PARTS = ('vendor_tables.sql', 'vendor_types.sql', 'vendor_content.sql')
OURS = {'0002_engine', '0003_element_type', '0004_type_deprecation', '0005_adopt_installation'}


def make_vendor_database(name: str) -> None:
    """Put an installation of the vendor plugin, as its package leaves it, in place of a database."""
    database.ensure_template()
    with postgres.connect() as connection:
        base = database.base_name(connection)
    database.clone(name, base, in_memory=True, lock_timeout=LOCK_TIMEOUT)
    with postgres.connect(name) as connection:
        for part in PARTS:
            connection.execute((DIRECTORY / part).read_text())


def use_vendor_database(fresh_database) -> str:
    """Make the fresh database of a test one of the vendor plugin; return its name."""
    close_connections()
    make_vendor_database(fresh_database.name)
    _forget(is_installed=False)
    return fresh_database.name


def use_copy(fresh_database, source: str) -> str:
    """Make the fresh database of a test a copy of another; return its name."""
    close_connections()
    database.clone(fresh_database.name, source, in_memory=True, lock_timeout=LOCK_TIMEOUT)
    _forget(is_installed=True)
    return fresh_database.name


@contextmanager
def adopted_database(look=None):
    """
    Yield the name of a database in which an installation of the vendor plugin was taken over by `migrate`.

    Args:
        look: called with the name before that; what it returns is yielded with the name, as a pair
    """
    name = f'{DATABASE}_adopted'
    make_vendor_database(name)
    seen = look and look(name)
    migrate(name)
    yield (seen, name) if look else name
    database.drop(name)


def migrate(name: str, *arguments: str, expect: int = 0, **environment: str):
    """Run `migrate` in a process of its own, system checks left out; return what it printed, errors last."""
    result = run_netbox('migrate', '--no-input', '--skip-checks', *arguments, database=name, **environment)
    said = f'{result.stdout}\n{result.stderr}'
    assert result.returncode == expect, said
    return said


def _forget(is_installed: bool) -> None:
    revision._installed = is_installed
    for forget in FORGET:
        forget()
