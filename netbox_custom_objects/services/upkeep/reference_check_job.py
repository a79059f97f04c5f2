"""
The job that looks for broken references in one schema: queued after each replay, and by users.

No foreign key of the database guards references (decision 5), and a replay passes through states in which some dangle.
"""

import logging
import uuid

from django.utils.translation import gettext_lazy as _

from core.models import Job
from netbox.context_managers import event_tracking
from utilities.request import NetBoxFakeRequest

from ...constants import LONG_JOB_SECONDS
from ...ddl.target import MAIN_ALIAS
from ..discreet_job import DiscreetJob
from .integrity import find_dangling, has_references, release
from .schemas import OpenSchema, open_schemas

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.references')


class CheckReferencesJob(DiscreetJob):
    """Finds references that lead nowhere, and clears them if it is told to; its log names each by its ids."""

    class Meta:
        name = _('Check custom object references')

    def work(self, alias: str = MAIN_ALIAS, repair: bool = False, *args, **kwargs):
        schema = find_schema(alias)
        if schema is None:
            self.logger.warning(_('The branch is no longer open; there is nothing to check.'))
            return
        with schema.activate():
            found = list(find_dangling(alias))
            if repair and found:
                with event_tracking(self._request()):
                    release(alias, found)
        for dangling in found:
            self.logger.warning(f'{schema.name}: {dangling.describe_by_ids()}')
        self.job.data = {'schema': schema.name, 'found': len(found), 'repaired': repair}
        self.job.save(update_fields=['data'])
        if not found:
            self.logger.info(_('{schema}: all references are valid.').format(schema=schema.name))
        elif repair:
            self.logger.info(_('{count} references were cleared and logged.').format(count=len(found)))

    def _request(self) -> NetBoxFakeRequest:
        empty = {'META': {}, 'GET': {}, 'POST': {}, 'path': ''}
        return NetBoxFakeRequest({'id': uuid.uuid4(), 'user': self.job.user, **empty})


def find_schema(alias: str) -> OpenSchema | None:
    """Return the open schema behind an alias."""
    return next((schema for schema in open_schemas() if schema.alias == alias), None)


def enqueue_check(schema: OpenSchema, user=None, repair: bool = False) -> Job | None:
    """
    Queue a check of one schema, unless one is waiting already or it has no references.

    Args:
        schema: main or a branch
        user: in whose name the job runs
        repair: clear what is found

    Returns:
        the job that will do it; None if nothing refers to anything
    """
    if not has_references(schema.alias):
        return None
    name = f'{CheckReferencesJob.name}: {schema.name}'
    # One that waits may be for a look only.
    enqueue = CheckReferencesJob.enqueue if repair else CheckReferencesJob.enqueue_unless_waiting
    return enqueue(name=name, user=user, alias=schema.alias, repair=repair, job_timeout=LONG_JOB_SECONDS)


def check_after_replay(schema: OpenSchema, user=None) -> None:
    """Queue a check as `enqueue_check` does; if that fails, log it: the replay itself is done."""
    try:
        enqueue_check(schema, user)
    except Exception:
        logger.exception('The check of references in %s could not be queued.', schema.name)
