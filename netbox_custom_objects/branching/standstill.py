"""
Keeps main's tables as they are while a branch is provisioned from them, and checks the result.

netbox-branching copies what one snapshot sees. A table that is rewritten meanwhile would look empty to it, and one with
another column could not be copied. No signal tells that a provisioning failed: its last statement does, which marks the
branch; and what is held is lost with the process.
"""

from contextlib import ExitStack

from django.db import DEFAULT_DB_ALIAS, DatabaseError, Error, connections
from django.utils import timezone
from django.utils.translation import gettext as _

from netbox_branching.choices import BranchStatusChoices
from netbox_branching.models import Branch

from ..ddl.copies import lossy_copies
from ..ddl.held import TablesAtRest
from ..ddl.staging.leftovers import drop_leftovers, find_leftovers
from ..ddl.target import MAIN_ALIAS, Target
from ..exceptions import BranchIncomplete, SchemaChangeRefused
from ..runtime.context import within_request

# Seconds that a new branch waits for changes of tables in main: a merge can take long.
PATIENCE = 900
# What other sessions see of it; not the branch's name, which not all users may know.
OWNER = 'provisioning of a branch'


def begin(branch, **kwargs) -> None:
    """
    Watch for the statement that begins the provisioning (receiver of pre_provision).

    Nothing is held yet: another receiver may fail, of which no signal tells either.
    """
    _take_off()
    connections[DEFAULT_DB_ALIAS].execute_wrappers.append(Standstill(branch))


def finish(branch, **kwargs) -> None:
    """
    Tidy the new branch, compare it with main, and let main go on (receiver of post_provision).

    Raises:
        BranchIncomplete: rows are missing; the branch is marked as failed, and has no schema
    """
    standstill = _take_off()
    if standstill is None or standstill.branch_id != branch.pk:
        return
    try:
        _remove_working_columns(branch)
        if lost := _lost(branch, standstill.hold):
            branch.deprovision()
            Branch.objects.filter(pk=branch.pk).update(status=BranchStatusChoices.FAILED)
            raise BranchIncomplete(lost)
    finally:
        standstill.release()


class Standstill:
    """
    Watches the statements of a provisioning (Django's database instrumentation): holds main's tables from the one that
    marks the branch as being provisioned to the one that marks it as failed, if there is one.

    No type comes or goes meanwhile, so that the revision is read once: netbox-branching asks for each class.
    """

    def __init__(self, branch: Branch):
        self.branch_id = branch.pk
        self.hold = TablesAtRest(OWNER)
        self._remembering = ExitStack()

    def __call__(self, execute, sql, params, many, context):
        """
        Raises:
            SchemaChangeRefused: tables of main have been changed for too long
            DatabaseError: main's tables cannot be locked

        The branch is then marked as failed.
        """
        if self._marks_as(BranchStatusChoices.PROVISIONING, sql, params):
            self._wait()
        result = execute(sql, params, many, context)
        if self._marks_as(BranchStatusChoices.FAILED, sql, params):
            _take_off()
            self.release()
        return result

    def release(self) -> None:
        """Let main's tables be changed again."""
        self._remembering.close()
        self.hold.release()

    def _wait(self) -> None:
        """Wait until no table of main is being changed, and keep it so."""
        try:
            self.hold.acquire(PATIENCE)
        except (SchemaChangeRefused, DatabaseError):
            _take_off()
            Branch.objects.filter(pk=self.branch_id).update(status=BranchStatusChoices.FAILED)
            raise
        self._remembering.enter_context(within_request())

    def _marks_as(self, status: str, sql, params) -> bool:
        is_update = isinstance(sql, str) and sql.startswith(f'UPDATE "{Branch._meta.db_table}"')
        # Other columns of a branch hold lists, which cannot be in a set.
        return is_update and all(value in (params or ()) for value in (status, self.branch_id))


def _take_off() -> Standstill | None:
    """Take off the watch of this connection, and return it; what an earlier provisioning left is released."""
    wrappers = connections[DEFAULT_DB_ALIAS].execute_wrappers
    found = [wrapper for wrapper in wrappers if isinstance(wrapper, Standstill)]
    wrappers[:] = [wrapper for wrapper in wrappers if not isinstance(wrapper, Standstill)]
    for older in found[:-1]:
        older.release()
    return found[-1] if found else None


def _remove_working_columns(branch: Branch) -> None:
    """The branch has copies of what staged changes in main work with: unused, and with triggers that fail."""
    target, at = Target.for_alias(branch.connection_name), timezone.now().isoformat(timespec='seconds')
    for table, column in find_leftovers(target):
        drop_leftovers(target, table, column, at)


def _lost(branch: Branch, hold: TablesAtRest) -> str:
    try:
        lossy = lossy_copies(Target.for_alias(MAIN_ALIAS), Target.for_alias(branch.connection_name), hold)
        with hold.cursor() as cursor:
            cursor.execute('SELECT 1')
    except Error as error:
        return str(error).strip()
    parts = (
        _('{table} has {copied} of {rows} rows').format(table=table, copied=copied, rows=rows)
        for table, (rows, copied) in lossy.items()
    )
    return ', '.join(parts)
