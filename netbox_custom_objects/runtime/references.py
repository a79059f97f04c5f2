"""
What happens to custom objects when an object that they point at is deleted (decision 5).

One receiver for everything, in main and in branches alike. Core models never learn of our references, so that their
pages and deletions cost the same however many types there are. Between custom objects of one island Django's own
collector cascades and protects; what it would clear by an UPDATE of its own is cleared here before, as an edit.
"""

from collections.abc import Iterable
from itertools import islice

from django.db.models import Model, ProtectedError, QuerySet, Value
from django.utils.translation import gettext as _

from ..choices import ObjectFieldOnDeleteChoices
from ..definitions import FieldDefinition
from ..field_types import field_type_of
from ..field_types.gone_defaults import forget_gone_defaults
from ..models.concurrency import conflicts_reported
from ..models.protectors import as_current_user_sees
from .deletions import Deletion, deleting, staying
from .holding import note_deletion
from .referrers import in_chunks, referrers_of
from .registry import world
from .world import World

OWNER_LABEL = 'users.owner'
# How many protecting objects an error holds: one more than NetBox names, so that it says "more than 50".
PROTECTORS_SHOWN = 51


def before_delete(instance: Model, using: str, origin: Model | QuerySet | None = None) -> None:
    """
    Protect, cascade, clear or unlink: called before any object of any model is deleted.

    Costs one query to lock the object and one per field that points at its model; if many of its objects are deleted
    at once, one per field and CHUNK objects. What is then found to be referred to is read, and changed, object by
    object.

    Args:
        instance: what is being deleted
        using: the alias it is deleted over; only custom objects of that schema are touched
        origin: the object or queryset whose delete() this is a part of

    Raises:
        ProtectedError: a field with `on_delete_behavior` protect, or an owner, is in the way
        ConcurrentChange: another transaction is
    """
    current = world(using)
    label = instance._meta.concrete_model._meta.label_lower
    is_owner = label == OWNER_LABEL and bool(current.definitions)
    fields = current.inbound.get(label, ())
    is_custom = getattr(instance, '_type_id', None) is not None
    if not fields and not is_custom and not is_owner:
        return
    note_deletion(instance, using)
    forget_gone_defaults()
    by_collector = is_current(current, instance)
    with conflicts_reported(), deleting(instance, origin, using) as deletion:
        if not is_custom:
            # Before the look for referrers; custom objects are locked as they are collected.
            deletion.lock(instance)
        if is_owner:
            _protect_owner(current, instance, using)
        # Those that protect come first: what is refused has then not begun.
        for field in sorted(fields, key=lambda field: field.on_delete_behavior != ObjectFieldOnDeleteChoices.PROTECT):
            if not by_collector or not _is_collected(field):
                _release(current, field, instance, deletion)


def _is_collected(field: FieldDefinition) -> bool:
    """Whether Django's collector does what a field between two custom objects asks for."""
    behavior = field.on_delete_behavior or ObjectFieldOnDeleteChoices.SET_NULL
    is_plain = not field.is_polymorphic and not field_type_of(field).many
    return is_plain and behavior != ObjectFieldOnDeleteChoices.SET_NULL


def is_current(current: World, instance: Model) -> bool:
    """Whether Django's collector sees all references: an object of an older generation knows only those of its time."""
    type_id = getattr(instance, '_type_id', None)
    return type_id is not None and type(instance) is current.model(type_id)


def _release(current: World, field: FieldDefinition, instance: Model, deletion: Deletion) -> None:
    if not deletion.may_be_referenced(current, field, instance):
        return
    using, many = deletion.using, field_type_of(field).many
    behavior = None if many else field.on_delete_behavior
    referrers = referrers_of(current, field, instance, using)
    if behavior not in (ObjectFieldOnDeleteChoices.PROTECT, ObjectFieldOnDeleteChoices.CASCADE):
        # What is edited here is edited as it is now, and not as it was before another transaction changed it.
        referrers = referrers.select_for_update(of=('self',), no_key=True)
    chunks = (staying(rows) for rows in in_chunks(referrers))
    if behavior == ObjectFieldOnDeleteChoices.PROTECT:
        _refuse(instance, islice((row for rows in chunks for row in rows), PROTECTORS_SHOWN))
        return
    for rows in filter(None, chunks):
        if many:
            _unlink(rows, field, instance)
        elif behavior == ObjectFieldOnDeleteChoices.CASCADE:
            current.model(field.type_id).objects.using(using).filter(pk__in=[row.pk for row in rows]).delete()
        else:
            _clear(rows, field, using)


def _unlink(rows: list[Model], field: FieldDefinition, target: Model) -> None:
    for row in rows:
        row.snapshot()
        getattr(row, field.name).remove(target)


def _clear(rows: list[Model], field: FieldDefinition, using: str) -> None:
    for row in rows:
        row.snapshot()
        setattr(row, field.name, None)
        row.save(using=using)


def _protect_owner(current: World, owner: Model, using: str) -> None:
    """Refuse to delete an owner of custom objects: asked in one statement for all types, then in one per type."""
    first, *others = (
        current.model(type_id)
        .objects.using(using)
        .filter(owner_id=owner.pk)
        .order_by()
        .annotate(type_id=Value(type_id))
        .values_list('type_id', 'pk')
        for type_id in current.definitions
    )
    owned = (first.union(*others, all=True) if others else first)[:PROTECTORS_SHOWN]
    ids: dict[int, list[int]] = {}
    for type_id, pk in owned:
        ids.setdefault(type_id, []).append(pk)
    _refuse(
        owner,
        [obj for type_id, pks in ids.items() for obj in current.model(type_id).objects.using(using).filter(pk__in=pks)],
    )


def _refuse(instance: Model, rows: Iterable[Model]) -> None:
    """Raise ProtectedError if there are any rows; it holds those that the user of the request may view as they are."""
    if protectors := list(rows):
        raise ProtectedError(
            _('{object} cannot be deleted because custom objects refer to it.').format(object=instance),
            as_current_user_sees(protectors),
        )
