"""Applies a document in a branch that is made for it, by a job: making the branch takes a while."""

import uuid

from django.utils.translation import gettext_lazy as _

from core.exceptions import JobFailed
from core.models import Job
from netbox.context_managers import event_tracking
from netbox_branching.models import Branch
from netbox_branching.utilities import activate_branch
from utilities.request import NetBoxFakeRequest

from ..constants import LONG_JOB_SECONDS
from ..models.applied_files import note_applied
from ..models.job_reports import keep_report
from ..schema.errors import DocumentError
from ..schema.executor import apply
from ..schema.notation import describe_diff, describe_error
from ..services.discreet_job import DiscreetJob


class ApplyInBranchJob(DiscreetJob):
    """Makes its branch, and applies a document there."""

    class Meta:
        name = _('Apply document in a new branch')

    def work(self, document: dict, options: dict, source: dict | None = None, *args, **kwargs):
        branch = self.job.object
        branch.provision(user=self.job.user)
        branch = Branch.objects.get(pk=branch.pk)  # branches cache what they know of themselves
        values = {'id': uuid.uuid4(), 'user': self.job.user, 'META': {}, 'GET': {}, 'POST': {}, 'path': ''}
        try:
            with activate_branch(branch), event_tracking(NetBoxFakeRequest(values)):
                comparison = apply(document, user=self.job.user, **options)
        except DocumentError as error:
            code, body = describe_error(error)
            keep_report(self.job, {'status_code': code, 'data': body})
            self.job.error = _(
                'The branch is ready, but the document was refused. The user who sent it can read why at '
                'job-reports/{job}/.'
            ).format(job=self.job.pk)
            raise JobFailed from error
        note_applied(source, self.job.user, branch.name)
        body = {'applied': True, 'diffs': [describe_diff(diff) for diff in comparison.diffs]}
        keep_report(self.job, {'status_code': 200, 'data': body})


def apply_in_new_branch(name: str, document: dict, user, options: dict, source: dict | None = None) -> Job:
    """
    Make a branch, and queue the job that provisions it and applies a document there.

    Args:
        name: of the branch
        document: one that has been checked
        user: in whose name
        options: of `apply`
        source: the file that the document is from, see `note_applied`

    Raises:
        ValidationError: there cannot be a branch of this name
    """
    branch = Branch(name=name, owner=user)
    branch.full_clean()
    branch.save(provision=False)
    return ApplyInBranchJob.enqueue(
        instance=branch, user=user, document=document, options=options, source=source, job_timeout=LONG_JOB_SECONDS
    )
