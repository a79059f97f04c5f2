"""
Previews and refusals as JSON: what REST and the command answer, in the shapes of contract 5.2.

May import services. What a user may not view is counted, and not named.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..services.dependents import Dependent, Group, grouped
from ..services.preview import describe_step
from .comparator import ChoiceSetDiff, Comparison, ConstraintChange, COTDiff, FieldChange
from .errors import FORMAT, ChangedSinceExport, DestructiveChangesError, DocumentError, InvalidDocument
from .preview import DocumentPreview


def describe_application(comparison: Comparison) -> dict:
    """Return what applying a document has done."""
    return {'applied': True, 'diffs': [describe_diff(diff) for diff in comparison.diffs]}


def what_was_changed(comparison: Comparison) -> str:
    """Return a sentence about what applying a document has done."""
    if not comparison.has_changes:
        return _('Nothing differed from the document.')
    count = sum(diff.has_changes for diff in comparison.diffs)
    return ngettext('{count} type was changed.', '{count} types were changed.', count).format(count=count)


def describe_diff(diff: COTDiff) -> dict:
    """Return what applying a document does to a type, or has done."""
    return {
        'slug': diff.slug,
        'name': diff.name,
        'is_new': diff.is_new,
        'has_changes': diff.has_changes,
        'has_destructive_changes': diff.has_destructive_changes,
        'has_moved': diff.has_moved,
        'cot_changes': diff.cot_changes,
        'field_changes': [describe_change(change) for change in diff.field_changes],
        'constraint_changes': [describe_constraint(change) for change in diff.constraint_changes],
        'warnings': diff.warnings,
    }


def describe_change(change: FieldChange) -> dict:
    found = {
        'op': str(change.op),
        'schema_id': change.schema_id,
        'db_name': change.db_name,
        'schema_def': change.schema_def,
        'destructive': change.is_destructive,
    }
    return found | ({'changed_attrs': change.changed_attrs} if change.changed_attrs else {})


def describe_constraint(change: ConstraintChange) -> dict:
    found = {'op': str(change.op), 'name': change.name, 'schema_def': change.schema_def}
    return found | ({'changed_attrs': change.changed_attrs} if change.changed_attrs else {})


def describe_choice_set(diff: ChoiceSetDiff) -> dict:
    return {
        'name': diff.name,
        'is_new': diff.is_new,
        'has_changes': diff.has_changes,
        'has_moved': diff.has_moved,
        'changes': diff.changes,
    }


def describe_preview(preview: DocumentPreview, user) -> dict:
    """
    Return a preview: the diffs, and for each the steps of the plan and what mentions its fields.

    Args:
        user: who reads it; None for the console, where all is shown
    """
    diffs = []
    for diff in preview.comparison.diffs:
        found = describe_diff(diff)
        found['rows'] = preview.rows.get(diff.slug, 0)
        found['plan'] = [describe_step(step) for step in preview.steps.get(diff.slug, ())]
        for change, described in zip(diff.field_changes, found['field_changes']):
            described['when'] = preview.verdict(diff, change)
            described['dependents'] = describe_dependents(
                preview.dependents.get((diff.slug, change.schema_id), []), user
            )
        diffs.append(found)
    return {
        'diffs': diffs,
        'choice_sets': [describe_choice_set(diff) for diff in preview.comparison.choice_sets],
        'warnings': preview.warnings,
    }


def describe_dependents(dependents: list[Dependent], user) -> list[dict]:
    return [
        {
            'object_type': group.model._meta.label_lower,
            'count': group.count,
            'names': [found.name for found in group.shown],
        }
        for group in (grouped(dependents, user) if user is not None else _all_of(dependents))
    ]


def _all_of(dependents: list[Dependent]) -> list[Group]:
    by_model = {found.model: [other for other in dependents if other.model == found.model] for found in dependents}
    return [Group(model, members, len(members)) for model, members in by_model.items()]


def describe_error(error: DocumentError) -> tuple[int, dict]:
    """Return (status, body) of a refusal."""
    detail = str(error)
    if isinstance(error, InvalidDocument):
        if error.kind == FORMAT:
            errors = [{'path': _texts(fault.path), 'message': str(fault.message)} for fault in error.faults]
            return 400, {'schema_errors': errors}
        errors = [
            {'path': _texts(fault.path), 'message': str(fault.message), 'error': fault.kind} for fault in error.faults
        ]
        return 400, {'error': error.kind, 'detail': detail, 'errors': errors}
    if isinstance(error, DestructiveChangesError):
        return 409, {'error': 'destructive_changes', 'detail': detail, 'destructive_slugs': error.slugs}
    if isinstance(error, ChangedSinceExport):
        return 409, {'error': 'changed_since_export', 'detail': detail, 'names': error.names}
    return 400, {'error': 'refused', 'detail': detail}


def _texts(path) -> list[str]:
    return [str(part) for part in path]
