"""`migrate_custom_objects` in processes of its own, which are killed and which meet; on a plugin of NetBox."""

import subprocess
import time

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from dev.paths import NETBOX_COMMAND, ROOT, netbox_environment
from tests.support.migrations import CREATE, FAIL, PLUGIN, applied, migration, state, write_plugin
from tests.support.processes import run_netbox

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
SECONDS = 300


class Node:
    """A process that runs the command; one of several on the same database."""

    def __init__(self, database, environment, *arguments):
        self.process = subprocess.Popen(
            [*NETBOX_COMMAND, *MIGRATE, *arguments],
            cwd=ROOT,
            env=netbox_environment(database, **environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait(self):
        said, _ = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, said

    def kill(self):
        self.process.kill()
        self.process.communicate()


def wait_for(path):
    deadline = time.monotonic() + SECONDS
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize(('atomic', 'finishes'), [(True, True), (False, False)])
def test_killed_in_the_middle(fresh_database, tmp_path, atomic, finishes):
    """The next run goes on, or undoes what both have done; a plugin of NetBox, and real processes."""
    flag = tmp_path / 'in the middle'
    sources = {
        '0001_create': CREATE,
        '0002_slow': migration(SLOW.format(flag=str(flag), seconds=600), atomic=atomic),
        '0003_last': migration('') if finishes else FAIL,
    }
    environment = write_plugin(tmp_path, MODELS, sources)
    slow = tmp_path / PLUGIN / 'migrations' / '0002_slow.py'
    before = applied(PLUGIN), MigrationRecorder(connection).applied_migrations().keys()
    node = Node(fresh_database.name, environment)
    wait_for(flag)
    other = run_netbox(*MIGRATE, database=fresh_database.name, **environment)
    assert other.returncode == 1
    assert f'process {node.process.pid} (session ' in other.stderr
    assert applied(PLUGIN) == ['0001_create']
    node.kill()
    slow.write_text(slow.read_text().replace('600', '0'))
    result = run_netbox(*MIGRATE, database=fresh_database.name, **environment)
    assert f'process {node.process.pid}, since ' in result.stdout
    assert 'It had applied: evolving.0001_create.' in result.stdout
    assert ('It was in the middle of evolving.0002_slow, not atomic' in result.stdout) is not atomic
    if finishes:
        assert result.returncode == 0
        assert applied(PLUGIN) == ['0001_create', '0002_slow', '0003_last']
        assert len(state(PLUGIN)[1]) == 3
        return
    assert result.returncode == 1
    assert 'Unapplied, newest first: evolving.0002_slow, evolving.0001_create.' in result.stderr
    assert 'The database is as it was before.' in result.stderr
    assert (applied(PLUGIN), MigrationRecorder(connection).applied_migrations().keys()) == before
    assert state(PLUGIN)[1] == []


def test_another_node_waits_and_finds_all_done(fresh_database, tmp_path):
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
