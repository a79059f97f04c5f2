"""
Relations of custom objects, fetched together: two statements for all of them, and two for what these name.

Django's prefetch_related() fetches for one relation of one model at a time. What is reached through NetBox's own models
is left to it. May import mixed, naming and the relational fields. Restricts nothing, as prefetching does not.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter

from django.core.exceptions import FieldDoesNotExist
from django.db import connections, models, router
from django.db.models import prefetch_related_objects

from extras.models import Tag, TaggedItem

from ...field_types.polymorphic.keys import Key, key_type, model_of, target_of
from ..relations.foreign_key import LinkField
from ..relations.polymorphic import GenericReference
from ..relations.polymorphic_many import GenericLinks, Targets
from .names import MAX_DEPTH, name_lookups
from .union import read_by_ids

TAGS = 'tags'

# Lookups as a tree: {'place': {'region': {}}} stands for `place` and `place__region`.
Tree = dict[str, 'Tree']
# Targets by (model, id), each with its place in the order in which they were read.
Found = dict[tuple[type, int], tuple[int, models.Model]]


@dataclass
class Relation:
    """One relation of some objects of one custom type, and which targets each object has, by (model, id)."""

    objects: list[models.Model]
    name: str
    below: Tree
    targets: dict[int, list[tuple[type, int]]] = field(default_factory=lambda: defaultdict(list))
    # The keys of generic links, also of those whose targets are gone.
    keys: dict[int, list[Key]] = field(default_factory=lambda: defaultdict(list))

    @property
    def model_field(self):
        return None if self.name == TAGS else self.objects[0]._meta.get_field(self.name)

    @property
    def many(self) -> bool:
        return self.name == TAGS or self.model_field.many_to_many

    @property
    def generic(self) -> bool:
        """Whether targets may be of several models."""
        return isinstance(self.model_field, (GenericReference, GenericLinks))

    def target_of(self, content_type: int | None, pk: int) -> tuple[type, int] | None:
        """Return what a key in the database means; None if its model is gone."""
        if self.name == TAGS:
            return Tag, pk
        if content_type is None:
            return self.model_field.related_model, pk
        model = model_of(target_of(content_type))
        return None if model is None else (model, pk)

    def read_columns(self) -> None:
        """Note the targets that columns of the objects name."""
        for obj in self.objects:
            if isinstance(self.model_field, GenericReference):
                key: Key | None = self.model_field.get_key(obj)
            else:
                pk = getattr(obj, self.model_field.attname)
                key = None if pk is None else (None, pk)
            if key is not None and (target := self.target_of(*key)):
                self.targets[obj.pk].append(target)

    def links_sql(self) -> tuple[str, list]:
        """Return the selection of the links, as (order, source, content type or NULL, target), and its parameters."""
        ids = sorted({obj.pk for obj in self.objects})
        if self.name == TAGS:
            table, columns = TaggedItem._meta.db_table, 'id, object_id, NULL::bigint, tag_id'
            condition, params = 'content_type_id = %s AND object_id', [key_type(self.objects[0]), ids]
        else:
            table = self.model_field.remote_field.through._meta.db_table
            columns = f'id, source_id, {"content_type_id, object_id" if self.generic else "NULL::bigint, target_id"}'
            condition, params = 'source_id', [ids]
        return f'SELECT {columns} FROM {table} WHERE {condition} = ANY(%s::bigint[])', params

    def assign(self, found: 'Found') -> list[models.Model]:
        """Put the targets where the objects' attributes look for them, and return them."""
        reached = []
        for obj in self.objects:
            targets = [found[target] for target in self.targets.get(obj.pk, ()) if target in found]
            if self.many and not self.generic:
                # A queryset has its model's order, in which they were read, and not that of the links.
                targets.sort(key=itemgetter(0))
            targets = [target for _rank, target in targets]
            reached += targets
            if self.many:
                cache = obj.__dict__.setdefault('_prefetched_objects_cache', {})
                cache[self.name] = self._as_manager_returns(targets)
                if self.generic:
                    cache[self.name].keys = self.keys[obj.pk]
            elif targets or not self.generic:
                # What a generic reference leads to is found by its key, which may change before it is asked for.
                self.model_field.set_cached_value(obj, targets[0] if targets else None)
        return reached

    def _as_manager_returns(self, targets: list[models.Model]):
        if self.generic:
            result = Targets(list)
        elif not targets:
            return self._nothing
        else:
            # What is filtered further must stay what this object has; only then it is worth the time to say so.
            self._usual._defer_next_filter = True
            result = self._usual.filter(pk__in=[target.pk for target in targets])
        result._result_cache, result._prefetch_done = targets, True
        return result

    @cached_property
    def _usual(self) -> models.QuerySet:
        """All targets that there may be."""
        return (Tag if self.name == TAGS else self.model_field.related_model)._default_manager.all()

    @cached_property
    def _nothing(self):
        """What all objects without targets have: making a queryset takes longer than reading an object."""
        result = self._usual.none()
        result._result_cache, result._prefetch_done = [], True
        return result


