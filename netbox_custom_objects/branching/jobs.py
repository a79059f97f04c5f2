"""The job that tries a merge. It holds what it touches in main until it is rolled back, as the merge itself would."""

from django.utils.translation import gettext_lazy as _

from netbox_branching.jobs import BranchJobRunner
from netbox_branching.models import Branch

from .dry_run import dry_run
from .validators import find_conflicts

# Progress is written this many times at most.
PROGRESS_NOTES = 20


class CheckMergeJob(BranchJobRunner):
    """
    Tries to merge a branch, undoes it, and keeps everything that a merge would fail at.

    Its data hold `strategy`, `changes` (how many were tried) and `findings` (see findings.Finding).
    """

    class Meta:
        name = _('Check merge')

    def run(self, strategy: str, *args, **kwargs):
        branch = self.job.object
        self.job.data = {'strategy': strategy, 'done': 0, 'changes': branch.get_unmerged_changes().count()}
        self._save()
        findings = [*find_conflicts(branch), *dry_run(branch, strategy, self.job.user, self._progress)]
        self.job.data |= {'findings': [finding.as_dict() for finding in findings]}
        self._save()
        for finding in findings:
            self.logger.warning(finding.text)

    def _progress(self, done: int, total: int) -> None:
        self.job.data |= {'done': done, 'changes': total}
        if done % max(total // PROGRESS_NOTES, 1) == 0:
            self.logger.info(f'{done} of {total} changes tried')

    def _save(self) -> None:
        self.job.save(update_fields=['data'])


def last_check(branch: Branch):
    """Return the newest job that checked a branch, None if nobody ever did."""
    return branch.jobs.filter(name=CheckMergeJob.name).order_by('created').last()
