"""
The base of our jobs: their records hold nothing that only some of those who may view jobs may see.

NetBox keeps the traceback of a job that fails, and PostgreSQL's errors quote values. May import NetBox's jobs.
"""

import logging
from datetime import timedelta

from django.utils import timezone
from rq.timeouts import JobTimeoutException

from core.choices import JobStatusChoices
from core.exceptions import JobFailed
from core.models import Job
from netbox.jobs import JobRunner

from ..ddl.target import separate_cursor
from ..exceptions import sentence_of

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.jobs')


# One that runs is not among them: it may have read what it works on before that was changed.
_WAITING = (JobStatusChoices.STATUS_PENDING, JobStatusChoices.STATUS_SCHEDULED)

# Progress is written this many times at most.
PROGRESS_NOTES = 20


class DiscreetJob(JobRunner):
    """A job that keeps a sentence about an error, and leaves the rest to the log of the server."""

    # The part of the work that was last written down, in parts of PROGRESS_NOTES.
    _noted = None

    def run(self, *args, **kwargs):
        try:
            self.work(*args, **kwargs)
        except (JobFailed, JobTimeoutException):
            raise
        except Exception as error:
            logger.exception('Job %s failed.', self.job.pk)
            self.job.error = sentence_of(error)
            self.logger.error(self.job.error)
            raise JobFailed from error

    def note(self, done: int, total: int) -> None:
        """Write how far it is."""
        part = PROGRESS_NOTES * done // max(total, 1)
        if part == self._noted:
            return
        self._noted = part
        write_progress(self.job, done, total)

    @classmethod
    def enqueue_unless_waiting(cls, name: str = '', **kwargs) -> Job:
        """
        Queue a job unless one of the same name waits already; return the one that will do it.

        Args:
            name: tells apart the jobs of a class that are about different things
            kwargs: as for `enqueue`
        """
        name = name or cls.name
        return cls.waiting(name) or cls.enqueue(name=name, **kwargs)

    @staticmethod
    def waiting(name: str) -> Job | None:
        """Return a job of this name that is to be run."""
        return Job.objects.filter(name=name, status__in=_WAITING).first()

    def work(self, *args, **kwargs) -> None:
        """Do what the job is for; in its log and data, objects, fields and types have ids and no names."""
        raise NotImplementedError


def write_progress(job: Job, done: int, total: int) -> None:
    """Write how far a job is, over a connection of its own: what the job itself writes is not seen before its end."""
    with separate_cursor() as cursor:
        table = Job._meta.db_table
        cursor.execute(
            f"UPDATE {table} SET data = jsonb_build_object('done', %s::int, 'rows', %s::int) WHERE id = %s",
            [done, total, job.pk],
        )


def is_waiting(job: Job | None, for_less_than: timedelta) -> bool:
    """Whether a job is queued, as far as one can tell without asking the queue, which may have lost an older one."""
    return job is not None and job.status in _WAITING and timezone.now() - job.created < for_less_than
