"""
Schema steps that take time in proportion to a table's rows, done by a background job.

Nothing is stored about them: what is left to do is the difference between definitions and catalog, as always. Hence
the job can be killed, repeated, or queued twice without harm.
"""

from django.utils.translation import gettext_lazy as _

from ...constants import LONG_JOB_SECONDS
from ...ddl.diff import diff
from ...ddl.executor import DEFERRED, finish
from ...ddl.introspect import introspect
from ...ddl.plan import Plan
from ...ddl.target import Target
from ...ddl.upkeep.sizes import missing_sort_indexes
from ...field_types import compile_type
from ...models.rows.loader import load_definitions
from ..discreet_job import DiscreetJob


class FinishSchemaChangeJob(DiscreetJob):
    """Builds indexes and adds checks to one type's tables without blocking writers."""

    class Meta:
        name = _('Finish schema change')

    def work(self, alias: str, type_id: int, *args, **kwargs):
        for sentence in finish_schema_change(alias, type_id).describe():
            self.logger.info(sentence)


def finish_schema_change(alias: str, type_id: int) -> Plan:
    """Add what indexes and checks a type lacks in one schema, outside of a transaction, and return what was added."""
    target = Target.for_alias(alias)
    definition = load_definitions(alias, type_id).get(type_id)
    if definition is None:
        return Plan()
    actual = introspect(target, type_id)
    missing = diff(actual, compile_type(definition, actual), now='')
    deferred = tuple(operation for operation in missing if isinstance(operation, DEFERRED))
    plan = Plan((*deferred, *missing_sort_indexes(target, type_id).get(type_id, ())))
    finish(target, plan)
    return plan


def enqueue_deferred(alias: str, type_id: int) -> None:
    FinishSchemaChangeJob.enqueue(alias=alias, type_id=type_id, job_timeout=LONG_JOB_SECONDS)
