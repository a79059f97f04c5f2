"""
Repair: what a killed process left undone is found by comparison, and done.

Rows and columns are written in one transaction, so that a crash leaves them whole. What can be left behind is a job
that was queued after a commit: an index that was never built, or one that is invalid because its build was killed.
"""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from core.choices import JobIntervalChoices
from netbox.jobs import JobRunner, system_job

from ..ddl.plan import Plan
from ..ddl.target import MAIN_ALIAS
from .reconcile import reconcile_all

_list_branches: Callable[[], list[str]] = list


def set_branch_lister(lister: Callable[[], list[str]]) -> None:
    """Make `lister` name the connection aliases of the branches that may be repaired: those nobody is busy with."""
    global _list_branches
    _list_branches = lister


@system_job(interval=JobIntervalChoices.INTERVAL_HOURLY)
class ReconcileTablesJob(JobRunner):
    """Compares the tables of all types, in main and in every branch, with their definitions; queued by the worker."""

    class Meta:
        name = _('Reconcile custom object tables')

    def run(self, *args, **kwargs):
        for alias, plans in repair().items():
            for plan in plans.values():
                for sentence in plan.describe():
                    self.logger.warning(f'{alias}: {sentence}')


def repair() -> dict[str, dict[int, Plan]]:
    """
    Reconcile every type in main and in every idle branch; return what was out of line, by alias and type id.

    Costs five queries per schema when nothing is to do. Indexes on big tables are queued as jobs, as always.
    """
    found = {alias: reconcile_all(alias) for alias in (MAIN_ALIAS, *_list_branches())}
    return {alias: plans for alias, plans in found.items() if plans}
