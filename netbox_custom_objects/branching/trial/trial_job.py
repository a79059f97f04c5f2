"""The job that makes a dry run of a merge. Like a merge, it locks what it touches in main until it is rolled back."""

from datetime import timedelta

from django.db import DEFAULT_DB_ALIAS, transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import JobStatusChoices
from core.models import Job
from netbox_branching.jobs import BranchJobRunner
from netbox_branching.models import Branch
from netbox_branching.utilities import is_job_abandoned

from ...models.job_reports import keep_report
from ...services.discreet_job import DiscreetJob
from ..merging.validators import find_conflicts
from .dry_run import dry_run

# Progress is written this many times at most.
PROGRESS_NOTES = 20
# A job is written a moment before it is queued; without a place in the queue it would look abandoned.
JUST_QUEUED = timedelta(minutes=1)


class CheckMergeJob(DiscreetJob, BranchJobRunner):
    """
    Tries to merge a branch, undoes it, and keeps everything that a merge would fail at.

    Its data hold `strategy`, `changes` (how many were tried) and the number of findings, its report the `findings`
    themselves (see findings.Finding): these quote values, which not everyone who views jobs may view.
    """

    class Meta:
        name = _('Check merge')

    def work(self, strategy: str, *args, **kwargs):
        branch = self.job.object
        self.job.data = {'strategy': strategy, 'done': 0, 'changes': branch.get_unmerged_changes().count()}
        self._save()
        findings = find_conflicts(branch)
        named = {finding.rule for finding in findings} - {None}
        # What is not met is known without the dry run, which would name the same objects again.
        tried = dry_run(branch, strategy, self.job.user, self._progress)
        findings += [finding for finding in tried if finding.rule not in named]
        keep_report(self.job, {'findings': [finding.as_dict() for finding in findings]})
        self.job.data |= {'found': len(findings)}
        self._save()
        for finding in findings:
            self.logger.warning(f'{finding.kind}: {finding.object_type} {finding.object_id or ""}'.strip())

    def _progress(self, done: int, total: int) -> None:
        self.job.data |= {'done': done, 'changes': total}
        if done % max(total // PROGRESS_NOTES, 1) == 0:
            self.logger.info(f'{done} of {total} changes tried')

    def _save(self) -> None:
        self.job.save(update_fields=['data'])


def queue_check(branch: Branch, user, strategy: str) -> Job | None:
    """
    Queue a check, and return its job; None if one of this branch waits or runs already.

    Each holds locks in main for as long as a merge would, and two would say the same.

    Raises:
        Http404: the branch has just been deleted
    """
    with transaction.atomic(using=DEFAULT_DB_ALIAS):
        # Others who ask at the same time wait here.
        get_object_or_404(Branch.objects.select_for_update(), pk=branch.pk)
        unfinished = checks_of(branch).filter(status__in=JobStatusChoices.ENQUEUED_STATE_CHOICES)
        if any(timezone.now() - job.created < JUST_QUEUED or not is_job_abandoned(job) for job in unfinished):
            return None
        return CheckMergeJob.enqueue(instance=branch, user=user, strategy=strategy)


def checks_of(branch: Branch):
    return branch.jobs.filter(name=CheckMergeJob.name)


def last_check(branch: Branch):
    """Return the newest job that checked a branch, None if there was none."""
    return checks_of(branch).order_by('created').last()
