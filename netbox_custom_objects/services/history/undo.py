"""
Undoes the last change of a type's schema: each of its records, the newest first, by the edit that is its inverse.

May import models and services. Checks and permissions are those of the edits; nothing is forced.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from core.choices import ObjectChangeActionChoices
from core.models import ObjectChange
from utilities.serialization import deserialize_object

from ...ddl.locks import lock_definitions
from ...ddl.target import Target
from ...exceptions import RestoreRefused, UndoRefused
from ...models import CustomObjectType, CustomObjectTypeField
from ...runtime.context import current_alias
from ..changes.definitions import MODELS, NOT_SHOWN
from ..changes.pieces import EMPTY
from ..deleted.definitions import find_deletions
from ..deleted.visible import restore_for
from ..dependents import dependents_of_field, updating_dependents
from ..upkeep.schemas import OpenSchema, all_or_nothing, schema_name
from .revisions import records_of

CREATE, DELETE = ObjectChangeActionChoices.ACTION_CREATE, ObjectChangeActionChoices.ACTION_DELETE


@dataclass(frozen=True, slots=True)
class LastChange:
    """The request that was the last to change a type, and its records, the newest first."""

    type_id: int
    records: tuple[ObjectChange, ...]

    @property
    def key(self) -> int:
        """What distinguishes it from a later one."""
        return self.records[0].pk

    @property
    def replay(self) -> int | None:
        return self.records[0].replay


def last_change(custom_object_type: CustomObjectType) -> LastChange | None:
    """Return the last change of a type in the current schema, None if none is recorded."""
    records = records_of(custom_object_type)
    newest = records.order_by('-pk').first()
    if newest is None:
        return None
    found = records.filter(request_id=newest.request_id).select_related('changed_object_type').order_by('-pk')
    return LastChange(custom_object_type.pk, tuple(record for record in found if record.replay == newest.replay))


def undo(custom_object_type: CustomObjectType, key: int, user) -> None:
    """
    Undo the last change of a type in the current schema.

    Args:
        custom_object_type: the type
        key: of the change that is meant
        user: who must have the right to every edit

    Raises:
        UndoRefused: others followed it, something depends on it, or it cannot be undone by itself
        PermissionDenied: the user may not do one of the edits
        AbortRequest: one of them is refused, as it would be by itself
    """
    alias = current_alias()
    with all_or_nothing(alias):
        lock_definitions(Target.for_alias(alias))
        change = last_change(custom_object_type)
        if change is None or change.key != key:
            raise UndoRefused(_('Only the latest change can be undone.'))
        _refuse(change)
        try:
            for record in change.records:
                _undo_record(record, user, alias)
        except ValidationError as error:
            raise UndoRefused(' '.join(error.messages)) from error
        except RestoreRefused as error:
            raise UndoRefused(str(error)) from error


def _refuse(change: LastChange) -> None:
    """Raise UndoRefused if a change can only be undone in another way, or not as a whole."""
    if change.replay is not None:
        raise UndoRefused(_('It came with a branch. Revert or merge the branch instead.'))
    if any(record.action == CREATE and _model(record) is CustomObjectType for record in change.records):
        raise UndoRefused(_('It created the type. Delete the type instead.'))
    names = [model._meta.model_name for model in MODELS]
    app_label = CustomObjectType._meta.app_label
    others = ObjectChange.objects.filter(
        request_id=change.records[0].request_id,
        changed_object_type__app_label=app_label,
        changed_object_type__model__in=names,
    ).exclude(pk__in=[record.pk for record in change.records])
    if others.exists():
        raise UndoRefused(_('The same request also changed other types. Undo the edits one by one.'))


def _model(record: ObjectChange) -> type[models.Model]:
    return record.changed_object_type.model_class()


def _undo_record(record: ObjectChange, user, alias: str) -> None:
    model, pk = _model(record), record.changed_object_id
    if record.action == DELETE:
        _bring_back(record, model, user, alias)
        return
    row = model.objects.filter(pk=pk).first()
    if row is None:
        raise UndoRefused(_('{name} does not exist any more.').format(name=record.object_repr))
    _check_right(user, model, pk, 'delete' if record.action == CREATE else 'change')
    row._changelog_message = _('Last change undone')
    if record.action == CREATE:
        _remove(row, alias)
    else:
        _change_back(row, record, user)
        _check_right(user, model, pk, 'change')


def _remove(row: models.Model, alias: str) -> None:
    if isinstance(row, CustomObjectTypeField) and (found := dependents_of_field(row, alias)):
        raise UndoRefused(
            _('Field {field} is mentioned elsewhere ({count} times). Delete the field to see where.').format(
                field=row.name, count=len(found)
            )
        )
    row.delete()


def _bring_back(record: ObjectChange, model: type[models.Model], user, alias: str) -> None:
    if model is CustomObjectTypeField:
        found = find_deletions(OpenSchema(schema_name(alias), alias), record.prechange_data['custom_object_type'])
        deletion = next((item for item in found if item.record.pk == record.pk), None)
        if deletion is None or not deletion.is_kept:
            raise UndoRefused(_('Field {field} has been purged.').format(field=record.prechange_data['name']))
        restore_for(user, deletion)
        return
    row = deserialize_object(model, record.prechange_data_clean, pk=record.changed_object_id).object
    row._changelog_message = _('Last change undone')
    row.full_clean()
    row.save(force_insert=True)
    _check_right(user, model, row.pk, 'add')


def _change_back(row: models.Model, record: ObjectChange, user) -> None:
    before, after = record.prechange_data or {}, record.postchange_data or {}
    now, links = row.serialize_object(), {}
    row.snapshot()
    for name in _changed(before, after):
        if not _same(now.get(name), after.get(name)):
            raise UndoRefused(_('{name} has been changed since, without a record.').format(name=record.object_repr))
        field = row._meta.get_field(name)
        if field.many_to_many:
            links[name] = before.get(name) or []
        else:
            value = before[name] if name in before else field.get_default()
            setattr(row, field.attname, field.to_python(value))
    if 'related_object_types' in links:
        targets = row._meta.get_field('related_object_types').related_model.objects
        row._m2m_values = {'related_object_types': list(targets.filter(pk__in=links['related_object_types']))}
    row.full_clean()
    if isinstance(row, CustomObjectTypeField):
        with updating_dependents(row, user):
            row.save()
    else:
        row.save()
    for name, targets in links.items():
        getattr(row, name).set(targets)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in {**before, **after}:
        if name not in NOT_SHOWN and not _same(before.get(name), after.get(name)):
            yield name


def _same(one: Any, other: Any) -> bool:
    return one == other or (one in EMPTY and other in EMPTY)


def _check_right(user, model: type[models.Model], pk: int, action: str) -> None:
    if not model.objects.restrict(user, action).filter(pk=pk).exists():
        raise PermissionDenied()
