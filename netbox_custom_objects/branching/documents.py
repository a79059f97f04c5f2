"""Applies a document, or installs a model, in a branch that is made for it, by a job: that takes a while."""

import uuid
from abc import ABC, abstractmethod

from django.utils.translation import gettext_lazy as _

from core.exceptions import JobFailed
from core.models import Job
from netbox.context_managers import event_tracking
from utilities.request import NetBoxFakeRequest

from ..constants import LONG_JOB_SECONDS
from ..models.applied_files import note_applied
from ..models.job_reports import keep_report
from ..schema.errors import DocumentError
from ..schema.executor import apply
from ..schema.gallery.catalog import find_model
from ..schema.gallery.install import describe_installation, install
from ..schema.gallery.outcome import what_is_not_there, what_was_done
from ..schema.notation import describe_application, describe_error, what_was_changed
from ..services.discreet_job import DiscreetJob
from .making import inside_new_branch, new_branch


class InNewBranchMixin(ABC):
    """Makes the branch that a job is about, and does its work there; keeps what came of it as a report."""

    def work(self, *args, **kwargs):
        values = {'id': uuid.uuid4(), 'user': self.job.user, 'META': {}, 'GET': {}, 'POST': {}, 'path': ''}
        try:
            with inside_new_branch(self.job.object, self.job.user), event_tracking(NetBoxFakeRequest(values)):
                body = self.work_there(**kwargs)
        except DocumentError as error:
            code, body = describe_error(error)
            keep_report(self.job, {'status_code': code, 'data': body})
            self.job.error = _(
                'The branch is ready, but the document was refused. The user who sent it can read why at '
                'job-reports/{job}/.'
            ).format(job=self.job.pk)
            raise JobFailed from error
        keep_report(self.job, {'status_code': 200, 'data': body})

    @abstractmethod
    def work_there(self, **kwargs) -> dict:
        """Work in the branch, and return the report; raise DocumentError."""


class ApplyInBranchJob(InNewBranchMixin, DiscreetJob):
    """Makes its branch, and applies a document there."""

    class Meta:
        name = _('Apply document in a new branch')

    def work_there(self, document: dict, options: dict, source: dict | None = None, **kwargs):
        comparison = apply(document, user=self.job.user, **options)
        note_applied(source, self.job.user, self.job.object.name)
        self.logger.info(what_was_changed(comparison))
        return describe_application(comparison)


class InstallInBranchJob(InNewBranchMixin, DiscreetJob):
    """Makes its branch, and installs a model of the gallery there."""

    class Meta:
        name = _('Install model in a new branch')

    def work_there(self, model: str, options: dict, **kwargs):
        found = install(find_model(model), user=self.job.user, **options)
        for sentence in (what_was_done(found), *what_is_not_there(found)):
            self.logger.info(sentence)
        return describe_installation(found)


def apply_in_new_branch(name: str, document: dict, user, options: dict, source: dict | None = None) -> Job:
    """
    Make a branch, and queue the job that provisions it and applies a document there.

    Args:
        name: of the branch
        document: one that has been checked
        user: in whose name
        options: flags of `apply`
        source: the file that the document is from, see `note_applied`

    Raises:
        ValidationError: there cannot be a branch of this name
    """
    return _enqueue(ApplyInBranchJob, name, user, document=document, options=options, source=source)


def install_in_new_branch(name: str, model: str, user, options: dict) -> Job:
    """Make a branch, and queue the job that installs a model of the gallery there; as `apply_in_new_branch`."""
    return _enqueue(InstallInBranchJob, name, user, model=model, options=options)


def _enqueue(job_class: type[DiscreetJob], name: str, user, **arguments) -> Job:
    branch = new_branch(name, user)
    return job_class.enqueue(instance=branch, user=user, job_timeout=LONG_JOB_SECONDS, **arguments)
