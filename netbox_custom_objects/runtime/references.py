"""
What happens to custom objects when an object that they point at is deleted (decision 5).

One receiver for everything, in main and in branches alike. Core models never learn of our references, so that their
pages and deletions cost the same however many types there are. Between custom objects of one island Django's own
collector does this work.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import ProtectedError, QuerySet
from django.utils.translation import gettext as _

from ..choices import ObjectFieldOnDeleteChoices
from ..definitions import FieldDefinition
from ..field_types import field_type_of
from .registry import world
from .world import World

OWNER_LABEL = 'users.owner'
# How many protecting objects an error names.
PROTECTORS_SHOWN = 20
# The deletions that are going on, outermost first; each notes what goes with it under this attribute.
_NOTED = '_netbox_custom_objects_deleting'
_origins: ContextVar[tuple] = ContextVar('netbox_custom_objects_origins', default=())


def before_delete(instance, using: str, origin=None) -> None:
    """
    Protect, cascade, clear or unlink: called before any object of any model is deleted.

    Args:
        instance: what is being deleted
        using: the alias it is deleted over; only custom objects of that schema are touched
        origin: the object or queryset whose delete() this is a part of

    Raises:
        ProtectedError: a field with `on_delete_behavior` protect, or an owner, is in the way
    """
    label = instance._meta.label_lower
    current = world(using)
    if label == OWNER_LABEL:
        _protect_owner(current, instance, using)
    fields = current.inbound.get(label, ())
    if not fields and getattr(instance, '_type_id', None) is None:
        return
    by_collector = _is_current(current, instance)
    with _deleting(instance, origin):
        for field in fields:
            if field.is_polymorphic or not by_collector:
                _release(current, field, instance, using)


@contextmanager
def _deleting(instance, origin) -> Iterator[None]:
    """
    Note that an object is being deleted, with what is deleted along with it.

    Django's collector knows nothing of our references: of two objects that point at each other and go together,
    neither may be changed once its deletion was logged.
    """
    origin = instance if origin is None else origin
    noted = origin.__dict__.setdefault(_NOTED, set())
    noted.add((instance._meta.label_lower, instance.pk))
    reset = _origins.set((*_origins.get(), origin))
    try:
        yield
    finally:
        _origins.reset(reset)


def _staying(rows) -> list:
    """Return those of some objects that are not being deleted themselves."""
    rows = list(rows)
    for origin in _origins.get():
        if rows and isinstance(origin, QuerySet) and issubclass(origin.model, type(rows[0])):
            going = set(origin.filter(pk__in=[row.pk for row in rows]).values_list('pk', flat=True))
            rows = [row for row in rows if row.pk not in going]
        rows = [row for row in rows if (row._meta.label_lower, row.pk) not in origin.__dict__[_NOTED]]
    return rows


def _is_current(current: World, instance) -> bool:
    """Whether Django's collector sees all references: an object of an older generation knows only those of its time."""
    type_id = getattr(instance, '_type_id', None)
    return type_id is not None and type(instance) is current.model(type_id)


def _release(current: World, field: FieldDefinition, instance, using: str) -> None:
    field_type = field_type_of(field)
    rows = current.model(field.type_id).objects.using(using).filter(**field_type.reference_filter(field, instance))
    staying = _staying(rows) if field.is_polymorphic else rows
    if field_type.many:
        for row in staying:
            row.snapshot()
            getattr(row, field.name).remove(instance)
    elif field.on_delete_behavior == ObjectFieldOnDeleteChoices.PROTECT:
        _refuse(instance, staying)
    elif field.on_delete_behavior == ObjectFieldOnDeleteChoices.CASCADE:
        for row in staying:
            row.delete(using=using)
    else:
        for row in staying:
            row.snapshot()
            setattr(row, field.name, None)
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
