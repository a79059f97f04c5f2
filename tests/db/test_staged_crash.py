"""A process that carries a staged change out is killed (SIGKILL): the next one finishes it, or undoes it."""

import threading
import time

import pytest
from django.db import connections

from netbox_custom_objects.models import StagedChange
from netbox_custom_objects.services.staged import start
from netbox_custom_objects.services.staged.run import StagedRun, run
from tests.support.branches import assert_schema_is_clean
from tests.support.processes import Worker
from tests.support.sessions import in_threads, other_session, wait_until
from tests.support.staged import ask, begin, columns_of, fresh, leftovers, make_filled, somebody, stage_of, values_of

ROWS = 30_000
# In batches of a hundred, they take long enough to be caught.
SOME_ROWS = 10_000

pytestmark = pytest.mark.slow

# What the process does with the change of the test, so slowly that it can be caught.
SLOWLY = """
    from netbox_custom_objects.services.staged import run as staged_run
    from netbox_custom_objects.services.staged.run import run
    staged_run.FIRST_BATCH = staged_run.LARGEST_BATCH = 100
    run({change})
"""
# It says where it is, and waits there to be killed: before the stage's work, or after it and before it is noted.
UNTIL = """
    import time
    from netbox_custom_objects.services.staged.run import StagedRun, run
    held = StagedRun.{method}

    def hold(self, *args, **kwargs):
        {before}
        say('here')
        time.sleep(60)

    StagedRun.{method} = hold
    run({change})
"""


@pytest.fixture
def worker(fresh_database):
    with Worker(fresh_database.name) as worker:
        yield worker


@pytest.fixture(autouse=True)
def large(plugin_settings):
    plugin_settings(inline_row_limit=2)


def rows_done(change):
    return StagedChange.objects.values_list('rows_done', flat=True).get(pk=change.pk)


@pytest.mark.parametrize('end', ['go on', 'cancel'])
def test_killed_in_the_middle_of_the_backfill(worker, end):
    field = make_filled(map(str, range(SOME_ROWS)))
    change = begin(field, type='integer')
    worker.send(SLOWLY.format(change=change.pk))
    wait_until(lambda: rows_done(change) > 500)
    worker.kill()
    assert stage_of(change) == 'filling'
    assert 0 < rows_done(change) < SOME_ROWS
    assert values_of(field) == [str(number) for number in range(SOME_ROWS)]
    if end == 'go on':
        with Worker(worker_database()) as another:
            assert (
                another.run(
                    f'from netbox_custom_objects.services.staged.run import run\nresult = run({change.pk}).stage'
                )
                == 'switched'
            )
        assert values_of(field) == list(range(SOME_ROWS))
        assert ask(change, 'finish').stage == 'finished'
    else:
        assert ask(change, 'cancel').stage == 'cancelled'
        assert values_of(field) == [str(number) for number in range(SOME_ROWS)]
    assert leftovers() == []
    assert_schema_is_clean()


def worker_database():
    return connections['default'].settings_dict['NAME']


# (stage that is left half done, how to get there, whether it is killed after the stage's work)
MOMENTS = [
    ('_advance', ''),
    ('_convert_rows', ''),
    ('_build_indexes', ''),
    ('_build_indexes', 'held(self, *args, **kwargs)'),
    ('switch', ''),
    ('_switch_now', ''),
]


@pytest.mark.parametrize(('method', 'before'), MOMENTS)
@pytest.mark.parametrize('end', ['go on', 'cancel'])
def test_killed_between_the_stages(worker, method, before, end):
    field = make_filled(['1', ' 2', '3'], unique=True)
    change = begin(field, type='integer')
    worker.send(UNTIL.format(method=method, before=before, change=change.pk))
    assert worker.read() == 'here'
    worker.kill()
    if end == 'cancel' and stage_of(change) != 'switching':
        assert ask(change, 'cancel').stage == 'cancelled'
        assert values_of(field) == ['1', ' 2', '3']
    else:
        assert run(change.pk).stage == 'switched'
        assert values_of(field) == [1, 2, 3]
        assert ask(change, 'undo').stage == 'undone'
        assert values_of(field) == ['1', ' 2', '3']
    assert leftovers() == []
    assert set(columns_of(field)) == {f'f_{field.pk}'}
    assert_schema_is_clean()


INSIDE = """
    import time
    from netbox_custom_objects.models import CustomObjectTypeField
    from netbox_custom_objects.services.staged.run import run
    saved = CustomObjectTypeField.save

    def save(self, *args, **kwargs):
        saved(self, *args, **kwargs)
        say('here')
        time.sleep(60)

    CustomObjectTypeField.save = save
    run({change})
"""


