"""
Which change records of main a branch has brought by a merge, or taken back by a revert.

netbox-branching gives them the request ids of the branch's records; the events of the branch tell them apart.
"""

from collections.abc import Collection

from django.db import DEFAULT_DB_ALIAS
from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Value
from django.utils.translation import gettext as _

from netbox_branching.choices import BranchEventTypeChoices
from netbox_branching.models import Branch, BranchEvent

from ...runtime.context import current_alias

MERGED, REVERTED = BranchEventTypeChoices.MERGED, BranchEventTypeChoices.REVERTED


def with_replays(records: QuerySet) -> QuerySet:
    """Return change records with the id of the merge or revert that repeated them, as `replay`."""
    if current_alias() != DEFAULT_DB_ALIAS:
        # Records of a branch have ids of their own.
        return records.annotate(replay=Value(None, output_field=BigIntegerField()))
    # The event is recorded when all is done.
    events = BranchEvent.objects.filter(
        type__in=(MERGED, REVERTED), branch__applied_changes__change=OuterRef('pk'), time__gte=OuterRef('time')
    )
    return records.annotate(replay=Subquery(events.order_by('time').values('pk')[:1]))


def describe_replays(replays: Collection[int], user) -> dict[int, tuple[str, str]]:
    """Return a sentence about each merge or revert and the address of its branch, as far as the user may view it."""
    branches = Branch.objects.restrict(user, 'view').in_bulk()
    texts = {
        (MERGED, True): _('Merged from branch {branch}'),
        (REVERTED, True): _('Reverted: branch {branch}'),
        (MERGED, False): _('Merged from a branch'),
        (REVERTED, False): _('Merge reverted'),
    }
    found = {}
    for event in BranchEvent.objects.filter(pk__in=replays):
        branch = branches.get(event.branch_id)
        text = texts[event.type, branch is not None].format(branch=branch)
        found[event.pk] = text, branch.get_absolute_url() if branch else ''
    return found
