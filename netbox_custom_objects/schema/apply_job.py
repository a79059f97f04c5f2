"""
The job that applies a large document. Its record says how far it is; what was refused is for the user who asked.

May import NetBox's jobs.
"""

import uuid

from django.utils.translation import gettext_lazy as _

from core.exceptions import JobFailed
from core.models import Job
from netbox.context_managers import event_tracking
from utilities.request import NetBoxFakeRequest

from ..constants import LONG_JOB_SECONDS
from ..models.applied_files import note_applied
from ..models.job_reports import keep_report
from ..runtime.context import current_alias
from ..services.discreet_job import DiscreetJob
from ..services.upkeep.schemas import open_schemas
from .errors import DocumentError
from .executor import apply
from .notation import describe_application, describe_error, what_was_changed

# A document of more types is left to a job.
TYPES_AT_ONCE = 50


class ApplyDocumentJob(DiscreetJob):
    """Applies a document in the schema in which it was asked for; all of it, or nothing."""

    class Meta:
        name = _('Apply document')

    def work(
        self, document: dict, alias: str, allow_destructive: bool, ignore_base: bool, source=None, *args, **kwargs
    ):
        schema = next((schema for schema in open_schemas() if schema.alias == alias), None)
        if schema is None:
            self.job.error = _('The branch no longer exists, or cannot be changed.')
            raise JobFailed
        request = NetBoxFakeRequest(
            {'id': uuid.uuid4(), 'user': self.job.user, 'META': {}, 'GET': {}, 'POST': {}, 'path': ''}
        )
        try:
            with schema.activate(), event_tracking(request):
                comparison = apply(
                    document,
                    allow_destructive=allow_destructive,
                    ignore_base=ignore_base,
                    user=self.job.user,
                    note=self.note,
                )
        except DocumentError as error:
            status, body = describe_error(error)
            keep_report(self.job, {'status_code': status, 'data': body})
            self.job.error = _('The document was refused. The user who sent it can read why at job-reports/{job}/.')
            self.job.error = self.job.error.format(job=self.job.pk)
            raise JobFailed from error
        note_applied(source, self.job.user, schema.name)
        self.logger.info(what_was_changed(comparison))
        keep_report(self.job, {'status_code': 200, 'data': describe_application(comparison)})


def is_large(document: dict) -> bool:
    """Whether a document is left to a job."""
    return len(document['types']) > TYPES_AT_ONCE


def enqueue(
    document: dict, user, allow_destructive: bool = False, ignore_base: bool = False, source: dict | None = None
) -> Job:
    """
    Queue the job that applies a document, which has been checked, to the current schema.

    Args:
        document: the document
        user: in whose name
        allow_destructive: as for `apply`
        ignore_base: as for `apply`
        source: the file that it is from, see `note_applied`
    """
    return ApplyDocumentJob.enqueue(
        user=user,
        document=document,
        alias=current_alias(),
        allow_destructive=allow_destructive,
        ignore_base=ignore_base,
        source=source,
        job_timeout=LONG_JOB_SECONDS,
    )
