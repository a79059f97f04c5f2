"""
Staged changes as users request them: start, cancel, undo, finish and resume.

Nothing but the change's row is written here; the job does the rest (services.staged.run).
"""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ...choices import StagedChangeStageChoices as Stage
from ...ddl.executor import is_large
from ...ddl.locks import lock_definitions
from ...ddl.target import Target
from ...exceptions import ObjectGone
from ...field_types import FIELD_TYPES
from ...models import CustomObjectTypeField, StagedChange
from ...models.concurrency import meeting
from ...models.staged_change import STAGED_ATTRIBUTES, unfinished_change
from .run_job import enqueue
from .subject import Subject, set_value, stored_value

# What the type of a column follows from, and what may need an index besides.
_COLUMN = ('type', 'decimal_digits', 'decimal_places')
SHAPING = (*_COLUMN, 'unique')
# {what can be asked: (the stages in which it can, the stage that it leads to)}
ACTIONS = {
    'cancel': (Stage.CANCELLABLE, Stage.CANCELLING),
    'undo': ((Stage.SWITCHED,), Stage.UNDOING),
    'finish': ((Stage.SWITCHED,), Stage.FINISHING),
}


def start(field: CustomObjectTypeField, wanted: dict, user, fill=None) -> StagedChange:
    """
    Note a change of a field, and queue the job that carries it out.

    Args:
        field: as stored; its schema is that of the change
        wanted: {attribute of STAGED_ATTRIBUTES: value}, a choice set by its id; what is so already is left out
        user: who asks, in whose name the change is logged
        fill: the value that objects without one are given if the field becomes required, None for none

    Raises:
        ValidationError: keyed by attribute; nothing was started
    """
    return begin(prepare(field, wanted, fill), user)


def prepare(field: CustomObjectTypeField, wanted: dict, fill=None, is_valid: bool = False) -> StagedChange:
    """
    Return an unsaved change that `begin` can begin.

    Args:
        field: as for `start`
        wanted: as for `start`
        fill: as for `start`
        is_valid: the field has been validated with what is wanted

    Raises:
        ValidationError: as for `start`
    """
    alias = field._state.db or DEFAULT_DB_ALIAS
    if field.field_type.is_calculated:
        message = _('A calculated field is not changed step by step: no values of it are written.')
        raise ValidationError({NON_FIELD_ERRORS: [message]})
    if unknown := sorted(set(wanted) - set(STAGED_ATTRIBUTES)):
        raise ValidationError({unknown[0]: _('This cannot be changed step by step; edit the field as usual.')})
    if (type_ := wanted.get('type', field.type)) not in FIELD_TYPES:
        raise ValidationError({'type': _('Unknown field type: {type}.').format(type=type_)})
    wanted = {name: value for name, value in wanted.items() if stored_value(field, name) != value}
    if not wanted:
        raise ValidationError({NON_FIELD_ERRORS: [_('The field already has these values.')]})
    if change := unfinished_change(alias, field.pk):
        raise ValidationError({NON_FIELD_ERRORS: [_under_way(change)]})
    change = StagedChange(
        alias=alias, type_id=field.custom_object_type_id, field_id=field.pk, field_name=field.name, wanted=wanted,
        former={name: stored_value(field, name) for name in wanted}, fill=fill,
    )  # fmt: skip
    if not is_valid:
        _validate(change)
    return change


def begin(change: StagedChange, user) -> StagedChange:
    """
    Store a change that `prepare` returned, and queue its job.

    Raises:
        ValidationError: another request was faster, or the user may not make this change
    """
    if not _is_allowed(change, user):
        raise ValidationError({NON_FIELD_ERRORS: [_('Your permissions do not allow this change of the field.')]})
    change.user = user
    try:
        with transaction.atomic(using=DEFAULT_DB_ALIAS):
            change.save(using=DEFAULT_DB_ALIAS, force_insert=True)
            enqueue(change)
    except IntegrityError as error:
        raise ValidationError({NON_FIELD_ERRORS: [_('Another change of this field has just started.')]}) from error
    return change


