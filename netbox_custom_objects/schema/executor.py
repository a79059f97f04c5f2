"""
Applies a document: the difference is written row by row, in one transaction, or nothing is.

May import the comparator and the steps. Tables follow from the receivers, as for every other change of definitions.
"""

from collections.abc import Callable, Iterator

from django.core.exceptions import PermissionDenied
from django.db import router
from django.utils.translation import gettext as _

from extras.models import CustomFieldChoiceSet
from users.models import User
from utilities.permissions import get_permission_for_model

from ..ddl.locks import lock_definitions
from ..ddl.target import Target
from ..exceptions import SchemaChangeRefused, SchemaLocked
from ..models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ..runtime.classes.registry import making_tables
from ..runtime.context import mark_changed, within_request
from ..services.staged import start
from ..services.upkeep.schemas import all_or_nothing
from . import reading
from .comparator import Comparison, COTDiff, FieldOp, compare
from .errors import (
    FORMAT,
    UNRESOLVED,
    ChangedSinceExport,
    CircularDependencyError,
    DestructiveChangesError,
    Fault,
    InvalidDocument,
    UnknownChoiceSetError,
    UnknownFieldTypeError,
    UnknownObjectTypeError,
)
from .format import SCHEMA_FORMAT_VERSION
from .rows.storage import Storage, Written
from .settling import settle
from .steps import (
    RemoveConstraint,
    RemoveField,
    State,
    WriteChoiceSet,
    WriteConditions,
    WriteConstraint,
    WriteField,
    WriteType,
)
from .targets import TargetNames, type_name

__all__ = (
    'ChangedSinceExport',
    'CircularDependencyError',
    'DestructiveChangesError',
    'InvalidDocument',
    'UnknownChoiceSetError',
    'UnknownFieldTypeError',
    'UnknownObjectTypeError',
    'apply',
    'apply_diffs',
    'apply_document',
)


def apply_document(
    doc: dict, *, allow_destructive: bool = False, ignore_base: bool = False, user=None
) -> list[COTDiff]:
    """
    Apply a document to the current schema (active branch or main), and return what was different.

    Args:
        doc: a document, as a dict
        allow_destructive: whether fields may be removed
        ignore_base: whether to apply it to another state than the one that it was exported from
        user: whose rights count; None for all rights

    Raises:
        InvalidDocument: with all faults; of a subclass, if all of them are of one kind
        DestructiveChangesError, ChangedSinceExport: it would do what was not acknowledged
        PermissionDenied: the user may not make these changes
        SchemaLocked: another transaction holds the locks
        BranchClosed: the branch was merged meanwhile
    """
    try:
        reading.check(doc)
        return apply(doc, allow_destructive=allow_destructive, ignore_base=ignore_base, user=user).diffs
    except InvalidDocument as error:
        raise _specific(error) from error


def apply_diffs(
    diffs: list[COTDiff], type_defs_by_slug: dict[str, dict], *, allow_destructive: bool = False
) -> list[COTDiff]:
    """Apply the entries of those types that differ; see `apply_document`."""
    types = [type_defs_by_slug[diff.slug] for diff in diffs if diff.has_changes]
    if not types:
        return []
    document = {'schema_version': SCHEMA_FORMAT_VERSION, 'types': types}
    return apply_document(document, allow_destructive=allow_destructive)


def apply(
    document: dict,
    *,
    allow_destructive: bool = False,
    ignore_base: bool = False,
    user=None,
    note: Callable[[int, int], None] | None = None,
) -> Comparison:
    """
    Apply a document that has been checked, and return what was different.

    Args:
        note: called with (rows written, rows to write) along the way

    Raises:
        As `apply_document`.
    """
    alias = router.db_for_write(CustomObjectType)
    with within_request(), all_or_nothing(alias):
        # Before anything is compared: it must not change before it is written. What another transaction changed while
        # this one waited is not what the request has seen so far.
        lock_definitions(Target.for_alias(alias))
        mark_changed(alias)
        comparison = compare(document, user)
        if comparison.faults:
            raise InvalidDocument(comparison.faults)
        if comparison.moved and not ignore_base:
            raise ChangedSinceExport(comparison.moved)
        if comparison.destructive_slugs and not allow_destructive:
            raise DestructiveChangesError(comparison.destructive_slugs)
        if comparison.has_changes:
            _check_rights_before(comparison, user)
            with making_tables():
                state = write(comparison, Written(alias), user, note)
            _check_rights_after(state, user)
            for change in state.staged.values():
                start.begin(change, user or _superuser())
    return comparison


