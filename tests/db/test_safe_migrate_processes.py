"""`migrate_custom_objects` in processes of its own, which are killed and which meet."""

import subprocess
import sys
import time
from textwrap import dedent

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from dev.paths import ROOT, netbox_environment
from tests.support.migrations import (
    CREATE,
    FAIL,
    LENT_LABEL,
    PLUGIN,
    LentCommand,
    applied,
    migration,
    state,
    write_migrations,
    write_plugin,
)
from tests.support.quick_migrations import make_quick

pytestmark = pytest.mark.slow

MODELS = """
    class Book(models.Model):
        title = models.CharField(max_length=50)
"""
SLOW = """
    RunPython(lambda apps, editor: (Path({flag!r}).touch(), time.sleep({seconds})), RunPython.noop),
    AddField('book', 'pages', models.IntegerField(default=1)),
"""
# System checks load all pages and APIs, which takes longer than all the rest.
MIGRATE = ('migrate_custom_objects', PLUGIN, '--skip-checks')
NETBOX = f"""
import sys
import django
django.setup()
from django.core.management import execute_from_command_line
{dedent(make_quick(PLUGIN))}
execute_from_command_line(['netbox', *sys.argv[1:]])
"""
SECONDS = 300


class Node:
    """A process that runs the command; one of several on the same database."""

    def __init__(self, database, environment, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, '-c', NETBOX, *MIGRATE, *arguments],
            cwd=ROOT,
            env=netbox_environment(database, **environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait(self):
        said, _ = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, said


def wait_for(path):
    deadline = time.monotonic() + SECONDS
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize(('atomic', 'finishes'), [(True, True), (False, False)])
def test_killed_in_the_middle(fresh_database, tmp_path, atomic, finishes):
    """The next run goes on, or undoes what both have done; real processes, with an app that is lent to the test."""
    flag = tmp_path / 'in the middle'
    sources = {
        '0001_create': CREATE,
        '0002_slow': migration(SLOW.format(flag=str(flag), seconds=600), atomic=atomic),
        '0003_last': migration('') if finishes else FAIL,
    }
    write_migrations(tmp_path / 'lent', LENT_LABEL, sources)
    slow = tmp_path / 'lent' / '0002_slow.py'

    def begin():
        arguments = 'migrate_custom_objects', LENT_LABEL, '--skip-checks'
        return LentCommand(tmp_path, 'lent', *arguments, database=fresh_database.name)

    before = applied(), MigrationRecorder(connection).applied_migrations().keys()
    node = begin()
    wait_for(flag)
    other = begin().end()
    assert other.returncode == 1
    assert f'process {node.pid} (session ' in other.stderr
    assert applied() == ['0001_create']
    node.kill()
    node.wait()
    slow.write_text(slow.read_text().replace('600', '0'))
    result = begin().end()
    assert f'process {node.pid}, since ' in result.stdout
    assert 'It had applied: humanize.0001_create.' in result.stdout
    assert ('It was in the middle of humanize.0002_slow, not atomic' in result.stdout) is not atomic
    if finishes:
        assert result.returncode == 0
        assert applied() == ['0001_create', '0002_slow', '0003_last']
        assert len(state()[1]) == 3
        return
    assert result.returncode == 1
    assert 'Unapplied, newest first: humanize.0002_slow, humanize.0001_create.' in result.stderr
    assert 'The database is as it was before.' in result.stderr
    assert (applied(), MigrationRecorder(connection).applied_migrations().keys()) == before
    assert state()[1] == []


def test_another_node_waits_and_finds_all_done(fresh_database, tmp_path):
    """Of a plugin of NetBox, in new interpreters."""
    flag = tmp_path / 'in the middle'
    sources = {'0001_create': CREATE, '0002_slow': migration(SLOW.format(flag=str(flag), seconds=3))}
    environment = write_plugin(tmp_path, MODELS, sources)
    first = Node(fresh_database.name, environment)
    wait_for(flag)
    second = Node(fresh_database.name, environment, '--wait', str(SECONDS))
    status, said = first.wait()
    assert status == 0, said
    status, said = second.wait()
    assert status == 0, said
    assert 'No migrations to apply.' in said
    assert applied(PLUGIN) == ['0001_create', '0002_slow']
