"""
The manager behind a many-valued reference.

Django's own would filter the target's model through a reverse name that core models do not have, because they never
learn of our relations. This one reads the link table first (proven, 1.6).
"""

from collections.abc import Iterable
from copy import copy

from django.db import router
from django.db.models import Model
from django.db.models.fields.related_descriptors import ManyToManyDescriptor, create_forward_many_to_many_manager
from django.utils.functional import cached_property

SOURCE_MARK = '_prefetched_for'


class LinkDescriptor(ManyToManyDescriptor):
    """`instance.<field>`: a manager of the linked objects."""

    @cached_property
    def related_manager_cls(self):
        base = create_forward_many_to_many_manager(self.rel.model._default_manager.__class__, self.rel, reverse=False)
        return type('LinkManager', (LinkManagerMixin, base), {})


class LinkManagerMixin:
    """Overrides the two methods of Django's manager that need the reverse relation."""

    def _link_rows(self, instances):
        db = self._db or router.db_for_read(self.through, instance=instances[0])
        sources = [instance.pk for instance in instances]
        return self.through._default_manager.using(db).filter(**{f'{self.source_field_name}__in': sources})

    def _apply_rel_filters(self, queryset):
        queryset._add_hints(instance=self.instance)
        if self._db:
            queryset = queryset.using(self._db)
        queryset._fetch_mode = self.instance._state.fetch_mode
        links = self._link_rows([self.instance])
        ids = links.values_list(self.target_field.attname, flat=True)
        if queryset.db != links.db:
            # Targets that branching does not copy (users, for one) are read from main.
            ids = list(ids)
        queryset._defer_next_filter = True
        return queryset._next_is_sticky().filter(pk__in=ids)

    def link_to(self, target):
        """Return a link row, not saved."""
        return self.through(source_id=self.instance.pk, target_id=target.pk)

    def get_prefetch_querysets(self, instances, querysets=None):
        """Return what prefetch_related() asks for: one query for the links, one for their targets."""
        if querysets and len(querysets) != 1:
            raise ValueError('querysets argument of get_prefetch_querysets() should have a length of 1.')
        links = self._link_rows(instances).order_by('pk')
        sources_by_target: dict = {}
        for source_id, target_id in links.values_list(self.source_field.attname, self.target_field.attname):
            sources_by_target.setdefault(target_id, []).append(source_id)
        targets = querysets[0] if querysets else self.model._default_manager.db_manager(self._db).all()
        targets = targets.filter(pk__in=sources_by_target)
        found = [marked_copy(target, source_id) for target in targets for source_id in sources_by_target[target.pk]]
        return (
            found,
            lambda target: target.__dict__[SOURCE_MARK],
            lambda instance: instance.pk,
            False,
            self.prefetch_cache_name,
            False,
        )


def twin_of(target):
    """Return a copy of an object that can be changed without changing the object."""
    twin = target.__class__.__new__(target.__class__)
    twin.__dict__.update(target.__dict__)
    twin._state = copy(target._state)
    twin._state.fields_cache = dict(target._state.fields_cache)
    return twin


def marked_copy(target, source_id):
    """Return a copy of a target that knows which object it was fetched for: each object gets its own, as in Django."""
    twin = twin_of(target)
    if prefetched := target.__dict__.get('_prefetched_objects_cache'):
        twin.__dict__['_prefetched_objects_cache'] = dict(prefetched)
    twin.__dict__[SOURCE_MARK] = source_id
    return twin


def insert_links(instance, links: dict[str, list], using: str) -> None:
    """Link a new object to its targets; see `insert_links_of_all`."""
    insert_links_of_all([(instance, links)], using)


def insert_links_of_all(linked: Iterable[tuple[Model, dict[str, list]]], using: str) -> None:
    """
    Link new objects to their targets, and remember these as if they had been prefetched: one statement for each field.

    Sends no signals: called before the creations are logged, so that the records of them hold the links.

    Args:
        linked: objects of one type that have just been inserted, with the targets of each by the name of the field
        using: the alias they were inserted over
    """
    rows: dict[type[Model], list[Model]] = {}
    for instance, links in linked:
        for name, targets in links.items():
            manager = getattr(instance, name)
            rows.setdefault(manager.through, []).extend(manager.link_to(target) for target in targets)
            found = manager.get_queryset()
            found._result_cache, found._prefetch_done = list(targets), True
            instance.__dict__.setdefault('_prefetched_objects_cache', {})[name] = found
    for through, links in rows.items():
        through._default_manager.using(using).bulk_create(links)