def write(comparison: Comparison, storage: Storage, user=None, note: Callable[[int, int], None] | None = None) -> State:
    """
    Write the rows, and return what is known of them.

    Args:
        storage: where they go
        user: in whose name
        note: as for `apply`

    Raises:
        InvalidDocument: with all faults; what was written must be undone
    """
    document = comparison.document
    state = State(TargetNames({}), storage, user)
    state.expected = {type_name(entry['slug']) for entry in document['types']}
    state.expected |= {f'choice set {diff.name}' for diff in comparison.choice_sets if diff.is_new}
    for type_ in storage.picture.types.values():
        state.types[type_.slug] = type_
        state.names.add(type_)
    state.entries = {entry['slug']: entry for entry in document['types']}
    waiting = [WriteChoiceSet(diff) for diff in comparison.choice_sets if diff.has_changes]
    changed = [diff for diff in comparison.diffs if diff.has_changes]
    waiting += [WriteType(diff, document['types'][diff.index]) for diff in changed]
    waiting += [
        RemoveConstraint(diff, change)
        for diff in changed
        for change in diff.constraint_changes
        if change.op == FieldOp.REMOVE
    ]
    waiting += [RemoveField(diff, change) for diff in changed for change in diff.removes]
    for op in (FieldOp.ALTER, FieldOp.ADD):
        waiting += [
            WriteField(diff, change, document['types'][diff.index])
            for diff in changed
            for change in diff.field_changes
            if change.op == op
        ]
    waiting += [
        WriteConditions(diff, change, document['types'][diff.index])
        for diff in changed
        for change in diff.field_changes
        if change.changes_conditions
    ]
    waiting += [
        WriteConstraint(diff, change, document['types'][diff.index])
        for diff in changed
        for change in diff.constraint_changes
        if change.op != FieldOp.REMOVE
    ]
    settle(waiting, state, note)
    places = {state.types[entry['slug']].pk: index for index, entry in enumerate(document['types'])}
    if faults := [Fault(('types', places[pk]), str(error)) for pk, error in _refused(storage)]:
        raise InvalidDocument(faults)
    return state


def _refused(storage: Storage) -> Iterator[tuple[int, SchemaChangeRefused]]:
    for type_id, error in storage.finish():
        if isinstance(error, SchemaLocked):
            raise error  # the document is not to blame
        yield type_id, error


def _specific(error: InvalidDocument) -> InvalidDocument:
    """Return the error of the class that says what all faults are about."""
    kinds = {fault.kind for fault in error.faults}
    ends = {fault.path[-1] if fault.path else None for fault in error.faults}
    if kinds == {UNRESOLVED}:
        return (UnknownChoiceSetError if ends == {'choice_set'} else UnknownObjectTypeError)(error.faults)
    if kinds == {FORMAT} and ends == {'type'} and all('fields' in fault.path for fault in error.faults):
        return UnknownFieldTypeError(error.faults)
    return error


def rights_needed(comparison: Comparison) -> dict[tuple[type, str], set[int]]:
    """Return {(model, action): primary keys of rows that exist} of what applying does."""
    needed: dict[tuple[type, str], set[int]] = {}

    def need(model, action, row=None):
        needed.setdefault((model, action), set()).update(() if row is None else (row.pk,))

    actions = {FieldOp.ADD: 'add', FieldOp.ALTER: 'change', FieldOp.REMOVE: 'delete'}
    for found in comparison.choice_sets:
        if found.has_changes:
            need(CustomFieldChoiceSet, 'add' if found.is_new else 'change', found.stored)
    for diff in comparison.diffs:
        if diff.has_changes:
            need(CustomObjectType, 'add' if diff.is_new else 'change', diff.stored)
        for change in diff.field_changes:
            need(CustomObjectTypeField, actions[change.op], change.stored)
        for change in diff.constraint_changes:
            need(CustomObjectTypeConstraint, actions[change.op], change.stored)
    return needed


def _check_rights_before(comparison: Comparison, user) -> None:
    for (model, action), pks in rights_needed(comparison).items() if user is not None else ():
        if not user.has_perm(get_permission_for_model(model, action)):
            raise _denied(model, action)
        if action != 'add' and model.objects.restrict(user, action).filter(pk__in=pks).count() != len(pks):
            raise _denied(model, action)


def _check_rights_after(state: State, user) -> None:
    """The constraints of permissions hold for what rows have become."""
    for (model, action), pks in state.touched.items() if user is not None else ():
        if model.objects.restrict(user, action).filter(pk__in=pks).count() != len(pks):
            raise _denied(model, action)


def _denied(model: type, action: str) -> PermissionDenied:
    message = _('Your permissions do not allow this: {permission}.')
    return PermissionDenied(message.format(permission=get_permission_for_model(model, action)))


def _superuser() -> User:
    user = User.objects.filter(is_superuser=True).order_by('pk').first()
    if user is None:
        raise InvalidDocument([Fault((), _('A large change is made in the name of a user, but no superuser exists.'))])
    return user
