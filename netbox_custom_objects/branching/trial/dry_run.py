"""
Dry run of a merge: every change is replayed in a transaction, every error is recorded, everything is rolled back.

netbox-branching's own dry run stops at the first error. This one hands its strategies changes that catch their errors,
each in a savepoint of its own, and goes on.
"""

import logging
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, IntegrityError, connections, transaction
from django.db.models import ProtectedError, RestrictedError
from django.test import RequestFactory
from django.utils.translation import gettext as _

from netbox.context import events_queue
from netbox_branching.merge_strategies import get_merge_strategy
from netbox_branching.models import Branch
from utilities.exceptions import AbortRequest

from ...constants import APP_LABEL
from ...definitions import model_name
from ...exceptions import SchemaChangeRefused, Unmet, UnmetRules, sentence_of
from ...runtime.classes.registry import world
from ...runtime.context import pinned
from ...runtime.released import put_back, released
from ...services.constraints import enforce_released
from ...services.upkeep.integrity import find_dangling
from .. import replay
from ..merging.findings import VIOLATION, Finding

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.branching')

# Errors that a single change can have; anything else is a fault of the program and ends the run.
ERRORS = (ValidationError, DatabaseError, ObjectDoesNotExist, ProtectedError, RestrictedError, AbortRequest)
FINDINGS_KEPT = 1000
DEFERRED_CONSTRAINTS = 'deferred constraints'

_collector: ContextVar['Collector | None'] = ContextVar('netbox_custom_objects_dry_run', default=None)


class Undo(Exception):
    """Ends the transaction of a dry run."""


def dry_run(branch: Branch, strategy: str, user, progress: Callable[[int, int], None] | None = None) -> list[Finding]:
    """
    Return everything that merging `branch` would fail at, in the order in which it would be met.

    Must not be called inside a transaction: it holds what it touches until it is rolled back, as a merge does.

    Args:
        branch: a branch that is ready
        strategy: `iterative` or `squash`
        user: who would merge
        progress: called with (changes tried, changes in all)
    """
    changes = list(branch.get_unmerged_changes().order_by('time'))
    collector = Collector(branch, len(changes), progress or (lambda done, total: None))
    request = RequestFactory().get('/')
    request.id, request.user = uuid.uuid4(), user
    with _collecting(collector), pinned():
        replay.begin(branch, is_tried=True)
        try:
            with transaction.atomic():
                merge_strategy = get_merge_strategy(strategy)()
                merge_strategy.merge(branch, collector.changes(strategy, changes), request, logger, user)
                collector.finish()
                raise Undo
        except Undo:
            pass
        finally:
            replay.end()
    return collector.findings


def wrap_collapsed(collapsed_changes: dict, **kwargs) -> None:
    """During a dry run, make collapsed changes keep their errors (receiver of squash_dependency_graph_built)."""
    collector = _collector.get()
    if collector is not None:
        collector.total = len(collapsed_changes)
        for collapsed in collapsed_changes.values():
            collector.wrap_collapsed(collapsed)


@contextmanager
def _collecting(collector):
    token = _collector.set(collector)
    try:
        yield
    finally:
        _collector.reset(token)


class Collector:
    """Keeps what the changes of one dry run fail at."""

    def __init__(self, branch: Branch, total: int, progress):
        self.branch = branch
        self.total = total
        self.done = 0
        self.progress = progress
        self.findings: list[Finding] = []
        # References that are already broken in main are not caused by this merge.
        self.dangling_before = {dangling.key for dangling in find_dangling(DEFAULT_DB_ALIAS)}

    def changes(self, strategy: str, changes: list) -> list:
        """Return the changes as the strategy is to have them; squashing collapses them first, and is wrapped later."""
        return changes if strategy == 'squash' else [TriedChange(change, self) for change in changes]

    def wrap_collapsed(self, collapsed) -> None:
        generate = collapsed.generate_object_change
        collapsed.generate_object_change = lambda: TriedChange(generate(), self)

    def add(self, error: Exception, change) -> None:
        if len(self.findings) < FINDINGS_KEPT:
            self.findings.append(finding_of(error, change))

    def step(self) -> None:
        self.done += 1
        self.progress(self.done, self.total)

    def finish(self) -> None:
        """Look at what only shows at the end: what is checked or enforced then, and references to nothing."""
        try:
            with transaction.atomic():
                connections[DEFAULT_DB_ALIAS].check_constraints()
        except IntegrityError as error:
            self.findings.append(Finding(kind=DEFERRED_CONSTRAINTS, blocks=True, text=sentence_of(error)))
        for type_id in set(released().values()):
            try:
                with transaction.atomic():
                    enforce_released(type_id, DEFAULT_DB_ALIAS)
            except UnmetRules as error:
                self.findings += [unmet(error.type_id, found) for found in error.unmet]
            except SchemaChangeRefused as error:
                self.findings.append(Finding(kind=VIOLATION, blocks=True, text=sentence_of(error)))
        for dangling in find_dangling(DEFAULT_DB_ALIAS):
            if dangling.key in self.dangling_before:
                continue
            self.findings.append(
                Finding(
                    kind='dangling reference',
                    blocks=False,
                    text=dangling.describe(world().definitions[dangling.type_id].display_name),
                    remedy=_('Clear the reference in the branch, or restore its target.'),
                    object_type=f'{APP_LABEL}.{model_name(dangling.type_id)}',
                    object_id=dangling.object_id,
                )
            )


