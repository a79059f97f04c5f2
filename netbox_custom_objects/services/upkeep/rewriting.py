"""
Rewrites tables that approach the number of columns that PostgreSQL allows: after a purge, and as a job.

Nothing is stored about it; what remains to do is read from the catalog.
"""

import logging
from dataclasses import dataclass
from functools import partial

from django.db import DatabaseError, transaction
from django.utils.translation import gettext_lazy as _

from ...constants import LONG_JOB_SECONDS
from ...ddl.locks import lock_definitions
from ...ddl.target import Target
from ...ddl.upkeep.column_limit import Usage, rewrite, usages
from ...exceptions import SchemaChangeRefused
from ...models.staged_change import StagedChange
from ..discreet_job import DiscreetJob
from .schemas import OpenSchema, open_schemas

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.purge')


class RewriteTableJob(DiscreetJob):
    """Writes tables again that have used most of the columns that PostgreSQL allows, in all open schemas."""

    class Meta:
        name = _('Make room for fields of custom object types')

    def work(self, *args, **kwargs):
        for rewritten in rewrite_where_worth_it():
            log = self.logger.info if rewritten.done else self.logger.warning
            log(f'{rewritten.schema}: {rewritten.describe()} {rewritten.error}'.rstrip())


@dataclass(slots=True)
class Rewritten:
    """A table that gains room when it is rewritten; `error` says why it was not."""

    schema: str
    usage: Usage
    done: bool = False
    error: str = ''

    def describe(self) -> str:
        """Return a sentence about it."""
        return _('Rewrite table {table} without its {count} dropped columns.').format(
            table=self.usage.table, count=self.usage.dropped
        )


def rewrite_where_worth_it(type_ids: set[int] | None = None, dry_run: bool = False) -> list[Rewritten]:
    """
    Write the tables again that come near the limit and gain enough; return what was found.

    Args:
        type_ids: only of these types, None for all
        dry_run: write nothing
    """
    found = []
    for schema in open_schemas():
        target = Target.for_alias(schema.alias)
        for usage in usages(target):
            if usage.is_worth_rewriting and (type_ids is None or usage.type_id in type_ids):
                rewritten = Rewritten(schema.name, usage)
                if not dry_run:
                    _rewrite(schema, target, rewritten)
                found.append(rewritten)
    return found


def _rewrite(schema: OpenSchema, target: Target, rewritten: Rewritten) -> None:
    type_id = rewritten.usage.type_id
    try:
        with transaction.atomic(using=schema.alias):
            lock_definitions(target)
            if StagedChange.objects.unfinished(schema.alias).filter(type_id=type_id).exists():
                rewritten.error = _('One of its fields is being changed step by step.')
                return
            rewrite(target, type_id)
    except (DatabaseError, SchemaChangeRefused) as error:
        rewritten.error = str(error).strip()
        logger.warning('%s: %s %s', schema.name, rewritten.describe(), rewritten.error)
    else:
        rewritten.done = True


def enqueue_if_worth_it(alias: str, type_id: int) -> None:
    """Queue the job when the current transaction commits, if the table of a type has come near the limit."""
    found = usages(Target.for_alias(alias))
    if any(usage.type_id == type_id and usage.is_worth_rewriting for usage in found):
        enqueue = partial(RewriteTableJob.enqueue_unless_waiting, job_timeout=LONG_JOB_SECONDS)
        transaction.on_commit(enqueue, using=alias)
