"""
Repair: finds by comparison what an interrupted process left undone, and does it.

Rows and columns are written in one transaction, so that a crash leaves them whole. What can be left behind is a job
that was queued after a commit: an index that was never built, or one that is invalid because its build was killed.
"""

from django.utils.translation import gettext_lazy as _

from core.choices import JobIntervalChoices
from netbox.jobs import system_job

from ...ddl.plan import Plan
from ...ddl.target import MAIN_ALIAS, Target
from ...ddl.upkeep.sizes import missing_sort_indexes
from ...ddl.upkeep.sweep import drop_unused_sequences, homeless_models
from ...models.object_types import drop_unreferenced, object_type_names
from ..discreet_job import DiscreetJob
from ..presence import hide_gone
from ..reconcile import reconcile_all
from ..staged.run_job import clean_up, describe_stale, stale_columns, take_up_lost
from .deferred import enqueue_deferred
from .schemas import open_schemas


@system_job(interval=JobIntervalChoices.INTERVAL_HOURLY)
class ReconcileTablesJob(DiscreetJob):
    """Compares the tables of all types, in main and in every branch, with their definitions; queued by the worker."""

    class Meta:
        name = _('Reconcile custom object tables')

    def work(self, *args, **kwargs):
        for alias, plans in repair().items():
            for plan in plans.values():
                for sentence in plan.describe():
                    self.logger.warning(f'{alias}: {sentence}')
        for name in sweep():
            self.logger.info(f'{name}: left behind by a branch, removed')
        for schema in open_schemas():
            for place in stale_columns(schema.alias):
                clean_up(schema.alias, *place)
                self.logger.info(f'{schema.name}: {describe_stale(*place)}')
        for change in take_up_lost(open_schemas()):
            self.logger.info(f'Staged change {change.pk}: its job no longer exists, queued again')


def repair() -> dict[str, dict[int, Plan]]:
    """
    Reconcile every type in main and in every idle branch; return what was out of line, by alias and type id.

    Costs six queries per schema when nothing is to do. Indexes on big tables are queued as jobs, as always.
    """
    found = {}
    for schema in open_schemas():
        if plans := reconcile_all(schema.alias):
            found[schema.alias] = plans
        for type_id in missing_sort_indexes(Target.for_alias(schema.alias)).keys() - plans.keys():
            enqueue_deferred(schema.alias, type_id)
    return found


def sweep() -> list[str]:
    """
    Remove the sequences and content types that types of deleted branches left in the main schema; return their names.

    Costs six queries when nothing is to do. A content type stays while any row refers to it, e.g. a change record;
    NetBox's forms no longer offer it.
    """
    main = Target.for_alias(MAIN_ALIAS)
    hide_gone()
    sequences = drop_unused_sequences(main)
    return sequences + drop_unreferenced(homeless_models(main, object_type_names()))