def ask(change: StagedChange, action: str, user) -> StagedChange:
    """
    Let a change go on as a person wants, and queue its job; return it as it is now.

    Args:
        change: the change
        action: `cancel`, `undo`, `finish` or `resume`
        user: who asks, in whose name it goes on

    Raises:
        ValidationError: it is not at a stage at which that can be asked; nothing was changed
        ObjectGone: it was forgotten, with its branch
    """
    changes = StagedChange.objects.using(DEFAULT_DB_ALIAS).filter(pk=change.pk)
    values = {'user': user, 'error': '', 'updated': timezone.now()}
    with transaction.atomic(using=DEFAULT_DB_ALIAS):
        if action == 'resume':
            # Values may have been corrected: all are looked at again.
            count = changes.filter(stage=Stage.BLOCKED).update(stage=Stage.FILLING, position=0, **values)
            count = count or changes.filter(stage__in=Stage.RUNNING).update(**values)
        else:
            stages, stage = ACTIONS[action]
            count = changes.filter(stage__in=stages).update(stage=stage, **values)
        change = changes.first()
        if change is None:
            raise meeting(ObjectGone())
        if not count:
            message = _('A change at the stage "{stage}" does not support the action "{action}".')
            raise ValidationError(message.format(stage=change.get_stage_display(), action=action))
        enqueue(change, again=action == 'resume')
    return change


def needs_stages(before: CustomObjectTypeField, wanted: dict) -> bool:
    """
    Whether an edit of a field takes time in proportion to the rows, and there are too many of them for a request.

    Args:
        before: the stored field
        wanted: {attribute: what it is to be}, for SHAPING
    """
    known = FIELD_TYPES.get(wanted['type'])
    is_converted = any(wanted[name] != getattr(before, name) for name in _COLUMN)
    if not is_converted and wanted['unique'] <= before.unique:
        return False
    if known is None or not (before.field_type.convertible and known.convertible):
        return False
    change = StagedChange(
        alias=before._state.db, type_id=before.custom_object_type_id, field_id=before.pk, wanted=wanted,
        former={name: getattr(before, name) for name in wanted},
    )  # fmt: skip
    subject = Subject.of_existing(change)
    return (subject.column is not None or subject.builds_unique) and is_large(subject.target, subject.table)


def split_edit(field: CustomObjectTypeField, before: CustomObjectTypeField) -> dict:
    """Take out of an edited, unsaved field what a staged change is to change; return that as `start` wants it."""
    wanted = {}
    for name in STAGED_ATTRIBUTES:
        value, stored = stored_value(field, name), stored_value(before, name)
        if value != stored:
            wanted[name] = value
            set_value(field, name, stored)
    return wanted


def _under_way(change: StagedChange) -> str:
    return _('A change of this field is under way: {change}. Finish, undo or cancel it first.').format(
        change=change.describe()
    )


def _is_allowed(change: StagedChange, user) -> bool:
    """Whether the constraints of a user's permissions hold for the changed field."""
    fields = CustomObjectTypeField.objects.using(change.alias).filter(pk=change.field_id)
    attnames = {CustomObjectTypeField._meta.get_field(name).attname: value for name, value in change.wanted.items()}
    with transaction.atomic(using=change.alias):
        lock_definitions(Target.for_alias(change.alias))
        fields.update(**attnames)
        allowed = fields.restrict(user, 'change').exists()
        # It was only tried out.
        transaction.set_rollback(True, using=change.alias)
    return allowed


def _validate(change: StagedChange) -> None:
    """Check that the field can be like this at all; what is stored is looked at by the job."""
    subject = Subject.of_existing(change)
    field = subject.field_with(change.wanted)
    field.full_clean()
    if change.fill is None:
        return
    if not subject.becomes_required or subject.column is not None or field.field_type.is_reference:
        raise ValidationError(
            {
                'fill': _(
                    'A fill value is only available for a field that becomes required, keeps its type and is not '
                    'a reference.'
                )
            }
        )
    try:
        subject.fill_value()
    except ValidationError as error:
        raise ValidationError({'fill': error.messages}) from error
