"""
What pages and REST show of a branch before it is merged; the one place that decides who may see it.
"""

from django.db import DEFAULT_DB_ALIAS

from core.choices import ObjectChangeActionChoices
from core.models import ObjectChange
from netbox_branching.jobs import MergeBranchJob, RevertBranchJob
from netbox_branching.models import Branch, ChangeDiff

from ...constants import APP_LABEL
from ...definitions import model_name
from ...models import CustomObjectType
from ...models.job_reports import report_of
from ...runtime.classes.registry import world
from ...schema.type_map import around, type_map, type_page, viewable_parts
from ...services.changes.pieces import Change
from ...services.changes.records import changes_between
from ..merging.findings import Finding
from ..merging.schema_changes import SchemaChange, schema_changes
from ..merging.three_way import three_way_merge
from ..merging.validators import find_conflicts
from ..merging.value_conflicts import find_value_conflicts
from ..merging.visible.findings import visible_findings
from ..merging.visible.objects import inside, links_to, visible_ids
from ..trial.trial_job import last_check


def visible_schema_changes(branch: Branch, user) -> list[SchemaChange]:
    """Return what merging would change in main, for the types that the user may view there or in the branch."""
    visible = viewable_types(branch, user)
    return [change for change in schema_changes(branch) if change.type_id in visible]


def viewable_types(branch: Branch, user) -> set[int]:
    """Return the ids of the types that a user may view in main or in a branch."""
    types = CustomObjectType.objects.restrict(user, 'view').values_list('pk', flat=True)
    return {pk for alias in (DEFAULT_DB_ALIAS, branch.connection_name) for pk in types.using(alias)}


def schema_change_map(branch: Branch, user) -> dict | None:
    """Return the map of what merging would change and of its neighbours, changes marked; None if nothing changes."""
    main, merged = world(DEFAULT_DB_ALIAS).all_definitions, three_way_merge(branch).merged
    changed = {pk for pk in {*main, *merged} if main.get(pk) != merged.get(pk)}
    if not changed:
        return None
    near = {pk for side in (main, merged) for center in changed & side.keys() for pk in around(side, center)}
    before, after = ({pk: side[pk] for pk in near & side.keys()} for side in (main, merged))
    viewable = viewable_parts(user, (DEFAULT_DB_ALIAS, branch.connection_name))
    # The page is one of main's, which has no page of a type that only the branch has.
    return type_map(after, viewable, before=before, url_of=lambda found: type_page(found) if found.id in main else '')


def may_merge(branch: Branch, user) -> bool:
    """Whether a user may merge a branch, and so may know what stands in the way."""
    return Branch.objects.restrict(user, 'merge').filter(pk=branch.pk).exists()


def may_revert(branch: Branch, user) -> bool:
    return Branch.objects.restrict(user, 'revert').filter(pk=branch.pk).exists()


def conflicts(branch: Branch, user) -> list[Finding]:
    """Return what is known without a dry run, of main and branch as they are; nothing if it cannot be merged now."""
    if not branch.ready:
        return []
    definitions = find_conflicts(branch)
    listed = {(finding.object_type, finding.object_id) for finding in definitions}
    values = find_value_conflicts(branch, user)
    others = [found for found in values if (found.object_type, found.object_id) not in listed]
    return [*visible_findings(branch, definitions, user), *others]


def changes_in_branch(diff: ChangeDiff, user) -> list[Change]:
    """Return what a branch changed of an object, named as the branch names things, as long as it has a schema."""
    with inside(diff.branch):
        return _changes(diff, diff.original, diff.modified, user)


def changes_in_main(diff: ChangeDiff, user) -> list[Change]:
    """Return what main has changed of an object since the branch first did."""
    is_of_branch = diff.action == ObjectChangeActionChoices.ACTION_CREATE
    return [] if is_of_branch else _changes(diff, diff.original, diff.current, user)


def _changes(diff: ChangeDiff, before: dict | None, after: dict | None, user) -> list[Change]:
    return changes_between(diff.object_type.model_class(), diff.object_id, before or None, after or None, user)


def check_report(branch: Branch, user) -> dict | None:
    """
    Return the state and the findings of the newest dry run, None if there was none.

    `outdated` says that main or the branch has changed since it began, so that its findings may be obsolete.
    """
    job = last_check(branch)
    if job is None:
        return None
    data = job.data or {}
    return {
        'job': job,
        'status': job.status,
        'strategy': data.get('strategy', ''),
        'done': data.get('done', 0),
        'changes': data.get('changes', 0),
        'findings': visible_findings(branch, map(Finding.from_dict, report_of(job).get('findings', ())), user),
        'outdated': job.started is not None and _has_changed(branch, job.started),
    }


def objects_in_the_way(job, user) -> list[dict]:
    """Return what a merge, revert or synchronization did not meet, with the objects that the user may view."""
    report, branch = report_of(job), job.object
    if 'unmet' not in report or not isinstance(branch, Branch):
        return []
    label = f'{APP_LABEL}.{model_name(report["type"])}'
    pks = {int(pk) for _rule, _sentence, names in report['unmet'] for pk in names}
    visible, links = visible_ids(branch, label, pks, user), links_to(branch, label, pks, user)
    return [
        {
            'sentence': sentence,
            # Of those that are deleted, or were not made after all, only the name is left.
            'links': [links.get(int(pk), (name, '')) for pk, name in names.items() if int(pk) in visible],
            'hidden': any(int(pk) not in visible for pk in names),
        }
        for _rule, sentence, names in report['unmet']
    ]


def last_replay(branch: Branch):
    """Return the newest job that merged or reverted a branch, or was to; None if there was none."""
    names = [MergeBranchJob.name, RevertBranchJob.name]
    return branch.jobs.filter(name__in=names).order_by('created').last()


def _has_changed(branch: Branch, since) -> bool:
    """Whether anything was changed after a moment, in main or in a branch."""
    if branch.last_sync and branch.last_sync > since:
        return True
    aliases = (DEFAULT_DB_ALIAS, branch.connection_name) if branch.ready else (DEFAULT_DB_ALIAS,)
    return any(ObjectChange.objects.using(alias).filter(time__gt=since).exists() for alias in aliases)
