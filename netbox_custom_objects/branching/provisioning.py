"""
Copies the tables of small types into a new branch, as part of netbox-branching's provisioning and of its snapshot.

netbox-branching sends a dozen statements for each table, which is what a table costs if it holds little. It is told of
no table of a small type, and all of them are copied in a few statements while its snapshot is open (ADR 20).
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from django.db import DEFAULT_DB_ALIAS, connections

from netbox.plugins import get_plugin_config

from ..ddl.replicas import Replication, small_types
from ..ddl.retired_marks import copy_retired_marks
from ..ddl.target import MAIN_ALIAS, Target
from ..runtime.context import trust_tokens_for
from . import replay

# Seconds in which netbox-branching surely has its list of tables.
SECONDS_OF_TRUST = 5
# How netbox-branching opens the snapshot that all of its copies are made of.
EXPORT_SQL = 'SELECT pg_export_snapshot()'

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.branching')


def begin(branch, **kwargs) -> None:
    """Note that a branch is provisioned, which starts with asking for the class of each type, twice."""
    replay.end()
    # No signal tells of a failure; what was read must not outlive it for long.
    trust_tokens_for(SECONDS_OF_TRUST, without=small_types(Target.for_alias(MAIN_ALIAS)))
    _stop_waiting()
    connections[DEFAULT_DB_ALIAS].execute_wrappers.append(SnapshotWatch(branch.schema_name))


def finish(branch, **kwargs) -> None:
    """A branch was provisioned: it has all tables, and what main has retired is retired there, too."""
    for watch in _stop_waiting():
        if watch.is_waiting:
            logger.warning('netbox-branching has opened no snapshot that is known; small tables are copied afterwards.')
            watch.copy(snapshot=None)
    copy_retired_marks(Target.for_alias(MAIN_ALIAS), branch.schema_name)


def _stop_waiting() -> list['SnapshotWatch']:
    """Take off the watches of this connection, also of a provisioning that failed, and return them."""
    # Django's context manager would take off the last wrapper, which may be another's.
    wrappers = connections[DEFAULT_DB_ALIAS].execute_wrappers
    watches = [wrapper for wrapper in wrappers if isinstance(wrapper, SnapshotWatch)]
    wrappers[:] = [wrapper for wrapper in wrappers if not isinstance(wrapper, SnapshotWatch)]
    return watches


class SnapshotWatch:
    """
    Waits for the statement that opens the snapshot (Django's database instrumentation), and copies what it sees.

    What fails here fails the provisioning: netbox-branching drops the schema, and marks the branch as failed.
    """

    def __init__(self, schema: str):
        self.schema = schema
        self.is_waiting = True

    def __call__(self, execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if self.is_waiting and sql == EXPORT_SQL:
            self.is_waiting = False
            with context['connection'].cursor() as cursor:
                # The result of the first is netbox-branching's; a transaction may export its snapshot again.
                cursor.execute(EXPORT_SQL)
                (snapshot,) = cursor.fetchone()
            self.copy(snapshot)
        return result

    def copy(self, snapshot: str | None) -> None:
        """Copy what the branch lacks, over other connections: the coordinator's only reads, and must stay open."""
        replication = Replication(Target.for_alias(MAIN_ALIAS).schema, self.schema, snapshot)
        with _writer() as cursor:
            parts = replication.missing_tables(cursor)
        with ThreadPoolExecutor(get_plugin_config('netbox_branching', 'provision_workers') or 1) as writers:
            # A list, so that what failed in a thread is raised here.
            list(writers.map(partial(_copy, replication), parts))


def _copy(replication: Replication, tables: tuple[str, ...]) -> None:
    with _writer() as cursor:
        replication.copy_tables(cursor, tables)


@contextmanager
def _writer():
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
