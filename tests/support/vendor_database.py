"""Databases in which the vendor plugin is installed, made of SQL of our own from docs/architecture/contract.md (12)."""

from pathlib import Path

from dev import database, postgres
from tests.support.databases import LOCK_TIMEOUT
from tests.support.environment import DATABASE
from tests.support.processes import run_netbox

DIRECTORY = Path(__file__).parent
PARTS = ('vendor_tables.sql', 'vendor_types.sql', 'vendor_content.sql')
# What a take-over keeps: the file of each table, the transaction that wrote its rows, what NetBox has in its own.
KEPT = {
    'files': "SELECT relfilenode FROM pg_class WHERE relkind = 'r' AND relname ~ '^custom_objects_' ORDER BY 1",
    'rows': 'SELECT count(*), max(xmin::text::bigint) FROM custom_objects_1',
    'types': "SELECT id, model FROM django_content_type WHERE app_label = 'netbox_custom_objects'"
    " AND model ~ '^(custom|table|through)' AND model NOT IN ('customobject', 'customobjecttypeconstraint')"
    ' ORDER BY id',
    'changes': 'SELECT * FROM core_objectchange ORDER BY id',
    'journal': 'SELECT * FROM extras_journalentry',
    'bookmarks': 'SELECT * FROM extras_bookmark',
    'permissions': 'SELECT * FROM users_objectpermission_object_types',
    'definitions': 'SELECT id, name, slug, object_type_id, config_context_enabled'
    ' FROM netbox_custom_objects_customobjecttype ORDER BY id',
    'sites': 'SELECT id, custom_field_data FROM dcim_site ORDER BY id',
}

OURS = {'0002_engine', '0003_element_type', '0004_type_deprecation', '0005_adopt_installation'}

# What `read_kept` returned before `migrate` took the installation over that tests get a copy of.
KEPT_BEFORE: dict[str, list] = {}


def install_vendor() -> None:
    """Put an installation of the vendor plugin, as its package leaves it, in place of the test database."""
    with postgres.connect() as connection:
        base = database.base_name(connection)
    database.clone(DATABASE, base, in_memory=True, lock_timeout=LOCK_TIMEOUT)
    with postgres.connect(DATABASE) as connection:
        for part in PARTS:
            connection.execute((DIRECTORY / part).read_text())


def adopt_vendor() -> None:
    """The same, and let `migrate` take it over."""
    install_vendor()
    KEPT_BEFORE.update(read_kept(DATABASE))
    migrate(DATABASE)


def read_kept(name: str) -> dict[str, list]:
    """Return what a take-over must not change."""
    with postgres.connect(name) as connection:
        return {what: connection.execute(query).fetchall() for what, query in KEPT.items()}


def migrate(name: str, *arguments: str, expect: int = 0, **environment: str):
    """Run `migrate` in a process of its own, system checks left out; return what it printed, errors last."""
    result = run_netbox('migrate', '--no-input', '--skip-checks', *arguments, database=name, **environment)
    said = f'{result.stdout}\n{result.stderr}'
    assert result.returncode == expect, said
    return said
