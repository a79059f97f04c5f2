"""
The base of our jobs: their records hold nothing that only some of those who may view jobs may see.

NetBox keeps the traceback of a job that fails, and PostgreSQL's errors quote values. May import NetBox's jobs.
"""

import logging

from rq.timeouts import JobTimeoutException

from core.exceptions import JobFailed
from netbox.jobs import JobRunner

from ..exceptions import sentence_of

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.jobs')


class DiscreetJob(JobRunner):
    """A job that keeps a sentence about an error, and leaves the rest to the log of the server."""

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

    def work(self, *args, **kwargs) -> None:
        """Do what the job is for; in its log and data, objects, fields and types have ids and no names."""
        raise NotImplementedError