def unmet(type_id: int, found: Unmet) -> Finding:
    """Return the finding about a constraint or unique field that the result does not meet."""
    definition, object_id = world().definitions[type_id], min(found.objects)
    return Finding(
        kind=VIOLATION,
        blocks=True,
        text=_('{sentence}, such as {type} {id}.').format(
            sentence=found.sentence, type=definition.display_name, id=object_id
        ),
        remedy=_('Change the values, in main or in the branch.'),
        object_type=f'{APP_LABEL}.{definition.model_name}',
        object_id=object_id,
        rule=found.rule,
        objects=tuple(found.objects),
    )


class TriedChange:
    """An ObjectChange whose `apply()` keeps its error, undoes what it did and lets the next change be tried."""

    def __init__(self, change, collector: Collector):
        self._change = change
        self._collector = collector

    def __getattr__(self, name):
        return getattr(self._change, name)

    def apply(self, *args, **kwargs):
        before = released()
        try:
            with transaction.atomic():
                self._change.apply(*args, **kwargs)
        except ERRORS as error:
            put_back(before)
            replay.forget_rows()
            self._collector.add(error, self._change)
        # Events would go out to webhooks, though nothing happened.
        events_queue.set({})
        self._collector.step()


def finding_of(error: Exception, change) -> Finding:
    """Return the error of one change as a finding that names the object, and the remedy if there is a usual one."""
    content_type = ContentType.objects.get_for_id(change.changed_object_type_id)
    action = {'create': _('Creating'), 'update': _('Changing'), 'delete': _('Deleting')}[change.action]
    what = f'{content_type.name} {change.changed_object_id}'
    if representation := getattr(change, 'object_repr', ''):
        what = f'{what} ({representation})'
    return Finding(
        kind=type(error).__name__,
        blocks=True,
        text=_('{action} {what} fails: {error}').format(action=action, what=what, error=describe(error)),
        remedy=remedy_of(error),
        object_type=f'{content_type.app_label}.{content_type.model}',
        object_id=change.changed_object_id,
    )


def describe(error: Exception) -> str:
    if isinstance(error, ValidationError) and hasattr(error, 'error_dict'):
        parts = (
            ' '.join(messages) if key == NON_FIELD_ERRORS else f'{key}: {" ".join(messages)}'
            for key, messages in error.message_dict.items()
        )
        return ' '.join(parts)
    if isinstance(error, ValidationError):
        return ' '.join(error.messages)
    if isinstance(error, (ProtectedError, RestrictedError)):
        return str(error.args[0])
    return str(error).strip()


def remedy_of(error: Exception) -> str:
    if isinstance(error, IntegrityError) or is_duplicate(error):
        return _('Change one of the two objects, in main or in the branch; then merge with the squash strategy.')
    if isinstance(error, ObjectDoesNotExist):
        return _('Main deleted the object. Merge with the squash strategy, which skips its changes.')
    if isinstance(error, (ProtectedError, RestrictedError)):
        return _('In main, clear the references to it, or delete the objects that refer to it.')
    return _('Correct it in the branch; then merge with the squash strategy, which applies final values only.')


def is_duplicate(error: Exception) -> bool:
    errors = error.error_dict.values() if hasattr(error, 'error_dict') else [getattr(error, 'error_list', ())]
    return any(item.code in ('unique', 'unique_together') for group in errors for item in group)
