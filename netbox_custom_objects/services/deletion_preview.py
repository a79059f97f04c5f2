"""
What a deletion would do to custom objects: which ones it deletes, which ones it changes, and which ones prevent it.

Only reads. Costs nothing where no field refers to the model or to anything that goes along with it; otherwise what
Django's collector costs, and one query for each referencing field. It is a forecast for people: the deletion decides.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from django.apps import apps
from django.db.models import CASCADE, Model

from ..definitions import FieldDefinition
from ..runtime.classes.ghost import ghost
from ..runtime.classes.registry import world
from ..runtime.classes.world import World
from ..runtime.context import current_alias
from ..runtime.inbound.deletion_walk import Visitor, collect, walk
from ..runtime.inbound.stored import referenced_ids

# Objects of one type that are named.
OBJECTS_SHOWN = 20


@dataclass
class DeletionPreview:
    """Ids of custom objects by the id of their type."""

    deleted: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    changed: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    protecting: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def __bool__(self):
        return any(any(found.values()) for found in (self.deleted, self.changed, self.protecting))


@dataclass(frozen=True, slots=True)
class Group:
    """Objects of one type that a user may view: some of them, and how many there are."""

    model: type[Model]
    objects: list[Model]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.objects)


def preview(model: type[Model], pks: Iterable[int]) -> DeletionPreview:
    """
    Return what deleting some objects, in the current context, would do to custom objects.

    Args:
        model: of the objects
        pks: their ids
    """
    current = world()
    if not current.inbound or not concerns(current, model):
        return DeletionPreview()
    return _Forecast(current, current_alias()).run(model, pks)


def concerns(current: World, model: type[Model]) -> bool:
    """Whether a field refers to a model, or to anything that Django deletes along with its objects; asks no query."""
    label = model._meta.concrete_model._meta.label_lower
    # What goes along with a custom object does so by fields that refer to its type, or is what any object can have.
    along = _along_with_any_custom_object() if hasattr(model, '_type_id') else _going_along(label)
    return not current.inbound.keys().isdisjoint({label, *along})


@cache
def _going_along(label: str) -> frozenset[str]:
    """Return the labels of a static model and of those whose objects a deletion cascades to."""
    return _cascade([apps.get_model(label)])


@cache
def _along_with_any_custom_object() -> frozenset[str]:
    """Return the labels of attachments of custom objects of any type, such as journal entries."""
    return _cascade([ghost(0)])


def _cascade(models: list[type[Model]]) -> frozenset[str]:
    labels = set()
    while models:
        opts = models.pop()._meta.concrete_model._meta
        if opts.label_lower in labels:
            continue
        labels.add(opts.label_lower)
        models += [
            relation.related_model
            for relation in opts.get_fields(include_hidden=True)
            if relation.auto_created
            and not relation.concrete
            and (relation.one_to_one or relation.one_to_many)
            and relation.on_delete is CASCADE
        ]
        models += [f.related_model for f in opts.private_fields if hasattr(f, 'bulk_related_objects')]
    return frozenset(labels)


class _Forecast(Visitor):
    """Goes on from what is deleted to what that takes along."""

    def __init__(self, current: World, alias: str):
        self.current, self.alias = current, alias
        self.found = DeletionPreview()
        # What was followed, and what remains to follow, by label.
        self.seen: dict[str, set[int]] = defaultdict(set)
        self.pending: dict[str, set[int]] = defaultdict(set)
        # What is being followed.
        self.label, self.ids = '', set()

    def run(self, model: type[Model], pks: Iterable[int]) -> DeletionPreview:
        roots = set(pks)
        self._collect(model, roots)
        while self.pending:
            self.label, ids = self.pending.popitem()
            self.ids = ids - self.seen[self.label]
            self.seen[self.label] |= self.ids
            if self.ids:
                walk(self.current, self.label, self)
        if (type_id := getattr(model, '_type_id', None)) is not None:
            self.found.deleted[type_id] -= roots
            self.found.changed[type_id] -= roots
        for type_id, ids in self.found.deleted.items():
            self.found.changed[type_id] -= ids
        return self.found

    def protect(self, field: FieldDefinition) -> None:
        self.found.protecting[field.type_id] |= self._referrers(field)

    def cascade(self, field: FieldDefinition) -> None:
        if referrers := self._referrers(field):
            self._collect(self.current.model(field.type_id), referrers)

    def clear(self, field: FieldDefinition) -> None:
        self.found.changed[field.type_id] |= self._referrers(field)

    unlink = clear

    def _referrers(self, field: FieldDefinition) -> set[int]:
        pairs = referenced_ids(self.current, field, self.label, self.ids, self.alias)
        return {referrer for _, referrer in pairs} - self.found.deleted[field.type_id]

    def _collect(self, model: type[Model], pks: set[int]) -> None:
        going, protecting = collect(model._base_manager.using(self.alias).filter(pk__in=pks), self.alias)
        for obj in protecting:
            if (type_id := getattr(obj, '_type_id', None)) is not None:
                self.found.protecting[type_id].add(obj.pk)
        for collected, instances in going.items():
            if collected._meta.auto_created:
                continue
            ids = {instance.pk for instance in instances}
            self.pending[collected._meta.concrete_model._meta.label_lower] |= ids
            if (type_id := getattr(collected, '_type_id', None)) is not None:
                self.found.deleted[type_id] |= ids


def groups(found: dict[int, set[int]], user) -> tuple[list[Group], bool]:
    """
    Return the objects that a user may view, one group for each type, and whether there are others.

    Costs two queries for each type.
    """
    current, shown, hidden = world(), [], False
    for type_id, ids in sorted(found.items()):
        if not ids:
            continue
        objects = current.model(type_id).objects.restrict(user, 'view').filter(pk__in=ids)
        count = objects.count()
        hidden |= count < len(ids)
        if count:
            shown.append(Group(objects.model, list(objects[:OBJECTS_SHOWN]), count))
    return shown, hidden
