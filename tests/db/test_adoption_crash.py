"""`migrate` is killed in the middle of a take-over (SIGKILL), or finds a table in use: the next run finishes it."""

import time
from contextlib import closing

import pytest
from django.db import ProgrammingError, connection, transaction

from dev import postgres
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.evolution.adoption.rows import read_types
from netbox_custom_objects.evolution.adoption.survey import survey
from netbox_custom_objects.services.reconcile import plan_all
from tests.support.processes import Command, run_netbox
from tests.support.sessions import wait_until_alone
from tests.support.vendor_database import migrate
from tests.support.vendor_state import INITIAL, rows, run, shape

pytestmark = pytest.mark.slow

MAIN = Target.for_alias('default')
SECONDS = 120


def renamed(before, types):
    """Return {our name of a table: what was in it}."""
    names = {old: new for vendor_type in types for old, new in vendor_type.tables.items()}
    return {names[table]: content for table, content in before.items()}


def held(name, table):
    """Hold a lock on a table, as a report that somebody runs does."""
    other = postgres.connect(name)
    other.autocommit = False
    other.execute(f'SELECT count(*) FROM {table}')
    return closing(other)


def wait_for(condition):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def left_to_do():
    """Return the ids of the types that are the vendor's, all seen at one moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        # On a busy machine, migrations hold these tables for longer than the limit of tests.
        cursor.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = 0')
        return [entry.type.id for entry in survey(MAIN)]


def kill_half_way(name, command):
    """Kill a command when type 1 is committed, and type 2 waits for its table with a transaction open."""
    with held(name, 'custom_objects_2_peers'):
        process = Command('-m', 'netbox', command, '--skip-checks', '--no-input', database=name)
        try:
            wait_for(lambda: left_to_do() == [2, 3])
            time.sleep(0.5)
        finally:
            process.kill()
            process.wait()
    # What waited in its session gets the lock now, and ends only when it finds that the process is gone.
    wait_until_alone()


def test_killed_between_types_and_within_one(vendor):
    before, types = rows(), read_types(MAIN)
    kill_half_way(vendor, 'migrate')
    # What is left is whole: type 1 is ours, the others are the vendor's to the last column.
    left = survey(MAIN)
    assert [entry.type.id for entry in left] == [2, 3]
    assert not any(entry.obstacles for entry in left)
    # Processes that run meanwhile change nothing: they cannot read definitions before all migrations are done.
    with pytest.raises(ProgrammingError), transaction.atomic():
        plan_all('default')
    connection.close()
    migrate(vendor)
    assert survey(MAIN) == []
    assert plan_all('default') == {}
    assert rows() == renamed(before, types)


def test_a_table_in_use_is_told_and_the_next_run_goes_on(vendor):
    before, types = rows(), read_types(MAIN)
    with held(vendor, 'custom_objects_2_peers'):
        connection.close()
        said = migrate(vendor, expect=1)
    assert 'Type unit could not be taken over: Table custom_objects_2_peers is in use' in said
    assert 'Types before it are done and remain so (1 of 3). Run this again once the cause is resolved.' in said
    assert [entry.type.id for entry in survey(MAIN)] == [2, 3]
    connection.close()
    migrate(vendor)
    assert rows() == renamed(before, types)


def test_all_or_nothing_with_a_table_in_use(vendor):
    """`migrate_custom_objects` gives back what it had taken over by then."""
    before, before_shape = rows(), shape()
    with held(vendor, 'custom_objects_2_peers'):
        connection.close()
        result = run_netbox('migrate_custom_objects', '--skip-checks', database=vendor)
    assert result.returncode == 1
    assert 'Type unit could not be taken over' in result.stderr
    assert 'The database is as it was before.' in result.stderr, result.stderr
    assert rows() == before
    assert shape()[:2] == before_shape[:2]


def test_a_killed_run_is_undone(vendor):
    before, before_shape = rows(), shape()
    kill_half_way(vendor, 'migrate_custom_objects')
    connection.close()
    result = run_netbox('migrate_custom_objects', '--undo', '--skip-checks', database=vendor)
    assert result.returncode == 0, result.stderr
    assert rows() == before
    assert shape()[:2] == before_shape[:2]


def test_half_a_take_over_can_be_given_back(vendor):
    before, before_shape = rows(), shape()
    with held(vendor, 'custom_objects_2_peers'):
        connection.close()
        migrate(vendor, expect=1)
    said = migrate(vendor, 'netbox_custom_objects', INITIAL, expect=1)
    assert 'Run adopt_custom_objects --undo first.' in said
    assert run('--undo')[0] == 0
    connection.close()
    migrate(vendor, 'netbox_custom_objects', INITIAL)
    assert rows() == before
    assert shape()[:2] == before_shape[:2]


def test_two_at_once(vendor):
    """Two nodes that are upgraded at the same time: one finds that the other was faster, or waits for it."""
    before, types = rows(), read_types(MAIN)
    connection.close()
    migrate(vendor, 'netbox_custom_objects', '0004')
    arguments = '-m', 'netbox', 'migrate_custom_objects', '--skip-checks', '--no-input', '--wait', str(SECONDS)
    for process in [Command(*arguments, database=vendor) for _ in range(2)]:
        ended = process.end(SECONDS)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    assert plan_all('default') == {}
    assert rows() == renamed(before, types)