@pytest.mark.parametrize('undoing', [False, True])
def test_killed_inside_the_switch_or_its_undoing(worker, undoing):
    """Rows and columns are written in one transaction: it has happened, or it has not."""
    field = make_filled(['1', '2', '3'])
    change = begin(field, type='integer')
    if undoing:
        run(change.pk)
        start.ask(change, 'undo', somebody())
    before = fresh(field).type, values_of(field)
    worker.send(INSIDE.format(change=change.pk))
    assert worker.read() == 'here'
    worker.kill()
    wait_until(lambda: not others_are_connected())
    assert (fresh(field).type, values_of(field)) == before
    assert run(change.pk).stage == ('undone' if undoing else 'switched')
    assert values_of(field) == (['1', '2', '3'] if undoing else [1, 2, 3])


def others_are_connected():
    with connections['default'].cursor() as cursor:
        cursor.execute(
            'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'
        )
        return cursor.fetchone()[0]


def test_two_processes_are_not_at_work_at_once(worker):
    field = make_filled(map(str, range(3000)))
    change = begin(field, type='integer')
    errors = in_threads(lambda: run(change.pk), lambda: run(change.pk))
    assert errors == [None, None]
    assert stage_of(change) == 'switched'
    assert values_of(field) == list(range(3000))


def test_clients_read_and_write_during_all_stages(fresh_database):
    """A class of before the change and one of now, over other connections; nobody meets an error or loses a value."""
    field = make_filled(map(str, range(ROWS)))
    old = field.custom_object_type.get_model()
    change = begin(field, type='integer')
    stop, written, waits = threading.Event(), {}, []

    def client(offset, choose):
        number = offset
        while not stop.is_set():
            number = (number + 7919) % ROWS
            started = time.monotonic()
            choose().objects.filter(pk=number + 1).update(value=str(number + ROWS))
            written[number] = number + ROWS
            assert int(choose().objects.values_list('value', flat=True).get(pk=number + 1)) in (number, number + ROWS)
            waits.append(time.monotonic() - started)
            time.sleep(0.002)

    def carry_out():
        try:
            run(change.pk)
            ask(change, 'finish')
        finally:
            time.sleep(0.2)
            stop.set()

    errors = in_threads(
        carry_out,
        lambda: client(0, lambda: old),
        lambda: client(ROWS // 2, lambda: fresh(field).custom_object_type.get_model()),
    )
    assert errors == [None, None, None]
    assert stage_of(change) == 'finished'
    assert values_of(field) == [written.get(number, number) for number in range(ROWS)]
    assert len(written) > 100
    assert max(waits) < 1


def test_a_long_transaction_delays_the_switch_and_nobody_else(fresh_database):
    """Whoever wants a table queues behind a lock that is waited for: so the switch waits for a moment only."""
    field = make_filled(['1', '2', '3'])
    change = begin(field, type='integer')
    table = field.custom_object_type.get_database_table_name()
    switched, waits = threading.Event(), []

    def hold():
        with other_session() as cursor:
            cursor.execute(f'SELECT count(*) FROM {table}')
            wait_until(lambda: stage_of(change) == 'switching')
            time.sleep(3)

    def read():
        while not switched.is_set():
            started = time.monotonic()
            field.custom_object_type.get_model().objects.count()
            waits.append(time.monotonic() - started)
            time.sleep(0.01)

    def carry_out():
        try:
            run(change.pk)
        finally:
            switched.set()

    # Until it is filled, nobody holds anything.
    process = StagedRun(change.pk, lambda text: None)
    process.steps = {stage: process.steps[stage] for stage in ('pending', 'filling', 'checking')}
    process.go()
    started = time.monotonic()
    assert in_threads(hold, read, carry_out) == [None, None, None]
    assert time.monotonic() - started > 3
    assert stage_of(change) == 'switched'
    assert 0.1 < max(waits) < 1


def test_a_row_that_somebody_holds_is_converted_when_it_is_free(fresh_database):
    """Nobody waits for it: the other rows are converted, and those who write them are not kept waiting."""
    field = make_filled(['1', '2', '3'])
    change = begin(field, type='integer')
    table = field.custom_object_type.get_database_table_name()
    run_once = threading.Event()

    def hold():
        with other_session() as cursor:
            cursor.execute(f'SELECT 1 FROM {table} WHERE id = 2 FOR UPDATE')
            run_once.set()
            wait_until(lambda: rows_done(change) == 2)
            field.custom_object_type.get_model().objects.filter(pk=1).update(value='4')

    def carry_out():
        run_once.wait()
        # The trigger is there before anybody holds the row.
        run(change.pk)

    process = StagedRun(change.pk, lambda text: None)
    process.steps = {'pending': process.steps['pending']}
    process.go()
    assert in_threads(hold, carry_out) == [None, None]
    assert values_of(field) == [4, 2, 3]
