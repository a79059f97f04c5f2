"""
What is checked before a merge: definitions that cannot be merged, and values that would break a unique field.

The first door is netbox-branching's own pre-action check, which the merge page and the job ask; it must not depend on
the strategy, because the page asks before one is chosen. The second is the pre_merge signal, sent when it is known.
"""

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.choices import ObjectChangeActionChoices
from core.models import ObjectChange
from netbox_branching.choices import BranchMergeStrategyChoices
from netbox_branching.models import Branch
from netbox_branching.utilities import BranchActionIndicator

from ...constants import APP_LABEL
from ...ddl.locks import lock_definitions
from ...ddl.target import Target
from ...runtime.classes.registry import world
from .findings import Finding, explain
from .three_way import three_way_merge
from .unmet import find_unmet
from .violations import find_large_conversions, find_violations
from .visible.findings import for_current_reader

CREATE, DELETE = ObjectChangeActionChoices.ACTION_CREATE, ObjectChangeActionChoices.ACTION_DELETE

# How many sentences a refusal holds; the branch's page lists all.
SENTENCES_SHOWN = 5


def find_conflicts(branch: Branch) -> list[Finding]:
    """Return everything that is known about a merge without trying it, what blocks it first."""
    result = three_way_merge(branch)
    sides = world(DEFAULT_DB_ALIAS).all_definitions, world(branch.connection_name).all_definitions
    findings = [explain(conflict, *sides) for conflict in result.conflicts]
    findings += find_violations(branch, result.merged)
    findings += find_unmet(branch, result.merged)
    findings += find_large_conversions(Target.for_alias(DEFAULT_DB_ALIAS), sides[0], result.merged)
    return sorted(findings, key=lambda finding: not finding.blocks)


def check_merge(branch: Branch) -> BranchActionIndicator:
    """Answer netbox-branching whether a branch may be merged; the answer names what is in the way, and a remedy."""
    if not branch.ready:
        return BranchActionIndicator(True)
    blocking = [finding for finding in find_conflicts(branch) if finding.blocks]
    if not blocking:
        return BranchActionIndicator(True)
    return BranchActionIndicator(False, _message(branch, blocking))


def check_sync(branch: Branch) -> BranchActionIndicator:
    """Answer netbox-branching whether main can be replayed in a branch without converting a large table."""
    main, theirs = world(DEFAULT_DB_ALIAS).all_definitions, world(branch.connection_name).all_definitions
    if not branch.ready or main == theirs:
        return BranchActionIndicator(True)
    target = Target.for_alias(branch.connection_name)
    findings = list(find_large_conversions(target, theirs, three_way_merge(branch).merged))
    return BranchActionIndicator(False, _message(branch, findings)) if findings else BranchActionIndicator(True)


def wait_for_edits(branch: Branch, **kwargs) -> None:
    """
    Wait for edits of definitions in the branch that have begun, a document for example (receiver of pre_merge).

    What they write would not be among the changes that are merged, and the branch is closed afterwards.

    Raises:
        SchemaLocked: they take long
    """
    with transaction.atomic(using=branch.connection_name):
        lock_definitions(Target.for_alias(branch.connection_name))


def refuse_hopeless_replay(branch: Branch, **kwargs) -> None:
    """
    Refuse to replay change by change what only the sum of the changes can be merged as (receiver of pre_merge).

    Raises:
        ValidationError: main deleted what single changes of the branch would edit
    """
    if (branch.merge_strategy or BranchMergeStrategyChoices.ITERATIVE) != BranchMergeStrategyChoices.ITERATIVE:
        return
    sides = world(DEFAULT_DB_ALIAS).all_definitions, world(branch.connection_name).all_definitions
    hopeless = [conflict for conflict in three_way_merge(branch).conflicts if conflict.blocks_replay]
    if hopeless:
        raise ValidationError(_message(branch, [explain(conflict, *sides) for conflict in hopeless]))


def refuse_lossy_squash(branch: Branch, **kwargs) -> None:
    """
    Refuse to squash what would get lost: netbox-branching takes what a branch has created and deleted for nothing, even
    if it was restored afterwards (receiver of pre_merge).

    Raises:
        ValidationError: the branch has created, deleted and restored something
    """
    if branch.merge_strategy == BranchMergeStrategyChoices.SQUASH and (count := restored_creations(branch)):
        text = ngettext(
            'The branch has created, deleted and restored {count} object, type or field, which would get lost.',
            'The branch has created, deleted and restored {count} objects, types or fields, which would get lost.',
            count,
        )
        raise ValidationError(f'{text.format(count=count)} {_("Merge it iteratively.")}')


def restored_creations(branch: Branch) -> int:
    """Return how many of our objects a branch has created, deleted and restored."""
    kinds = ContentType.objects.filter(app_label=APP_LABEL).values_list('pk', flat=True)
    changes = ObjectChange.objects.using(branch.connection_name).filter(changed_object_type__in=list(kinds))
    created = changes.filter(action=CREATE).order_by().values('changed_object_type', 'changed_object_id')
    count = 0
    for key in created.annotate(times=Count('pk')).filter(times__gt=1):
        key.pop('times')
        actions = list(changes.filter(**key).order_by('time', 'pk').values_list('action', flat=True))
        count += actions[0] == CREATE and actions[-1] != DELETE
    return count


def _message(branch: Branch, findings: list[Finding]) -> str:
    shown = for_current_reader(branch, findings[:SENTENCES_SHOWN])
    sentences = list(dict.fromkeys(f'{finding.text} {finding.remedy}'.strip() for finding in shown))
    if len(findings) > SENTENCES_SHOWN:
        sentences.append(_('And {count} more.').format(count=len(findings) - SENTENCES_SHOWN))
    return ' '.join(sentences)
