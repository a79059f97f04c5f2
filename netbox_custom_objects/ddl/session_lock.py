"""
An advisory lock that a session holds for as long as it lives, on a connection of its own, so that it outlives every
transaction of the work that it guards.

May import django's database layer and `target`. Must not be held by more than one piece of work at a time.
"""

import os
import socket
import time

from django.db import Error, connections

from .target import MAIN_ALIAS

_POLL_SECONDS = 0.2

_HOLDERS_SQL = """
    SELECT a.pid, coalesce(nullif(a.application_name, ''), a.backend_type), coalesce(host(a.client_addr), 'this host'),
           date_trunc('second', clock_timestamp() - a.backend_start)
    FROM pg_locks l
    JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
    JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid = hashtext(%s)::oid AND l.objid = 1
"""


class SessionLock:
    """
    A lock on a name, for the whole database. A process that ends in whatever way lets go of it.

    Does not work through a connection pool that hands one session to several clients (PgBouncer in transaction mode).
    """

    def __init__(self, name: str):
        """
        Args:
            name: what is locked; other sessions see it with the host and the process
        """
        self.name = name
        self.owner = f'{name} on {socket.gethostname()[:20]}, process {os.getpid()}'
        self.connection = connections[MAIN_ALIAS].copy()

    def cursor(self):
        """Return a cursor of the session that holds the lock; it fails if the session, and so the lock, is lost."""
        return self.connection.cursor()

    def acquire(self, wait: float = 0) -> bool:
        """Take the lock, trying for `wait` seconds; return whether it was taken."""
        deadline = time.monotonic() + wait
        with self.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, false)", [self.owner])
            while True:
                cursor.execute('SELECT pg_try_advisory_lock(hashtext(%s), 1)', [self.name])
                if cursor.fetchone()[0]:
                    return True
                if time.monotonic() >= deadline:
                    return False
                time.sleep(_POLL_SECONDS)

    def is_held(self) -> bool:
        """Return whether the lock is held; one that was lost with its session is taken again, unless others have it."""
        try:
            with self.cursor() as cursor:
                cursor.execute('SELECT 1')
        except Error:
            self.release()
            return self.acquire()
        return True

    def holders(self) -> list[str]:
        """Return a phrase for each session that holds the lock: one, or none if it has just ended."""
        with self.cursor() as cursor:
            cursor.execute(_HOLDERS_SQL, [self.name])
            return [f'{name} (session {pid} from {host}, for {age})' for pid, name, host, age in cursor.fetchall()]

    def release(self) -> None:
        """Let go of the lock, by ending the session."""
        self.connection.close()
