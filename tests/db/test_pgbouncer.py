"""Behind PgBouncer in transaction mode, where a session belongs to nobody: what is held is held all the same."""

import threading

import pytest
from django.db import connections

from dev import pgbouncer
from netbox_custom_objects.ddl.held import TablesAtRest, WorkLock
from netbox_custom_objects.evolution.safe_migrate.run import LOCK, SafeMigrate, SafeMigrateError
from netbox_custom_objects.exceptions import BranchBeingMade
from netbox_custom_objects.models import StagedChange
from netbox_custom_objects.services.staged import run as staged_run
from netbox_custom_objects.services.staged.run import run
from netbox_custom_objects.services.staged.run_job import take_up_lost
from netbox_custom_objects.services.upkeep.schemas import open_main_schema
from tests.support.branches import assert_schema_is_clean, edit
from tests.support.databases import close_connections
from tests.support.sessions import SHORT_WAITS, in_threads
from tests.support.staged import ask, begin, fresh, leftovers, make_filled, values_of


@pytest.fixture(autouse=True)
def pooled(fresh_database, plugin_settings):
    """All connections of the test lead through a PgBouncer; tables count as large."""
    plugin_settings(inline_row_limit=2)
    settings = connections.settings['default']
    before = dict(settings)
    close_connections()
    with pgbouncer.running() as directory:
        settings.update(HOST=str(directory), PORT=pgbouncer.PORT, DISABLE_SERVER_SIDE_CURSORS=True)
        try:
            yield
        finally:
            close_connections()
            settings.clear()
            settings.update(before)


def session():
    with connections['default'].cursor() as cursor:
        cursor.execute('SELECT pg_backend_pid()')
        return cursor.fetchone()[0]


def test_sessions_are_shared_here():
    """Otherwise this module would show nothing."""
    pids = []
    in_threads(lambda: pids.append(session()))
    assert pids == [session()]


def test_a_lock_is_held_by_one():
    one, other = WorkLock('work'), WorkLock('work')
    try:
        assert one.acquire()
        assert session()
        assert not other.acquire()
        assert len(other.holders()) == 1
        assert one.is_held()
        one.release()
        assert other.acquire()
    finally:
        one.release()
        other.release()


def test_a_field_is_changed_step_by_step():
    field = make_filled(['1', ' 2', '3'], unique=True)
    change = begin(field, type='integer')
    assert run(change.pk).stage == 'switched'
    assert values_of(field) == [1, 2, 3]
    assert ask(change, 'undo').stage == 'undone'
    assert values_of(field) == ['1', ' 2', '3']
    again = begin(field, type='integer')
    assert run(again.pk).stage == 'switched'
    assert ask(again, 'finish').stage == 'finished'
    assert leftovers() == []
    assert_schema_is_clean()


def test_two_processes_do_not_change_a_field_at_once(monkeypatch):
    monkeypatch.setattr(staged_run, 'PATIENCE', 0)
    field = make_filled(map(str, range(3)))
    change = begin(field, type='integer')
    at_work, looked = threading.Event(), threading.Event()
    steps = []
    expand = staged_run.StagedRun.expand

    def slowly(self):
        steps.append(threading.get_ident())
        at_work.set()
        looked.wait(20)
        expand(self)

    def look():
        at_work.wait(20)
        try:
            assert run(change.pk).stage == 'pending'
            # The housekeeping job does not take it for lost, either.
            StagedChange.objects.update(job=None)
            assert take_up_lost([open_main_schema()]) == []
        finally:
            looked.set()

    monkeypatch.setattr(staged_run.StagedRun, 'expand', slowly)
    assert in_threads(lambda: run(change.pk), look) == [None, None]
    assert len(steps) == 1
    assert values_of(field) == [0, 1, 2]


def test_two_nodes_do_not_migrate_at_once():
    other = WorkLock(LOCK)
    assert other.acquire()
    try:
        with pytest.raises(SafeMigrateError, match='already running'):
            SafeMigrate(print, verbosity=0).run()
    finally:
        other.release()
    assert SafeMigrate(print, verbosity=0).run() == []


def test_tables_are_left_alone_while_a_branch_is_made(plugin_settings):
    plugin_settings(**SHORT_WAITS, inline_row_limit=10)
    field = make_filled(['1', '2', '3'])
    hold = TablesAtRest('provisioning of a branch')
    hold.acquire(wait=0)
    try:
        session()
        with pytest.raises(BranchBeingMade):
            edit(fresh(field), type='integer')
    finally:
        hold.release()
    edit(fresh(field), type='integer')
