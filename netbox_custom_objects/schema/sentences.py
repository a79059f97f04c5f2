"""
What a change of a field means for the people who work with its values, in their words.

May import the preview. The statements on tables are experts' words, and are shown apart (services.preview).
"""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import settings
from ..ddl.operations import RestoreColumn, RestoreTable
from ..definitions import CONDITIONS
from ..field_types import FIELD_TYPES
from ..services.preview import Step
from .comparator import COTDiff, FieldChange, FieldOp
from .preview import DocumentPreview

# What only says how a field looks, and where.
_LOOKS = frozenset((
    'label', 'description', 'group_name', 'weight', 'search_weight', 'filter_logic', 'ui_visible', 'ui_editable',
    'in_list', 'is_cloneable', 'comments', 'primary', 'context',
))  # fmt: skip


def effects(preview: DocumentPreview, diff: COTDiff, change: FieldChange) -> list[str]:
    """Return what a change does to the values of a field, one sentence each; nothing for a field of a new type."""
    if diff.is_new:
        return []
    steps = preview.steps_of(diff, change)
    if change.op == FieldOp.ADD:
        return [added(steps, change.schema_def.get('default') is not None, preview.rows.get(diff.slug, 0))]
    if change.op == FieldOp.REMOVE:
        return [removed(steps)]
    return altered(change.changed_attrs, steps)


def added(steps: Sequence[Step], has_default: bool, rows: int) -> str:
    """
    Return what objects have of a field that is added to a type.

    Args:
        steps: those about the field
        has_default: whether the field has a default
        rows: how many objects there are
    """
    if any(isinstance(step.operation, (RestoreColumn, RestoreTable)) for step in steps):
        return _('The field comes back with the values that it had when it was removed.')
    if has_default:
        message = ngettext('{count} object gets the default.', '{count} objects get the default.', rows)
    else:
        message = ngettext('{count} object has no value at first.', '{count} objects have no value at first.', rows)
    return message.format(count=rows) if rows else _('The type has no objects yet.')


def removed(steps: Sequence[Step]) -> str:
    """Return what is lost with a field, given the steps about it."""
    count = _values(steps)
    if not count:
        return _('The field disappears. No object has a value.')
    message = ngettext(
        'The field disappears with the values of {count} object.',
        'The field disappears with the values of {count} objects.',
        count,
    ).format(count=count)
    days = settings.get('retention_days')
    if days is None:
        return f'{message} {_("Adding it again brings them back.")}'
    return (
        f'{message} {_("Adding it again within {days} days brings them back.").format(days=days)}' if days else message
    )


def altered(changed: Mapping[str, Sequence], steps: Sequence[Step] = ()) -> list[str]:
    """
    Return what an edit of a field means.

    Args:
        changed: {attribute: (before, after)}
        steps: those about the field
    """
    return list(_altered(changed, _values(steps))) or [_('The values stay as they are.')]


def _values(steps: Sequence[Step]) -> int:
    return max((step.values or 0 for step in steps), default=0)


def _altered(changed: Mapping[str, Sequence], count: int):
    if 'name' in changed:
        yield _('The values stay. Clients of the API, templates and scripts find them under the new name.')
    if 'type' in changed:
        before, after = (str(FIELD_TYPES[value].label if value in FIELD_TYPES else value) for value in changed['type'])
        yield _('The values are converted from {before} to {after}.').format(before=before, after=after)
        if count:
            yield ngettext('{count} value is converted.', '{count} values are converted.', count).format(count=count)
    if changed.get('required', (None, False))[1]:
        yield _('From now on every object must have a value.')
    if changed.get('unique', (None, False))[1]:
        yield _('From now on no two objects may have the same value.')
    if 'indexed' in changed:
        yield (
            _('The values are indexed: filters, searches and sorting by them stay fast in large tables.')
            if changed['indexed'][1]
            else _('The index is removed: filters, searches and sorting by the values read the whole table.')
        )
    if 'choice_set' in changed and 'type' not in changed:
        yield _('The values stay; others are offered from now on.')
    if 'default' in changed:
        yield _('The new default is for new objects only.')
    if any(name.startswith('validation_') for name in changed):
        yield _('The limits are checked when an object is saved next.')
    if 'on_delete_behavior' in changed:
        yield _('From now on, the deletion of a referenced object has another effect.')
    if not changed.keys().isdisjoint(CONDITIONS):
        yield _('Its conditions apply from the next time that an object is saved.')
    if changed and _LOOKS.issuperset(changed):
        yield _('Only how the field is shown changes.')
