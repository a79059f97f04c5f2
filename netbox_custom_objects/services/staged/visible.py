"""
The staged changes that a user is shown, in the current schema: those of fields, with the offenders, that they may view.

May import models and runtime. Must never write.
"""

from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS

from ...models import CustomObjectTypeField, StagedChange
from ...runtime.classes.registry import model_for
from ...runtime.context import current_alias


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


@dataclass(frozen=True, slots=True)
class Offenders:
    """The rows that stand in the way of a change, as far as a user may view them."""

    # [primary key, text, reason] of those that are listed.
    listed: tuple[list, ...] = ()
    count: int = 0
    # Whether there are others, whose number would reveal their values.
    has_others: bool = False


def viewable_offenders(change: StagedChange, user, with_list: bool = True) -> Offenders:
    """Return what stands in the way of a change; `with_list=False` saves two queries for who may view all objects."""
    if not change.offender_count:
        return Offenders()
    model = model_for(change.type_id)
    objects = model.objects.restrict(user, 'view') if model is not None else None
    if objects is None or objects.query.is_empty():
        return Offenders(has_others=True)
    is_restricted = bool(objects.query.where)
    if not is_restricted and not with_list:
        return Offenders(count=change.offender_count)
    offenders = change.offenders
    present = set(objects.filter(pk__in={pk for pk, *_rest in offenders}).values_list('pk', flat=True))
    listed = tuple(offender for offender in offenders if offender[0] in present)
    if not is_restricted:
        return Offenders(listed, change.offender_count)
    return Offenders(listed, len(listed), len(listed) < change.offender_count)
