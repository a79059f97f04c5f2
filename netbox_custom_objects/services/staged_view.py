"""
The staged changes that a user is shown, in the current schema: those of fields, with the offenders, that they may view.

May import models and runtime. Must never write.
"""

from django.db import DEFAULT_DB_ALIAS

from ..models import CustomObjectTypeField, StagedChange
from ..runtime.context import current_alias
from ..runtime.registry import model_for


def changes_of(user, action: str, type_id: int | None = None):
    """
    Return the changes, newest first, of fields that a user may view or change in the current schema.

    Args:
        user: who asks
        action: `view` or `change`
        type_id: only of this type's fields
    """
    alias = current_alias()
    changes = StagedChange.objects.using(DEFAULT_DB_ALIAS).filter(alias=alias)
    if type_id is not None:
        changes = changes.filter(type_id=type_id)
    # Fields and changes may be in different schemas: no join leads from one to the other.
    ids = set(changes.order_by().values_list('field_id', flat=True))
    if not ids:
        return changes
    fields = CustomObjectTypeField.objects.using(alias).restrict(user, action).filter(pk__in=ids)
    return changes.filter(field_id__in=set(fields.values_list('pk', flat=True)))


def viewable_offenders(change: StagedChange, user) -> list[list]:
    """Return what is listed of the rows that stand in the way: [primary key, text, reason] of viewable objects."""
    offenders = change.offenders
    model = model_for(change.type_id) if offenders else None
    if model is None:
        return []
    objects = model.objects.restrict(user, 'view').filter(pk__in={pk for pk, *_rest in offenders})
    viewable = set(objects.values_list('pk', flat=True))
    return [offender for offender in offenders if offender[0] in viewable]
