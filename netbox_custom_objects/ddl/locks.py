"""
How schema changes wait: briefly, with retries, and with a message that names the sessions that hold the lock.

May import django's database layer, `target` and `timeouts`.
"""

import random
import time
from collections.abc import Callable

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from .. import settings
from ..exceptions import BranchBeingMade, SchemaLocked
from .target import Target
from .timeouts import limited

# Deadlock, time-out of a lock, serialisation failure: PostgreSQL has undone what was tried, which may work now.
PASSING = ('40P01', '55P03', '40001')

# Second keys of advisory locks, whose first is the hash of a name: of a schema for 0 and 2, of a piece of work for 1.
COPYING = 2
# Seconds after which it is asked again whether a branch is still being made.
POLL_SECONDS = 0.2

_HOLDERS_SQL = """
    SELECT DISTINCT a.pid, coalesce(nullif(a.application_name, ''), a.backend_type), a.state,
           date_trunc('second', greatest(clock_timestamp() - a.xact_start, interval '0'))
    FROM pg_locks l
    JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.granted AND a.pid <> pg_backend_pid()
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND ((%s::text IS NOT NULL AND l.locktype = 'relation'
            AND l.relation = to_regclass(format('%%I.%%I', %s::text, %s::text)))
           OR (%s::text IS NULL AND l.locktype = 'advisory' AND l.classid = hashtext(%s)::oid AND l.objid = 0))
    LIMIT 5
"""

_COPYING_SQL = """
    SELECT EXISTS (
        SELECT FROM pg_locks l
        JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
        JOIN pg_locks copied ON copied.pid = l.pid AND copied.locktype = 'relation'
            AND copied.relation = to_regclass(format('%%I.%%I', %s::text, %s::text))
        WHERE l.locktype = 'advisory' AND l.granted AND l.classid = hashtext(%s)::oid AND l.objid = %s)
"""


def lock_definitions(target: Target) -> None:
    """
    Hold, until the transaction ends, the right to change definitions in one schema, and the tables that follow them.

    Comes before the first row is written: the revision row of the schema would otherwise make others wait without a
    limit. Definitions must be read after this call: what another transaction committed meanwhile is then seen.

    Raises:
        SchemaLocked: another session held it for longer than all retries took
    """

    def acquire():
        with target.cursor() as cursor:
            cursor.execute('SELECT pg_advisory_xact_lock(hashtext(%s), 0)', [target.schema])

    with target.cursor() as cursor:
        cursor.execute('SELECT pg_try_advisory_xact_lock(hashtext(%s), 0)', [target.schema])
        (acquired,) = cursor.fetchone()
    if not acquired:
        with_retries(target, None, acquire)


def with_retries(target: Target, table: str | None, work: Callable[[], None], at_most: int | None = None) -> None:
    """
    Run `work` in a savepoint under a short lock_timeout; on a time-out undo it, wait with jitter, and try again.

    Args:
        target: where
        table: the table that is changed, None if it is the right to change definitions that is wanted
        work: what needs the lock
        at_most: milliseconds to wait for a lock at a time, if less than `ddl_lock_timeout`: others queue behind us

    Raises:
        BranchBeingMade: the table is being copied into a new branch, and was so for as long as all tries take
        SchemaLocked: all tries timed out; nothing of `work` has happened
    """
    retries, timeout = settings.get('ddl_lock_retries'), settings.get('ddl_lock_timeout')
    timeout = timeout if at_most is None else min(timeout, at_most)
    for attempt in range(retries + 1):
        try:
            with transaction.atomic(using=target.alias), limited(target, 'lock_timeout', timeout):
                work()
            return
        except OperationalError as error:
            if not is_passing(error):
                raise
            if table is not None and _is_being_copied(target, table):
                _wait_for_copies(target, table, 0 if at_most else (retries - attempt) * timeout / 1000)
            elif attempt == retries:
                raise SchemaLocked(table, holders(target, table)) from error
        time.sleep(random.uniform(0.05, 0.2) * (attempt + 1))
    raise SchemaLocked(table, holders(target, table))


def is_passing(error: Exception) -> bool:
    """Whether a failure of the database is due to other transactions alone, so that another try is worth it."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, 'sqlstate', None) in PASSING


def _wait_for_copies(target: Target, table: str, seconds: float) -> None:
    """
    Wait until a table is no longer being copied, without a lock: those who want to read it would queue behind ours.

    Raises:
        BranchBeingMade: it still is after so many seconds
    """
    deadline = time.monotonic() + seconds
    while _is_being_copied(target, table):
        if time.monotonic() >= deadline:
            raise BranchBeingMade()
        time.sleep(POLL_SECONDS)


def _is_being_copied(target: Target, table: str) -> bool:
    with target.cursor() as cursor:
        cursor.execute(_COPYING_SQL, [target.schema, table, target.schema, COPYING])
        return cursor.fetchone()[0]


def holders(target: Target, table: str | None) -> list[str]:
    """Return a phrase for each of at most five sessions that hold a lock on `table`, or the right of definitions."""
    with target.cursor() as cursor:
        cursor.execute(_HOLDERS_SQL, [table, target.schema, table, table, target.schema])
        phrase = _('{name} (pid {pid}, {state}, for {age})')
        found = cursor.fetchall()
    return [phrase.format(name=name, pid=pid, state=state, age=age) for pid, name, state, age in found]
