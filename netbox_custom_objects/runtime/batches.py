"""
What several references of the same objects point at, read together: for the prefetches of a whole page.

Links of all fields are read in one statement, and targets of the same model in one, whichever fields point at them. The
descriptors find the batch on the first of the objects; without one, each field reads for itself.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models, router
from django.db.models.functions import Cast

from ..field_types.generic import model_of, target_of
from .fields import LinkField, ObjectForeignKey
from .generic import GenericReference
from .generic_links import GenericLinks
from .links import BATCH
from .mixed import read_by_ids
from .naming import name_lookups


@dataclass
class Batch:
    """The links of objects, and the targets of all of their references as far as they were read."""

    # By link model, in the order in which links were made: (source id, content type id or None, target id).
    rows: dict[type, list[tuple[int, int | None, int]]] = field(default_factory=lambda: defaultdict(list))
    # Ids of targets, by model.
    wanted: dict[type, set[int]] = field(default_factory=lambda: defaultdict(set))
    # Models of custom objects that are named by whoever reads polymorphic references, without saying so.
    named: set[type] = field(default_factory=set)
    _read: dict[tuple[type, str], dict[int, models.Model]] = field(default_factory=dict)

    def want(self, content_type: int, pks: Iterable[int]) -> None:
        """Note targets of a polymorphic reference."""
        model = model_of(target_of(content_type))
        if model is not None:
            self.wanted[model].update(pks)
            if hasattr(model, '_definition'):
                self.named.add(model)

    def targets_of(self, queryset) -> dict[int, models.Model]:
        """
        Return all targets of the queryset's model, by id in its order.

        Args:
            queryset: all that the default manager returns; who asks first has the other models' targets read as well
        """
        model, alias = queryset.model, queryset.db
        if (model, alias) not in self._read:
            wanted = {other: pks for other, pks in self.wanted.items() if pks and (other, alias) not in self._read}
            for other, targets in read_by_ids(wanted, alias).items():
                lookups = [*other._default_manager.all()._prefetch_related_lookups]
                lookups += name_lookups(other) if other in self.named else ()
                if targets and lookups:
                    models.prefetch_related_objects(targets, *lookups)
                self._read[other, alias] = {target.pk: target for target in targets}
        if (model, alias) not in self._read:
            # There are none, or whoever asks knows better than the router where they are.
            self._read[model, alias] = queryset.in_bulk(self.wanted[model])
        return self._read[model, alias]

    def objects(self, queryset, pks: Iterable[int]) -> dict[int, models.Model]:
        """Return some targets by id; those that the default manager of their model hides are asked of the queryset."""
        found = self.targets_of(queryset.model._default_manager.using(queryset.db))
        if missing := set(pks) - found.keys():
            found = {**found, **queryset.in_bulk(missing)}
        return {pk: found[pk] for pk in pks if pk in found}


def read_together(instances: list, names: Iterable[str]) -> None:
    """
    Read what several references of the same objects point at, for the prefetches that come next.

    Args:
        instances: objects of one class
        names: what is about to be prefetched; names that are no references are passed over
    """
    opts, wanted = type(instances[0])._meta, set(names)
    links = [f for f in opts.local_many_to_many if f.name in wanted and isinstance(f, LinkField)]
    keys = [f for f in opts.concrete_fields if f.name in wanted and type(f) is ObjectForeignKey]
    generic = [f for f in opts.private_fields if f.name in wanted and isinstance(f, GenericReference)]
    alias = instances[0]._state.db
    if len(links) + len(keys) + len(generic) < 2 or router.db_for_read(opts.model, instance=instances[0]) != alias:
        return
    batch = instances[0].__dict__[BATCH] = Batch()
    if links:
        _read_links(batch, links, [instance.pk for instance in instances], alias)
    for reference in keys:
        pks = {getattr(instance, reference.attname) for instance in instances} - {None}
        batch.wanted[reference.related_model].update(pks)
    for reference in generic:
        for instance in instances:
            if key := reference.get_key(instance):
                batch.want(key[0], [key[1]])


def _read_links(batch: Batch, links: list[LinkField], ids: list[int], alias: str) -> None:
    queries = []
    for position, link in enumerate(links):
        is_generic = isinstance(link, GenericLinks)
        kind, target = ('content_type_id', 'object_id') if is_generic else ('no_type', 'target_id')
        rows = link.remote_field.through._default_manager.using(alias).filter(source__in=ids).order_by()
        rows = rows.annotate(position=models.Value(position, output_field=models.SmallIntegerField()))
        if not is_generic:
            # PostgreSQL wants to know of what type nothing is.
            rows = rows.annotate(no_type=Cast(models.Value(None), models.IntegerField()))
        queries.append(rows.values_list('position', 'pk', 'source_id', kind, target))
    first, *others = queries
    found = first.union(*others, all=True).order_by('position', 'pk') if others else first.order_by('pk')
    for position, _pk, source_id, content_type, target_id in found:
        link = links[position]
        batch.rows[link.remote_field.through].append((source_id, content_type, target_id))
        if content_type is None:
            batch.wanted[link.related_model].add(target_id)
        else:
            batch.want(content_type, [target_id])
    for link in links:
        # Nothing was found is an answer, too.
        batch.rows.setdefault(link.remote_field.through, [])
