"""
What happens to custom objects when an object that they refer to is deleted (decision 5).

One receiver for everything, in main and in branches alike. Core models never learn of our references, so that their
pages and deletions cost the same however many types there are. Between custom objects of one island Django's own
collector cascades and protects; what it would clear by an UPDATE of its own is cleared here before, as an edit.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db.models import Model, ProtectedError, QuerySet, Value
from django.utils.translation import gettext as _

from ...ddl.target import MAIN_ALIAS
from ...definitions import FieldDefinition
from ...field_types.shared.gone_defaults import forget_gone_defaults
from ...models.attachments import set_objects_aside
from ...models.concurrency import conflicts_reported
from ...models.protectors import as_current_user_sees
from ..classes.registry import world
from ..classes.world import World
from .deletion_walk import Visitor, walk
from .deletions import Deletion, deleting, staying
from .holding import note_deletion
from .stored import in_chunks, referrers_of

OWNER_LABEL = 'users.owner'
# How many protecting objects an error holds: one more than NetBox names, so that it says "more than 50".
PROTECTORS_SHOWN = 51


def before_delete(instance: Model, using: str, origin: Model | QuerySet | None = None) -> None:
    """
    Protect, cascade, clear or unlink: called before any object of any model is deleted.

    Costs one query to lock the object and one per field that refers to its model; if many of its objects are deleted
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
    is_custom = getattr(instance, '_type_id', None) is not None
    if label not in current.inbound and not is_custom and not is_owner:
        return
    note_deletion(instance, using)
    forget_gone_defaults()
    with conflicts_reported(), deleting(instance, origin, using) as deletion:
        if not is_custom:
            # Before the look for referrers; custom objects are locked as they are collected.
            deletion.lock(instance)
        if is_owner:
            _protect_owner(current, instance, using)
        if is_custom and using == MAIN_ALIAS and (going := deletion.newly_going(instance)):
            set_objects_aside(instance._type_id, going)
        walk(current, label, Release(current, instance, deletion))


class Release(Visitor):
    """Does what fields ask for that refer to an object which is being deleted."""

    def __init__(self, current: World, instance: Model, deletion: Deletion):
        self.current, self.instance, self.deletion = current, instance, deletion
        type_id = getattr(instance, '_type_id', None)
        # It sees all references: an object of an older generation knows only those of its time.
        self.by_collector = type_id is not None and type(instance) is current.model(type_id)

    def protect(self, field: FieldDefinition) -> None:
        if not self._is_collected(field):
            rows = (row for rows in self._referrers(field) for row in rows)
            _refuse(self.instance, islice(rows, PROTECTORS_SHOWN))

    def cascade(self, field: FieldDefinition) -> None:
        if not self._is_collected(field):
            objects = self.current.model(field.type_id).objects.using(self.deletion.using)
            for rows in self._referrers(field):
                objects.filter(pk__in=[row.pk for row in rows]).delete()

    def unlink(self, field: FieldDefinition) -> None:
        for row in self._edited(field):
            getattr(row, field.name).remove(self.instance)

    def clear(self, field: FieldDefinition) -> None:
        for row in self._edited(field):
            setattr(row, field.name, None)
            row.save(using=self.deletion.using)

    def _is_collected(self, field: FieldDefinition) -> bool:
        """Whether Django's collector does itself what a field between two custom objects asks for."""
        return self.by_collector and not field.is_polymorphic

    def _edited(self, field: FieldDefinition) -> Iterator[Model]:
        """Yield what is to be edited, as it is now, and not as it was before another transaction changed it."""
        for rows in self._referrers(field, to_edit=True):
            for row in rows:
                row.snapshot()
                yield row

    def _referrers(self, field: FieldDefinition, to_edit: bool = False) -> Iterator[list[Model]]:
        """Yield what refers to the object by a field, and is not deleted itself, some at a time."""
        if self.deletion.may_be_referenced(self.current, field, self.instance):
            referrers = referrers_of(self.current, field, self.instance, self.deletion.using)
            if to_edit:
                referrers = referrers.select_for_update(of=('self',), no_key=True)
            yield from filter(None, (staying(rows) for rows in in_chunks(referrers)))


def _protect_owner(current: World, owner: Model, using: str) -> None:
    """Refuse to delete an owner of custom objects: asked in one statement for all types, then in one per type."""
    first, *others = (
        current.model(type_id)
        .objects.using(using)
        .filter(owner_id=owner.pk)
        .order_by()
        .annotate(type_id=Value(type_id))
        .values_list('type_id', 'pk')
        for type_id in current.sound_definitions()
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
