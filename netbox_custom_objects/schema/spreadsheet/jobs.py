"""
What is done with a sheet in the background, because a request would take too long: reading a large file, and checking
many rows.

One job at a time works on a sheet: the one that the sheet names. May import services and models. The records of jobs
hold ids and numbers only; what was done, or why nothing was, is kept with the sheet, for its owner.
"""

from abc import ABC, abstractmethod

from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exceptions import JobFailed
from core.models import Job
from utilities.exceptions import AbortRequest

from ...constants import LONG_JOB_SECONDS
from ...exceptions import CustomObjectsError, sentence_of
from ...models import Spreadsheet
from ...services.discreet_job import DiscreetJob
from .plan import Plan
from .references import Targets
from .uploads import keep_plan, read_sheets

# Reasons for which nothing was done, whose messages are meant for the user.
REFUSALS = (CustomObjectsError, PermissionDenied, AbortRequest)
# Seconds that a job waits for another one to leave a sheet.
PATIENCE = 10
# More than these are checked by a job.
CELLS_AT_ONCE = 400_000


class SpreadsheetWork(ABC):
    """Mixin of jobs that process a sheet, completely or not at all."""

    # Shown on pages while the job runs.
    step = ''

    def work(self, spreadsheet: int, *args, **kwargs):
        sheet = Spreadsheet.objects.using(DEFAULT_DB_ALIAS).filter(pk=spreadsheet, job=self.job).first()
        lock = Spreadsheet.work_lock(spreadsheet)
        try:
            if sheet is None or not lock.acquire(PATIENCE):
                self.job.error = _('The spreadsheet was discarded, or another job works on it.')
                raise JobFailed
            self._work(sheet, **kwargs)
        finally:
            lock.release()

    def _work(self, sheet: Spreadsheet, **kwargs) -> None:
        outcome = {'error': _('The job was stopped. Nothing was created.')}
        try:
            outcome = self.do(sheet, **kwargs)
        except Exception as error:
            outcome = {'error': str(error) if isinstance(error, REFUSALS) else sentence_of(error)}
            if not isinstance(error, REFUSALS):
                raise
            self.job.error = _('Nothing was created. The user who uploaded the spreadsheet can read why.')
            raise JobFailed from error
        finally:
            # It may have been discarded meanwhile, with its owner.
            stored = Spreadsheet.objects.using(DEFAULT_DB_ALIAS).filter(pk=sheet.pk)
            stored.update(outcome=outcome, found=sheet.found)

    @abstractmethod
    def do(self, sheet: Spreadsheet, **kwargs) -> dict:
        """
        Do the work, and return the outcome that the sheet keeps.

        Raises:
            REFUSALS: with a message for the user; nothing was written
        """

    @classmethod
    def enqueue_for(cls, sheet: Spreadsheet, **kwargs) -> Job:
        """Queue the job for a sheet that no job works on, when the current transaction commits."""
        sheet.outcome = {'step': cls.step}
        sheet.job = cls.enqueue(spreadsheet=sheet.pk, job_timeout=LONG_JOB_SECONDS, **kwargs)
        sheet.save(using=DEFAULT_DB_ALIAS, update_fields=('outcome', 'job'))
        return sheet.job


class ReadSpreadsheetJob(SpreadsheetWork, DiscreetJob):
    """Reads a file that was kept as it is."""

    step = 'read'

    class Meta:
        name = gettext_lazy('Read spreadsheet')

    def do(self, sheet: Spreadsheet, **kwargs) -> dict:
        with transaction.atomic(using=DEFAULT_DB_ALIAS), sheet.take_file() as file:
            read_sheets(file, sheet, note=self.note)
        return {}


class CheckSpreadsheetJob(SpreadsheetWork, DiscreetJob):
    """Checks all rows of a sheet by its plan."""

    step = 'check'

    class Meta:
        name = gettext_lazy('Check spreadsheet')

    def do(self, sheet: Spreadsheet, **kwargs) -> dict:
        fault = keep_plan(sheet, Plan.from_json(sheet.plan), Targets(sheet.owner), self.note)
        if fault is None:
            return {}
        message = str(fault) if fault.column is None else f'{fault.column.header}: {fault}'
        return {'error': message}


def is_large(sheet: Spreadsheet, plan: Plan) -> bool:
    """Whether checking the rows by a plan is left to a job."""
    return sheet.row_count * len(plan.used) > CELLS_AT_ONCE