def prefetch_relations(objects: Iterable[models.Model], lookups_of: Callable[[type], Iterable[str]]) -> None:
    """
    Fetch relations of custom objects of any types, as prefetch_related() would.

    Args:
        objects: objects that were read over one connection; several of them may be the same row
        lookups_of: returns the lookups for a class, e.g. `place__region`, `tags`
    """
    groups: dict[type, tuple[list, Tree]] = {}
    for obj in objects:
        model = type(obj)
        if model not in groups:
            groups[model] = [], _tree(lookups_of(model))
        groups[model][0].append(obj)
    _fetch(list(groups.values()))


def prefetch_together(objects: list[models.Model], lookups: Iterable) -> None:
    """
    Fetch several relations of objects of one type, and what is to be fetched of their targets.

    Does nothing if there are fewer than two, or if the router would not look for targets where the objects are from.

    Args:
        objects: objects that were read over one connection
        lookups: what is given to prefetch_related(); other relations, and those with a queryset, are passed over
    """
    model = type(objects[0])
    if router.db_for_read(model) != objects[0]._state.db:
        return
    others = {lookup.prefetch_to.split('__')[0] for lookup in lookups if isinstance(lookup, models.Prefetch)}
    tree = _tree(lookup for lookup in lookups if isinstance(lookup, str))
    tree = {name: below for name, below in tree.items() if name not in others and _is_read_here(model, name)}
    if len(tree) >= 2:
        _fetch([(objects, tree)])


def _fetch(pending: list[tuple[list, Tree]]) -> None:
    depth = 0
    while pending:
        depth += 1
        pending = _fetch_level(pending, depth)


def _tree(lookups: Iterable[str]) -> Tree:
    tree: Tree = {}
    for lookup in lookups:
        branch = tree
        for name in lookup.split('__'):
            branch = branch.setdefault(name, {})
    return tree


def _lookups(tree: Tree, prefix: str = '') -> list[str]:
    return [
        lookup for name, below in tree.items() for lookup in (f'{prefix}{name}', *_lookups(below, f'{prefix}{name}__'))
    ]


def _merge(tree: Tree, other: Tree) -> None:
    for name, below in other.items():
        _merge(tree.setdefault(name, {}), below)


def _fetch_level(pending, depth: int) -> list[tuple[list, Tree]]:
    """Fetch the relations of some objects, and return the targets with what is to be fetched of them."""
    relations = []
    for objects, tree in pending:
        ours = {name for name in tree if _is_read_here(type(objects[0]), name)}
        relations += [Relation(objects, name, tree[name]) for name in ours]
        if others := _lookups({name: below for name, below in tree.items() if name not in ours}):
            prefetch_related_objects(objects, *others)
    _read_links([relation for relation in relations if relation.many])
    for relation in relations:
        if not relation.many:
            relation.read_columns()
    found = _read_targets(relations)
    reached: dict[type, tuple[dict[int, models.Model], Tree]] = {}
    for relation in relations:
        for target in relation.assign(found):
            objects, tree = reached.setdefault(type(target), ({}, {}))
            objects[target.pk] = target
            _merge(tree, relation.below)
            if relation.generic:
                _merge(tree, _names_of(type(target), depth))
    return [(list(objects.values()), tree) for objects, tree in reached.values() if tree]


def _is_read_here(model, name: str) -> bool:
    """Whether something of a model is a relation of custom objects that is fetched here."""
    if not hasattr(model, '_definition'):
        return False
    try:
        return name == TAGS or isinstance(model._meta.get_field(name), (LinkField, models.ForeignKey, GenericReference))
    except FieldDoesNotExist:
        return False  # Django says so


def _names_of(model, depth: int) -> Tree:
    """Return what naming a target of a reference to many types reads; lookups cannot say that."""
    return _tree(name_lookups(model, MAX_DEPTH - depth)) if hasattr(model, '_definition') and depth < MAX_DEPTH else {}


def _read_links(relations: list[Relation]) -> None:
    if not relations:
        return
    parts = [relation.links_sql() for relation in relations]
    sql = ' UNION ALL '.join(f'SELECT {number}, part.* FROM ({sql}) AS part' for number, (sql, _) in enumerate(parts))
    with connections[relations[0].objects[0]._state.db].cursor() as cursor:
        cursor.execute(f'{sql} ORDER BY 1, 2', [value for _, params in parts for value in params])
        for number, _order, source, content_type, pk in cursor.fetchall():
            relations[number].keys[source].append((content_type, pk))
            if target := relations[number].target_of(content_type, pk):
                relations[number].targets[source].append(target)


def _read_targets(relations: list[Relation]) -> Found:
    ids: dict[type, set[int]] = defaultdict(set)
    for relation in relations:
        for targets in relation.targets.values():
            for model, pk in targets:
                ids[model].add(pk)
    found = read_by_ids(ids)
    for model, targets in found.items():
        usual = model._default_manager.all()
        if usual.query.where:
            # Hidden from lists is not gone; links to many objects of one model are a list.
            single = (relation for relation in relations if relation.generic or not relation.many)
            referred = {target for relation in single for keys in relation.targets.values() for target in keys}
            hidden = {pk for other, pk in referred if other is model} - {target.pk for target in targets}
            targets += model._base_manager.in_bulk(hidden).values()
        if targets and usual._prefetch_related_lookups:
            prefetch_related_objects(targets, *usual._prefetch_related_lookups)
    return {(type(target), target.pk): (rank, target) for read in found.values() for rank, target in enumerate(read)}
