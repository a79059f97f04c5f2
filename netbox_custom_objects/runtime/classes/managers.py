"""
The manager of every dynamic model: reads each schema through a class that fits it.

A class may be older or newer than the table it is asked to read (a branch that lacks a field, a main that lacks the
type). Queries are moved to the class of the schema they run against, and only when the columns do not fit: a class
that fits keeps its field names, which is what callers expect (proven, 1.4).
"""

from collections.abc import Collection
from weakref import ref

from django.apps import apps
from django.db import models, router
from django.db.models import F

from extras.querysets import ConfigContextModelQuerySet

from ...models.concurrency import in_transaction
from ...models.protectors import hiding_protectors
from ..config_contexts import context_filters
from ..context import fit
from ..inbound.collecting import LockingCollector
from ..inbound.holding import as_written, hold_references_of_all
from ..reading.prefetch import prefetch_together
from ..relations.rollups import rollups_of
from ..restrictions import UNRESOLVABLE, restricted_by_the_rest

# From this object on, a page of a list is found by keys alone, before its objects are read.
DEEP = 1000


class CustomObjectQuerySet(ConfigContextModelQuerySet):
    """A restricted queryset that is empty where its type does not exist."""

    # How many objects it has, if they were counted.
    _counted: int | None = None

    def __getitem__(self, k):
        """Return a slice; of one that begins far from the start, PostgreSQL does not read what comes before."""
        if isinstance(k, slice) and self._is_deep(k):
            return self.filter(pk__in=self._keys_of(k))
        return super().__getitem__(k)

    def _keys_of(self, k: slice):
        """Return the keys of a slice: an index has them in this order, and need not be left for them."""
        keys = self.values('pk')
        if self._counted is None or 2 * k.start < self._counted:
            return keys[k]
        # The end is nearer.
        return keys.reverse()[max(self._counted - k.stop, 0) : max(self._counted - k.start, 0)]

    def count(self):
        self._counted = super().count()
        return self._counted

    def _is_deep(self, k: slice) -> bool:
        query = self.query
        is_whole = self._fields is None and not (query.is_sliced or query.distinct or query.combinator)
        has_bounds = k.stop is not None and k.step is None and (k.start or 0) >= DEEP
        return has_bounds and is_whole and self._result_cache is None and query.group_by is None

    def annotate_config_context_data(self, only_invalidated=False):
        """Annotate the data of the config contexts that apply, for all objects: they are not cached."""
        return super().annotate_config_context_data()

    def _get_config_context_filters(self):
        return context_filters(self.model)

    def restrict(self, user, action='view'):
        """Return what the user may do something with; a constraint that cannot be resolved grants nothing."""
        try:
            return super().restrict(user, action)
        except UNRESOLVABLE:
            granted = restricted_by_the_rest(self, user, action)
            if granted is None:
                raise
            return granted

    def with_rollups(self, names: Collection[str] | None = None):
        """Read rollups along with the objects, in the same statement: those of these names, by default all."""
        fields = [field for field in rollups_of(self.model) if names is None or field.name in names]
        return self.annotate(**{field.read_as: F(field.name) for field in fields}) if fields else self

    def using(self, alias):
        queryset = super().using(alias)
        if self.query.where or self.query.is_sliced:
            return queryset
        return refitted(queryset, alias)

    def _fetch_all(self):
        is_read = self._result_cache is None
        super()._fetch_all()
        if is_read:
            introduce(self._result_cache)

    def _prefetch_related_objects(self):
        instances = [row for row in self._result_cache if isinstance(row, models.Model)]
        if instances:
            prefetch_together(instances, self._prefetch_related_lookups)
        # The rest; Django passes over what was fetched.
        super()._prefetch_related_objects()

    def delete(self):
        """
        Delete the objects, and before them their attachments (journal entries, ...), as their own `delete` does.

        Django's collector would log it the other way round, and undoing the deletion would meet a journal entry
        before its object.
        """
        chosen = self.select_related(None).order_by()
        chosen._for_write = True
        # By their keys: PostgreSQL locks no rows of a query with DISTINCT or outer joins.
        objects = CustomObjectQuerySet(self.model, using=chosen.db).filter(pk__in=chosen.values('pk'))
        collector = LockingCollector(using=chosen.db, origin=self)
        with in_transaction(chosen.db), hiding_protectors():
            collector.collect(objects.order_by('pk').select_for_update())
            self._result_cache = None
            return collector.delete()

    delete.alters_data = True
    delete.queryset_only = True

    # Statements that write references, which are held as those of `save` are.

    def bulk_create(self, objs, *args, **kwargs):
        objs, self._for_write = list(objs), True
        with in_transaction(self.db):
            hold_references_of_all(objs, self.db)
            return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs, fields, *args, **kwargs):
        objs, self._for_write = tuple(objs), True
        with in_transaction(self.db):
            hold_references_of_all(objs, self.db, fields)
            return super().bulk_update(objs, fields, *args, **kwargs)

    def update(self, **kwargs):
        self._for_write = True
        written, names = as_written(self.model, kwargs)
        if not names:
            return super().update(**kwargs)
        with in_transaction(self.db):
            hold_references_of_all([written], self.db, names)
            return super().update(**kwargs)

    bulk_create.alters_data = bulk_update.alters_data = update.alters_data = True


class CustomObjectManager(models.Manager.from_queryset(CustomObjectQuerySet)):
    """`objects`, and the base manager too: Django's Collector, generic foreign keys and refresh_from_db() use that."""

    use_in_migrations = False

    def get_queryset(self):
        if not apps.ready and getattr(self.model, '_is_ghost', False):
            # What another plugin is given while plugins are starting up; nothing may be asked of the database.
            return super().get_queryset().none()
        alias = self._db or router.db_for_read(self.model, **self._hints)
        return refitted(super().get_queryset(), alias)

    def using(self, alias):
        # Not by way of get_queryset(): for a type that the routed schema lacks, that is empty for good.
        return self.db_manager(alias).get_queryset()


def introduce(objects: list) -> None:
    """Let objects that were read together know each other, as in Django's fetch modes: one reads for all of them."""
    if len(objects) > 1 and isinstance(objects[0], models.Model) and not objects[0]._state.peers:
        peers = [ref(obj) for obj in objects]
        for obj in objects:
            obj._state.peers = peers


def refitted(queryset, alias: str):
    """Return the queryset on the class that fits the schema behind `alias`; an empty one if the type is not there."""
    model = fit(queryset.model, alias)
    if model is None:
        return queryset.none()
    if model is not queryset.model:
        return CustomObjectQuerySet(model, using=queryset._db, hints=queryset._hints)
    return queryset
