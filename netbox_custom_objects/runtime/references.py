"""
What happens to custom objects when an object that they point at is deleted (decision 5).

One receiver for everything, in main and in branches alike. Core models never learn of our references, so that their
pages and deletions cost the same however many types there are. Between custom objects of one island Django's own
collector does this work.
"""

from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from ..choices import ObjectFieldOnDeleteChoices
from ..definitions import FieldDefinition
from ..field_types import field_type_of
from .registry import world
from .world import World

OWNER_LABEL = 'users.owner'
# How many protecting objects an error names.
PROTECTORS_SHOWN = 20


def before_delete(instance, using: str) -> None:
    """
    Protect, cascade, clear or unlink: called before any object of any model is deleted.

    Args:
        instance: what is being deleted
        using: the alias it is deleted over; only custom objects of that schema are touched

    Raises:
        ProtectedError: a field with `on_delete_behavior` protect, or an owner, is in the way
    """
    label = instance._meta.label_lower
    current = world(using)
    if label == OWNER_LABEL:
        _protect_owner(current, instance, using)
    by_collector = _is_current(current, instance)
    for field in current.inbound.get(label, ()):
        if field.target is not None and not by_collector:
            _release(current, field, instance, using)


def _is_current(current: World, instance) -> bool:
    """Whether Django's collector sees all references: an object of an older generation knows only those of its time."""
    type_id = getattr(instance, '_type_id', None)
    return type_id is not None and type(instance) is current.model(type_id)


def _release(current: World, field: FieldDefinition, instance, using: str) -> None:
    rows = current.model(field.type_id).objects.using(using)
    if field_type_of(field).many:
        for row in rows.filter(**{field.name: instance.pk}):
            row.snapshot()
            getattr(row, field.name).remove(instance)
        return
    rows = rows.filter(**{f'{field.name}_id': instance.pk})
    if field.on_delete_behavior == ObjectFieldOnDeleteChoices.PROTECT:
        _refuse(instance, rows)
    elif field.on_delete_behavior == ObjectFieldOnDeleteChoices.CASCADE:
        for row in rows:
            row.delete(using=using)
    else:
        for row in rows:
            row.snapshot()
            setattr(row, f'{field.name}_id', None)
            row.save(using=using)


def _protect_owner(current: World, owner, using: str) -> None:
    for type_id in current.definitions:
        _refuse(owner, current.model(type_id).objects.using(using).filter(owner_id=owner.pk))


def _refuse(instance, rows) -> None:
    if protectors := list(rows[:PROTECTORS_SHOWN]):
        raise ProtectedError(
            _('{object} cannot be deleted because custom objects point at it.').format(object=instance),
            set(protectors),
        )
