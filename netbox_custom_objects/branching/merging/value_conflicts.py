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

from ...constants import APP_LABEL
from ...definitions import type_id_from_model_name
from ...models.change_data import readable
from .findings import Finding
from .visible.objects import visible_ids

KIND = 'value'
# Objects that are listed, and characters that are shown of a value.
LISTED = 100
SHOWN = 80


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
                findings.append(_finding(diff))
            else:
                left += 1
    if left:
        findings.append(_rest(left))
    return findings


def _finding(diff: ChangeDiff) -> Finding:
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
            object=what, values='; '.join(_values(diff))
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


def _values(diff: ChangeDiff) -> Iterator[str]:
    ours, theirs = (
        _named(diff, {key: data.get(key) for key in diff.conflicts}) for data in (diff.current, diff.modified)
    )
    for name in {**ours, **theirs}:
        yield _('"{name}" to {main} in main and to {branch} in the branch').format(
            name=name, main=_shown(ours.get(name)), branch=_shown(theirs.get(name))
        )


def _named(diff: ChangeDiff, data: dict) -> dict:
    """Return change data keyed by the names that fields have now."""
    is_ours = diff.object_type.app_label == APP_LABEL and type_id_from_model_name(diff.object_type.model) is not None
    return readable(diff.object_type.model_class(), data) if is_ours else data


def _shown(value) -> str:
    if value in (None, '', [], {}):
        return _('nothing')
    text = str(value)
    return f'"{text}"' if len(text) <= SHOWN else f'"{text[:SHOWN]}…"'


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
