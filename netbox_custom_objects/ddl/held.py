"""
Locks held for longer than one transaction of the work they guard: by a transaction of their own, which stays open.

A transaction and not a session, because a pooler (PgBouncer in transaction mode) hands a session to others between two
of them. A process that ends in any way releases everything. May import django's database layer and `target`.
"""

import os
import random
import socket
import time

from django.db import Error, OperationalError, ProgrammingError, connections
from django.utils.translation import gettext as _
from psycopg import sql

from ..exceptions import SchemaChangeRefused
from .locks import COPYING, is_passing
from .target import MAIN_ALIAS, Target

_POLL_SECONDS = 0.2
# How long the locks of some tables are held while others are waited for, which might be waited for in the other order.
_LOCK_TIMEOUT = '200ms'
_UNDEFINED_TABLE = '42P01'

_HOLDERS_SQL = """
    SELECT a.pid, coalesce(nullif(a.application_name, ''), a.backend_type), coalesce(host(a.client_addr), 'this host'),
           date_trunc('second', clock_timestamp() - a.xact_start)
    FROM pg_locks l
    JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
    JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid = hashtext(%s)::oid AND l.objid = 1
"""
# An open transaction that does nothing is what these settings are there to end.
_STAY_SQL = """
    SELECT set_config('application_name', %s, true), (
        SELECT count(set_config(name, '0', true)) FROM pg_settings
        WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout'))
"""
_TABLES_SQL = r"""
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relkind = 'r' AND c.relname ~ '^custom_objects_\d+(_f_\d+)?$' ORDER BY c.relname
"""


class Held:
    """A transaction that stays open on a connection of its own."""

    def __init__(self, owner: str):
        """
        Args:
            owner: what other sessions see of it, at most 63 characters
        """
        self.owner = owner
        self.connection = connections[MAIN_ALIAS].copy()

    def cursor(self):
        """Return a cursor of the transaction; it fails if the transaction, and so what it holds, is lost."""
        return self.connection.cursor()

    def release(self) -> None:
        """Release everything."""
        self.connection.close()


class WorkLock(Held):
    """A lock on a name, for the whole database: one process at a time does what is called so."""

    def __init__(self, name: str):
        """
        Args:
            name: what is locked; other sessions see it with the host and the process
        """
        super().__init__(f'{name} on {socket.gethostname()[:20]}, process {os.getpid()}')
        self.name = name

    def acquire(self, wait: float = 0) -> bool:
        """Take the lock, trying for `wait` seconds; return whether it was taken."""
        self.release()
        deadline = time.monotonic() + wait
        with self.cursor() as cursor:
            cursor.execute('BEGIN ISOLATION LEVEL READ COMMITTED')
            cursor.execute(_STAY_SQL, [self.owner])
            while True:
                cursor.execute('SELECT pg_try_advisory_xact_lock(hashtext(%s), 1)', [self.name])
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
            return self.acquire()
        return True

    def holders(self) -> list[str]:
        """Return a phrase for each session that holds the lock: one, or none if it has just ended."""
        with self.cursor() as cursor:
            cursor.execute(_HOLDERS_SQL, [self.name])
            found = cursor.fetchall()
        phrase = _('{name} (session {pid} from {host}, for {age})')
        return [phrase.format(name=name, pid=pid, host=host, age=age) for pid, name, host, age in found]


class TablesAtRest(Held):
    """
    Keeps the tables of all types in main as they are, for all sessions: rows may be written, columns and types not.

    Its cursor sees the rows that were there when it began.
    """

    def acquire(self, wait: float) -> None:
        """
        Begin, when every change of a table is over that has begun before.

        Args:
            wait: seconds to try

        Raises:
            SchemaChangeRefused: it took longer
            DatabaseError: the locks cannot be had at all, e.g. because PostgreSQL has room for no more of them
        """
        deadline = time.monotonic() + wait
        while not self._try():
            if time.monotonic() >= deadline:
                raise SchemaChangeRefused(
                    _('Schema changes have been running in main for more than {seconds} seconds.').format(seconds=wait)
                )
            time.sleep(random.uniform(0.5, 1.5) * _POLL_SECONDS)

    def _try(self) -> bool:
        schema = Target.for_alias(MAIN_ALIAS).schema
        try:
            with self.cursor() as cursor:
                cursor.execute(_TABLES_SQL, [schema])
                tables = [sql.Identifier(schema, table) for (table,) in cursor.fetchall()]
                # Locks come first: what is read from then on is what was there once all of them were held.
                cursor.execute('BEGIN ISOLATION LEVEL REPEATABLE READ')
                cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
                if tables:
                    cursor.execute(sql.SQL('LOCK TABLE {} IN ACCESS SHARE MODE').format(sql.SQL(', ').join(tables)))
                cursor.execute(_STAY_SQL, [self.owner])
                cursor.execute(f'SELECT pg_advisory_xact_lock_shared(hashtext(%s), {COPYING})', [schema])
        except (OperationalError, ProgrammingError) as error:
            self.release()
            # A table that is gone was dropped by the purge.
            if not is_passing(error) and getattr(error.__cause__, 'sqlstate', None) != _UNDEFINED_TABLE:
                raise
            return False
        return True
