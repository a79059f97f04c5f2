"""Other sessions of the test database, and what they do at the same time as the test."""

import threading
import time
from contextlib import contextmanager

from django.db import connection, connections

SECONDS = 30
SHORT_WAITS = {'ddl_lock_timeout': 100, 'ddl_lock_retries': 1}


@contextmanager
def other_session(name='somebody else'):
    """Yield a cursor of a second connection, inside a transaction that is rolled back at the end."""
    other = connections.create_connection('default')
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, false)", [name])
            yield cursor
            other.rollback()
    finally:
        other.close()


def in_threads(*work):
    """Run functions at once, each in a thread with a connection of its own; return what each raised, or None."""
    start, errors = threading.Barrier(len(work)), [None] * len(work)

    def run(number):
        try:
            start.wait()
            work[number]()
        except Exception as error:
            errors[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def query(sql, *params):
    """Return the first value that a query finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


def wait_until(condition):
    """Wait until it holds; fail if that takes too long."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def somebody_waits_for_a_lock():
    return query(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )


def wait_until_alone():
    """PostgreSQL notices that a client is gone when it next wants to read from it."""
    wait_until(
        lambda: (
            not query(
                'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'
            )
        )
    )
