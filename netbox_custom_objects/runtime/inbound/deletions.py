"""
The deletions that are going on: what goes along with what, and which of it is referred to.

Django tells a receiver of pre_delete one object at a time, and the origin: the object or queryset whose delete() it is
a part of. What is known of a deletion is kept on its origin, for there is no signal at its end. May only read.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db.models import Model, QuerySet

from ...definitions import FieldDefinition
from ..classes.world import World
from .deletion_walk import collect
from .holding import lock_for_deletion
from .stored import referenced_ids

# From the second object of a queryset on, all are asked for at once.
BATCH_QUERYSET_FROM = 2
# What a cascade takes along is found by collecting again, which costs dozens of queries: it must be worth it.
BATCH_CASCADE_FROM = 20

_ATTRIBUTE = '_netbox_custom_objects_deletion'
# Outermost first.
_going_on: ContextVar[tuple['Deletion', ...]] = ContextVar('netbox_custom_objects_deletions', default=())

Key = tuple[str, int]


def instance_key(instance: Model) -> Key:
    return instance._meta.concrete_model._meta.label_lower, instance.pk


@dataclass
class Deletion:
    """One call of delete(), of an object or of a queryset, with everything that Django deletes along with it."""

    origin: Model | QuerySet
    using: str
    # What pre_delete was sent for.
    noted: set[Key] = field(default_factory=set)
    counts: Counter = field(default_factory=Counter)
    # Ids of what goes, by label, where they are known in advance. A hint: what is not among them may go as well.
    batches: dict[str, set[int]] = field(default_factory=dict)
    collected: bool = False
    # Ids of what was locked, by label, and of custom objects of which it is kept what hangs on them.
    locked: dict[str, set[int]] = field(default_factory=dict)
    set_aside: set[int] = field(default_factory=set)
    # Ids of what is referred to, of those in `batches`, by label and field.
    _referenced: dict[tuple[str, int], set[int]] = field(default_factory=dict)

    def lock(self, instance: Model) -> None:
        """Lock an object that goes, and with it the others of its model that are known to: one statement for all."""
        label, pk = instance_key(instance)
        locked = self.locked.setdefault(label, set())
        if pk not in locked:
            going = {pk, *self._batch(label)} - locked
            lock_for_deletion(instance._meta.concrete_model, going, self.using)
            locked |= going

    def newly_going(self, instance: Model) -> set[int]:
        """Return the ids of a custom object that goes, and of others of its type, but for those returned before."""
        label, pk = instance_key(instance)
        if pk in self.set_aside:
            return set()
        going = {pk, *self._batch(label)} - self.set_aside
        self.set_aside |= going
        return going

    def may_be_referenced(self, current: World, definition: FieldDefinition, instance: Model) -> bool:
        """Whether an object that is being deleted may be referred to by a field; False only if that is certain."""
        label, pk = instance_key(instance)
        batch = self._batch(label)
        if pk not in batch:
            return True
        key = label, definition.id
        if key not in self._referenced:
            found = referenced_ids(current, definition, label, batch, self.using)
            self._referenced[key] = {target for target, _ in found}
        return pk in self._referenced[key]

    def _batch(self, label: str) -> set[int]:
        """Return the ids of all objects of one model that go, as far as it is worth knowing them."""
        if label not in self.batches:
            if self._is_of(label):
                if self.counts[label] >= BATCH_QUERYSET_FROM:
                    self.batches[label] = set(self._rows().order_by().values_list('pk', flat=True))
            elif self.counts[label] >= BATCH_CASCADE_FROM and not self.collected:
                self._collect()
        return self.batches.get(label, set())

    def _is_of(self, label: str) -> bool:
        return isinstance(self.origin, QuerySet) and self.origin.model._meta.concrete_model._meta.label_lower == label

    def _rows(self) -> QuerySet:
        return self.origin.using(self.using)

    def _collect(self) -> None:
        """Find out what Django deletes along, in the way it did itself."""
        self.collected = True
        going, protecting = collect(self._rows() if isinstance(self.origin, QuerySet) else [self.origin], self.using)
        if protecting:
            return  # references have changed since; each object is then asked for by itself
        for model, instances in going.items():
            label = model._meta.concrete_model._meta.label_lower
            self.batches.setdefault(label, {instance.pk for instance in instances})

    def going(self, rows: list[Model]) -> set[int]:
        """Return the ids of those of some objects (of one model) that this deletion takes along."""
        label = instance_key(rows[0])[0]
        going = {row.pk for row in rows if instance_key(row) in self.noted}
        if self._is_of(label):
            if label in self.batches:
                return going | {row.pk for row in rows if row.pk in self.batches[label]}
            pks = [row.pk for row in rows if row.pk not in going]
            if pks:
                going |= set(self._rows().filter(pk__in=pks).order_by().values_list('pk', flat=True))
        return going


@contextmanager
def deleting(instance: Model, origin: Model | QuerySet | None, using: str) -> Iterator[Deletion]:
    """
    Note that an object is being deleted, as a part of the deletion of `origin`.

    Django's collector knows nothing of our references: of two objects that refer to each other and go together,
    neither may be changed once its deletion was logged.
    """
    origin = instance if origin is None else origin
    deletion, key = origin.__dict__.get(_ATTRIBUTE), instance_key(instance)
    if deletion is None or deletion.using != using or key in deletion.noted:
        # A deletion announces each object once: what was announced before was refused, and is tried again.
        deletion = origin.__dict__[_ATTRIBUTE] = Deletion(origin, using)
    deletion.noted.add(key)
    deletion.counts[key[0]] += 1
    reset = _going_on.set((*_going_on.get(), deletion))
    try:
        yield deletion
    finally:
        _going_on.reset(reset)


def staying(rows: list[Model]) -> list[Model]:
    """Return those of some objects, all of one model, that are not being deleted themselves."""
    for deletion in _going_on.get():
        if rows:
            going = deletion.going(rows)
            rows = [row for row in rows if row.pk not in going]
    return rows
