"""
Values that both main and a branch changed, of objects of any model: what netbox-branching's merge page lists, too.

netbox-branching keeps them up to date with every edit on either side. Reads only; what a user may not view is counted.
"""

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.choices import ObjectChangeActionChoices
from netbox_branching.models import Branch, ChangeDiff

from ...services.changes.pieces import Value, pieces_of, sentence
from ...services.changes.records import is_ours, values_of
from .findings import Finding
from .visible.objects import visible_ids

KIND = 'value'
# Objects that are listed.
LISTED = 100


def find_value_conflicts(branch: Branch, user) -> list[Finding]:
    """
    Return a finding for each object of which both sides changed a value, or that one side changed and one deleted.

    Args:
        branch: a branch that is ready
        user: who reads them
    """
    diffs = ChangeDiff.objects.filter(branch=branch, conflicts__isnull=False).select_related('object_type')
    by_type = defaultdict(list)
    for diff in diffs.order_by('object_type', 'object_id'):
        by_type[diff.object_type].append(diff)
    findings, left = [], 0
    for object_type, found in by_type.items():
        label = f'{object_type.app_label}.{object_type.model}'
        visible = visible_ids(branch, label, [diff.object_id for diff in found], user)
        for diff in found:
            if diff.object_id in visible and len(findings) < LISTED:
                findings.append(_finding(diff, user))
            else:
                left += 1
    if left:
        findings.append(_rest(left))
    return findings


def _finding(diff: ChangeDiff, user) -> Finding:
    what = f'{diff.object_type.name} {diff.object_id}'
    if diff.object_repr:
        what = f'{what} ({diff.object_repr})'
    if diff.current is None:
        text = _('Main deleted {object}, which the branch changed.').format(object=what)
        remedy = _("Merge with the squash strategy, which skips the branch's changes to it.")
    elif diff.action == ObjectChangeActionChoices.ACTION_DELETE:
        text = _('The branch deleted {object}, which main changed.').format(object=what)
        remedy = _('Merging deletes it in main.')
    else:
        text = _('Main and the branch both changed {object}: {values}.').format(
            object=what, values='; '.join(_values(diff, user))
        )
        remedy = _("The branch's value wins once this is confirmed on the merge page.")
    return Finding(
        kind=KIND,
        blocks=False,
        text=text,
        remedy=remedy,
        object_type=f'{diff.object_type.app_label}.{diff.object_type.model}',
        object_id=diff.object_id,
        url=diff.get_absolute_url(),
    )


def _values(diff: ChangeDiff, user) -> Iterator[str]:
    ours, theirs = ({key: data.get(key) for key in diff.conflicts} for data in (diff.current, diff.modified))
    model = diff.object_type.model_class()
    if is_ours(model):
        ours, theirs = values_of(model, (ours, theirs), user)
    else:
        ours, theirs = ({key: Value(key, pieces_of(value)) for key, value in data.items()} for data in (ours, theirs))
    for key, value in {**ours, **theirs}.items():
        yield _('"{name}" to {main} in main and to {branch} in the branch').format(
            name=value.label, main=sentence(ours.get(key)), branch=sentence(theirs.get(key))
        )


def _rest(count: int) -> Finding:
    text = ngettext(
        'One more object was changed by both main and the branch.',
        '{count} more objects were changed by both main and the branch.',
        count,
    )
    return Finding(
        kind=KIND,
        blocks=False,
        text=text.format(count=count),
        remedy=_('The merge page asks you to confirm all of them.'),
    )
