"""
What has been deleted in the current schema and can be restored: who may see it, restore it and purge it.

May import models and services. Constraints of permissions cannot be asked about a row that is gone: users whose
permission to view they narrow see what they have deleted themselves, and nothing else (invariant I11).
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from psycopg import sql

from core.models import ObjectChange
from extras.models import CustomFieldChoiceSet
from netbox.config import get_config
from utilities.permissions import ModelAction, get_permission_for_model, register_model_actions

from ... import settings
from ...ddl.target import Target
from ...exceptions import RestoreRefused
from ...field_types.shared.deprecation import closed
from ...models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ...runtime.context import current_alias
from ...runtime.rights import has_right_to_all
from ..upkeep.purge import purge_now
from ..upkeep.schemas import OpenSchema, all_or_nothing, schema_name
from .definitions import RecordedDeletion, Restored, count_recorded, find_restorable, restore
from .objects import OBJECTS_AT_ONCE, RestoredObjects, deleted_objects, restore_objects

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.purge')

# The action of a permission, beside those of Django.
PURGE = 'purge'
# Objects and values are counted up to here.
COUNT_LIMIT = 10_000


def register() -> None:
    """Offer the permission to purge where permissions are edited."""
    for model in (CustomObjectType, CustomObjectTypeField):
        register_model_actions(
            model, [ModelAction(PURGE, gettext_lazy('Drop what was deleted, before its time is up'))]
        )


def model_of(deletion: RecordedDeletion) -> type[Model]:
    return CustomObjectType if deletion.field_id is None else CustomObjectTypeField


def viewable_deletions(user, type_id: int | None = None) -> list[RecordedDeletion]:
    """
    Return what can be restored in the current schema and the user may know of, newest first.

    Args:
        user: who asks
        type_id: only fields of this type
    """
    if not any(_may_on_some(user, model, 'view') for model in (CustomObjectType, CustomObjectTypeField)):
        return []
    alias = current_alias()
    found = [
        deletion
        for deletion in find_restorable(OpenSchema(schema_name(alias), alias), type_id)
        if _may_view(user, model_of(deletion), deletion.record)
    ]
    viewable = CustomObjectType.objects.restrict(user, 'view').filter(pk__in={deletion.type_id for deletion in found})
    viewable = set(viewable.values_list('pk', flat=True))
    return [deletion for deletion in found if deletion.field_id is None or deletion.type_id in viewable]


def viewable_objects(user, model: type[Model]) -> QuerySet:
    """Return the change records of objects of a type that can be restored and that the user may know of."""
    records = deleted_objects(model, current_alias())
    if _may_on_all(user, model, 'view'):
        return records
    return records.filter(user=user) if _may_on_some(user, model, 'view') else records.none()


def find_viewable(user, pk: int) -> RecordedDeletion | None:
    """Return a deletion by the id of its change record, None if it is not among those that the user may view."""
    return next((deletion for deletion in viewable_deletions(user) if deletion.record.pk == pk), None)


def restorable_until(deleted: datetime) -> datetime | None:
    """Return when the values or the record of what is deleted at a time will be gone; None if both are kept."""
    kept = [
        days for days in (settings.get('retention_days'), get_config().CHANGELOG_RETENTION or None) if days is not None
    ]
    return deleted + timedelta(days=min(kept)) if kept else None


def count_kept(deletion: RecordedDeletion) -> int:
    """Return the number of objects of a type, or of values of a field, at most COUNT_LIMIT + 1."""
    target = Target.for_alias(deletion.schema.alias)
    counts = [count_recorded(deletion)] if deletion.field_id is None else []
    tables = {item.table for item in deletion.kept}
    if deletion.field_id is None:
        # Objects of a large type are not recorded one by one.
        tables = {deletion.key} & tables
    for table in tables:
        columns = [item.column for item in deletion.kept if item.table == table and item.column]
        held = [sql.SQL('{} IS NOT NULL').format(sql.Identifier(column)) for column in columns]
        rows = sql.SQL('SELECT 1 FROM {}{} LIMIT {}').format(
            sql.Identifier(target.schema, table),
            sql.SQL(' WHERE ') + sql.SQL(' OR ').join(held) if held else sql.SQL(''),
            sql.Literal(COUNT_LIMIT + 1),
        )
        with target.cursor() as cursor:
            cursor.execute(sql.SQL('SELECT count(*) FROM ({}) AS kept').format(rows))
            counts.append(cursor.fetchone()[0])
    return min(max(counts, default=0), COUNT_LIMIT + 1)


def may_restore(user, deletion: RecordedDeletion) -> bool:
    """Whether a user may add what would come back; constraints of permissions are asked when it is there."""
    models = {model_of(deletion), CustomObjectTypeField}
    return all(_may_on_some(user, model, 'add') for model in models)


def may_purge(user, deletion: RecordedDeletion) -> bool:
    return bool(deletion.kept) and _may_on_all(user, model_of(deletion), PURGE)


def restore_for(user, deletion: RecordedDeletion, dry_run: bool = False) -> Restored:
    """
    Restore what was deleted, in the name of a user.

    Raises:
        PermissionDenied: the user may not add the type, or one of its fields, constraints or choice sets
        RestoreRefused: a name is taken, or something that it needs is gone
        BranchClosed: the branch is being merged
    """
    if not may_restore(user, deletion):
        raise PermissionDenied()
    with all_or_nothing(deletion.schema.alias):
        restored = restore(deletion, dry_run)
        if not dry_run:
            _check_added(user, deletion, restored)
    if not all(_may_on_all(user, model, 'view') for model in (CustomObjectTypeField, CustomObjectTypeConstraint)):
        # Rows that are gone meet no constraint of a permission.
        restored.definitions_left_out = _counted(restored.definitions_left_out)
    return restored


def restore_objects_for(user, model: type[Model], pks: Collection[int]) -> RestoredObjects:
    """
    Restore objects of a type that a user may know of; all of them or none.

    Raises:
        PermissionDenied: the user may not add one of them
        RestoreRefused: too many are asked for, none is, or one cannot be restored
        AbortRequest: another request has just taken a value that must be unique
        BranchClosed: the branch is being merged
    """
    if not user.has_perm(get_permission_for_model(model, 'add')):
        raise PermissionDenied()
    if model._definition.deprecated:
        raise RestoreRefused(closed(model._definition))
    if not pks or len(pks) > OBJECTS_AT_ONCE:
        raise RestoreRefused(_('Select between 1 and {count} objects.').format(count=OBJECTS_AT_ONCE))
    records = list(viewable_objects(user, model).filter(changed_object_id__in=pks))
    if missing := len(set(pks)) - len(records):
        text = ngettext(
            '{count} of these objects exists, or has no record of its deletion.',
            '{count} of these objects exist, or have no record of their deletion.',
            missing,
        )
        raise RestoreRefused(text.format(count=missing))
    return restore_objects(user, model, records, current_alias())


def purge_for(user, deletion: RecordedDeletion) -> None:
    """
    Drop what was deleted for good, in the name of a user.

    Raises:
        PermissionDenied: the user may not
        PurgeRefused: it is in use elsewhere, or something that is not ours depends on it
    """
    if not may_purge(user, deletion):
        raise PermissionDenied()
    purge_now(deletion.schema, deletion.kept)
    logger.info('%s: %s was purged by %s.', deletion.schema.name, deletion.describe(), user)


def _check_added(user, deletion: RecordedDeletion, restored: Restored) -> None:
    """Raise PermissionDenied if a constraint of the user's permissions does not hold for what was restored."""
    if deletion.field_id is None:
        added = {
            CustomObjectType: {'pk': deletion.type_id},
            CustomObjectTypeField: {'custom_object_type': deletion.type_id},
            CustomObjectTypeConstraint: {'custom_object_type': deletion.type_id},
        }
    else:
        added = {CustomObjectTypeField: {'pk': deletion.field_id}}
    added[CustomFieldChoiceSet] = {'pk__in': restored.choice_sets}
    for model, condition in added.items():
        rows = model.objects.filter(**condition)
        if rows.count() != rows.restrict(user, 'add').count():
            raise PermissionDenied()


def _counted(sentences: list[str]) -> list[str]:
    text = ngettext(
        '{count} field or constraint, which you may not view.',
        '{count} fields or constraints, which you may not view.',
        len(sentences),
    )
    return [text.format(count=len(sentences))] if sentences else []


def _may_view(user, model: type[Model], record: ObjectChange) -> bool:
    return _may_on_all(user, model, 'view') or (record.user_id == user.pk and _may_on_some(user, model, 'view'))


def _may_on_some(user, model: type[Model], action: str) -> bool:
    return user.has_perm(get_permission_for_model(model, action))


def _may_on_all(user, model: type[Model], action: str) -> bool:
    return has_right_to_all(user, get_permission_for_model(model, action))
