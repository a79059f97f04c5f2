"""Databases of the private server: migrated templates that are built once, and clones of them.

Use: python -m dev.database template | clone NAME | drop NAME | list
"""

import ast
import hashlib
import os
import subprocess
import sys
import time
from importlib.metadata import version

from psycopg import sql
from psycopg.errors import ObjectInUse

from dev import redis, scratch
from dev.migrate import PENDING
from dev.paths import PACKAGE, ROOT, exclusive, netbox_environment
from dev.postgres import connect

HOST_PLUGIN = 'netbox_branching'

# Other checkouts of the same code, other plugin lists and running test sessions still clone older ones.
TEMPLATES_TO_KEEP = 16

ATTEMPTS_TO_DROP = 6


def ensure_template():
    """Return the name of the migrated template of the current code; build what is missing of it."""
    with connect() as connection:
        base, template = base_name(connection), template_name(connection)
        if exists(connection, base) and exists(connection, template):
            return template  # while others may be building theirs, of other code
    with exclusive('template'), connect() as connection:
        if not exists(connection, base):
            print('Migrating NetBox once, which takes a minute or two; later runs clone the result.', flush=True)
            _build(connection, base, source=None, plugins=HOST_PLUGIN)
        if not exists(connection, template):
            print('Migrating the plugin.', flush=True)
            _build(connection, template, source=base, plugins=_plugins())
        _drop_old_templates(connection, keep={base, template})
    return template


def clone(name, template=None, *, in_memory=False, lock_timeout=None):
    """Make a database as a copy of the template, replacing any of that name. Takes a fraction of a second."""
    template = template or ensure_template()
    with connect() as connection:
        _drop(name)
        # Jobs that an interrupted run left in the queue would else be done on the new database.
        redis.empty(name)
        _create(connection, name, template, in_memory=in_memory and scratch.exists(connection))
        if lock_timeout:
            statement = sql.SQL('ALTER DATABASE {} SET lock_timeout = {}')
            connection.execute(statement.format(sql.Identifier(name), sql.Literal(lock_timeout)))


def drop(name):
    """Drop a database, disconnecting whoever uses it."""
    _drop(name)


def migrate(database, plugins=None):
    """Bring a database up to date with the code, showing how far it is."""
    environment = netbox_environment(database, NCO_PLUGINS=plugins or _plugins())
    progress = Progress()
    with subprocess.Popen(
        [sys.executable, '-m', 'dev.migrate'],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith(PENDING):
                progress.total = int(line.removeprefix(PENDING))
            elif line.startswith('  Applying'):
                progress.advance()
    progress.finish()
    if process.returncode:
        raise SystemExit(f'{"".join(lines[-30:])}\nThe database could not be migrated; see above.')


def exists(connection, name):
    return connection.execute('SELECT 1 FROM pg_database WHERE datname = %s', [name]).fetchone() is not None


def base_name(connection):
    """The name of the database with NetBox and netbox-branching migrated, but not this plugin."""
    major = connection.info.server_version // 10000
    return f'nco_base_{_digest(version("netbox"), version("netboxlabs-netbox-branching"), str(major))}'


def template_name(connection):
    """The name of the base with this plugin migrated on top, by everything that migrating it depends on."""
    migrations = [f'{path.name} {path.read_text()}' for path in sorted(PACKAGE.glob('migrations/*.py'))]
    return f'nco_template_{_digest(base_name(connection), _plugins(), *migrations, *_model_signatures())}'


def _model_signatures():
    """Names and base classes of the models: NetBox stores the features of each, which come from its mixins."""
    for path in sorted(PACKAGE.glob('models/**/*.py')):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                yield f'{node.name}({", ".join(map(ast.unparse, node.bases))})'


def _digest(*parts):
    return hashlib.sha256('\0'.join(parts).encode()).hexdigest()[:12]


def _plugins():
    return os.environ.get('NCO_PLUGINS', f'netbox_custom_objects,{HOST_PLUGIN}')


def _build(connection, name, *, source, plugins):
    """Migrate under another name first: an interrupted build must never pass for a complete template."""
    draft = f'{name}_draft'
    _drop(draft)
    _create(connection, draft, source or 'template1')
    migrate(draft, plugins)
    with connect(draft) as inside:
        # Clones inherit the statistics, so their queries are planned well and no autovacuum gets in the way.
        inside.execute('VACUUM ANALYZE')
    # A database that somebody is connected to cannot be cloned.
    connection.execute(sql.SQL('ALTER DATABASE {} ALLOW_CONNECTIONS false').format(sql.Identifier(draft)))
    connection.execute(sql.SQL('ALTER DATABASE {} RENAME TO {}').format(sql.Identifier(draft), sql.Identifier(name)))


def _create(connection, name, template, *, in_memory=False):
    """Copy files instead of writing every page to the log, which PostgreSQL would do by default."""
    statement = sql.SQL('CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy')
    statement = statement.format(sql.Identifier(name), sql.Identifier(template))
    if in_memory:
        statement += sql.SQL(' TABLESPACE {}').format(sql.Identifier(scratch.NAME))
    connection.execute(statement)


def _drop(name):
    # As superuser: an autovacuum worker that happens to be in there is his, and must be made to leave as well.
    with connect(user='postgres') as connection:
        statement = sql.SQL('DROP DATABASE IF EXISTS {} WITH (FORCE)').format(sql.Identifier(name))
        for attempt in range(ATTEMPTS_TO_DROP):
            try:
                connection.execute(statement)
                return
            except ObjectInUse:
                # PostgreSQL waits five seconds for those it disconnects, which a busy machine may exceed.
                if attempt == ATTEMPTS_TO_DROP - 1:
                    raise


def _drop_old_templates(connection, keep):
    """Drop all but the newest few templates, and bases of versions that are not installed any more."""
    rows = connection.execute(
        r"SELECT datname FROM pg_database WHERE datname ~ '^nco_(base|template)_[0-9a-f]+$' ORDER BY oid DESC"
    ).fetchall()
    names = [name for (name,) in rows]
    templates = [name for name in names if name.startswith('nco_template_')][:TEMPLATES_TO_KEEP]
    for name in names:
        if name not in keep and name not in templates:
            _drop(name)


class Progress:
    """A counter of migrations: one line that updates on a terminal, else a line every few seconds."""

    SECONDS_BETWEEN_LINES = 10

    def __init__(self):
        self.total = self.done = 0
        self.started = self.printed = time.monotonic()

    def advance(self):
        self.done += 1
        if sys.stdout.isatty():
            self._print(start='\r', end='')
        elif time.monotonic() - self.printed > self.SECONDS_BETWEEN_LINES:
            self._print()

    def finish(self):
        self._print(start='\r' if sys.stdout.isatty() else '')

    def _print(self, start='', end='\n'):
        self.printed = time.monotonic()
        elapsed = self.printed - self.started
        print(f'{start}  {self.done} of {self.total} migrations, {elapsed:.0f} s', end=end, flush=True)


def list_databases():
    with connect() as connection:
        rows = connection.execute(
            'SELECT datname, pg_size_pretty(pg_database_size(oid)) FROM pg_database ORDER BY datname'
        )
        for name, size in rows:
            print(f'{name:<32}{size}')


COMMANDS = {'template': ensure_template, 'clone': clone, 'drop': drop, 'list': list_databases}

if __name__ == '__main__':
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        raise SystemExit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
