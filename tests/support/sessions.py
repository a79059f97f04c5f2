"""Other sessions of the test database, and what they do at the same time as the test."""

import threading
from contextlib import contextmanager

from django.db import connections

SHORT_WAITS = {'ddl_lock_timeout': 100, 'ddl_lock_retries': 1}


@contextmanager
def other_session(name='somebody else'):
    """Yield a cursor of a second connection, inside a transaction that is rolled back at the end."""
    connection = connections.create_connection('default')
    connection.set_autocommit(False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, false)", [name])
            yield cursor
            connection.rollback()
    finally:
        connection.close()


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
