"""Change diffs: which of many changes in main concern objects that branches have changed."""

from collections.abc import Sequence

from core.choices import ObjectChangeActionChoices
from core.models import ObjectChange
from netbox_branching.choices import BranchStatusChoices
from netbox_branching.contextvars import active_branch
from netbox_branching.models import ChangeDiff

from ..models.receivers import Call


def with_diffs(calls: Sequence[Call]) -> list[ObjectChange]:
    """Return the change records that netbox-branching notes in change diffs; in a branch, all of them."""
    records = [record for record, _arguments in calls]
    if active_branch.get() is not None:
        return records
    changes = [record for record in records if record.action != ObjectChangeActionChoices.ACTION_CREATE]
    if not changes:
        return []
    diffs = ChangeDiff.objects.filter(
        object_type__in={record.changed_object_type_id for record in changes},
        object_id__in=[record.changed_object_id for record in changes],
        branch__status=BranchStatusChoices.READY,
    )
    found = set(diffs.values_list('object_type_id', 'object_id'))
    return [record for record in changes if (record.changed_object_type_id, record.changed_object_id) in found]
