"""The job that runs staged changes, and resumes those whose process has died."""

from datetime import timedelta

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.exceptions import JobFailed

from ...choices import StagedChangeStageChoices as Stage
from ...constants import LONG_JOB_SECONDS
from ...ddl.held import WorkLock
from ...ddl.staging.leftovers import drop_leftovers, find_leftovers
from ...ddl.target import Target
from ...exceptions import SchemaChangeRefused
from ...models import StagedChange
from ..discreet_job import DiscreetJob, is_waiting
from ..upkeep.schemas import OpenSchema
from .run import run

# A job that has waited for longer may be lost.
QUEUED_FOR = timedelta(hours=1)


class StagedChangeJob(DiscreetJob):
    """Carries one change of a field on; its log names each stage, and how many rows are done."""

    class Meta:
        name = _('Staged change')

    def work(self, change_id: int, *args, **kwargs):
        try:
            change = run(change_id, self.logger.info)
        except SchemaChangeRefused as error:
            self.logger.error(str(error))
            raise JobFailed from error
        self.job.data = {'stage': change.stage, 'rows_done': change.rows_done, 'rows_total': change.rows_total}
        self.job.save(update_fields=['data'])
        self.logger.info(str(change.get_stage_display()))


def enqueue(change: StagedChange, again: bool = False) -> None:
    """
    Queue the job of a change when the current transaction commits, unless it waits already.

    Args:
        change: the change
        again: also if it seems to wait: the queue may have lost it
    """
    if not again and is_waiting(change.job, QUEUED_FOR):
        return
    name = f'{StagedChangeJob.name} {change.pk}'
    change.job = StagedChangeJob.enqueue(name=name, user=change.user, change_id=change.pk, job_timeout=LONG_JOB_SECONDS)
    StagedChange.objects.using(DEFAULT_DB_ALIAS).filter(pk=change.pk).update(job=change.job)


def take_up_lost(schemas: list[OpenSchema]) -> list[StagedChange]:
    """Queue the changes again that no process is at work on, though one should be; return them."""
    aliases = [schema.alias for schema in schemas]
    changes = StagedChange.objects.using(DEFAULT_DB_ALIAS).filter(alias__in=aliases, stage__in=Stage.RUNNING)
    lost = [change for change in changes.defer('offenders').select_related('job') if not _is_at_work(change)]
    for change in lost:
        enqueue(change)
    return lost


def stale_columns(alias: str) -> list[tuple[str, str]]:
    """
    Return (table, column) of what staged changes have left behind in one schema, in one query if there is nothing.

    Branches copy main's tables as they are: with what a change in main was working with.
    """
    found = find_leftovers(Target.for_alias(alias))
    if not found:
        return []
    changes = StagedChange.objects.using(DEFAULT_DB_ALIAS).unfinished(alias).defer('offenders')
    under_way = {(change.table, change.column) for change in changes}
    return [place for place in found if place not in under_way]


def clean_up(alias: str, table: str, column: str) -> None:
    """
    Remove what a staged change has left behind beside a column.

    Raises:
        SchemaLocked: the table is in use for too long
    """
    drop_leftovers(Target.for_alias(alias), table, column, timezone.now().isoformat(timespec='seconds'))


def describe_stale(table: str, column: str) -> str:
    return f'Remove what a staged change has left behind beside column {column} of {table}.'


def _is_at_work(change: StagedChange) -> bool:
    if is_waiting(change.job, QUEUED_FOR):
        return True
    lock = WorkLock(f'staged change {change.pk}')
    try:
        return not lock.acquire()
    finally:
        lock.release()
