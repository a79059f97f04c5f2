"""
Which custom objects point at an object, whatever its model: one statement for all referencing fields.

May import field_types and the registry. Must restrict each type by the rights of the user who asks (invariant I11).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet, SmallIntegerField, Value

from ..definitions import FieldDefinition, TypeDefinition
from ..field_types import field_type_of
from .registry import world
from .surfaces import surfaced_fields
from .world import World

# No field can be called so.
POSITION = '_position'


@dataclass(frozen=True, slots=True)
class Source:
    """A field that can point at the object, with its type and the class of the current World."""

    definition: TypeDefinition
    field: FieldDefinition
    model: type


class LinkedObjects:
    """
    The custom objects that point at one object, one entry for each object and field, as one user may see them.

    In order of types (by name), of fields (as displayed) and of ids.
    """

    def __init__(
        self,
        user,
        obj,
        *,
        slugs: Sequence[str] = (),
        fields: Sequence[str] = (),
        tags: Sequence[str] = (),
        search: str = '',
        ordering: str = '',
    ):
        """
        Args:
            user: whose view rights hold
            obj: what is pointed at; a core object or a custom one
            slugs: consider only types with these slugs
            fields: consider only fields with these names
            tags: consider only objects that have all tags with these slugs
            search: consider only objects with a text-like or number field that contains this text
            ordering: `type`, `field` or `object` (by id), with a minus for the reverse; anything else means `type`
        """
        self.ordering = ordering
        sources = (
            source
            for source in sources_of(world(), obj)
            if (not slugs or source.definition.slug in slugs) and (not fields or source.field.name in fields)
        )
        if ordering.removeprefix('-') == 'field':
            sources = sorted(sources, key=lambda source: source.field.display_label.lower())
        self.sources = tuple(sources)
        parts = [self._part(position, user, obj, tags, search) for position in range(len(self.sources))]
        self._parts = [part for part in parts if part is not None]

    def _part(self, position, user, obj, tags, search) -> QuerySet | None:
        source = self.sources[position]
        rows = source.model.objects.restrict(user, 'view')
        rows = rows.filter(**field_type_of(source.field).reference_filter(source.field, obj))
        for tag in tags:
            rows = rows.filter(tags__slug=tag)
        if search.strip():
            condition = quick_search(source.model, search)
            if condition is None:
                return None
            rows = rows.filter(condition)
        if rows.query.is_empty():
            return None
        return (
            rows.order_by()
            .annotate(**{POSITION: Value(position, output_field=SmallIntegerField())})
            .values_list(POSITION, 'pk')
        )

    def rows(self) -> QuerySet | list:
        """Return (position in `sources`, primary key), in order, to be counted and sliced; a list if there are none."""
        if not self._parts:
            return []
        first, *others = self._parts
        keys = ('pk', POSITION) if self.ordering.removeprefix('-') == 'object' else (POSITION, 'pk')
        minus = '-' if self.ordering.startswith('-') else ''
        return (first.union(*others, all=True) if others else first).order_by(*(minus + key for key in keys))

    def count(self) -> int:
        """Return the number of entries; one query, or none if nothing can point at the object."""
        rows = self.rows()
        return rows.count() if self._parts else 0

    def fetch(self, rows: Sequence[tuple[int, int]], objects=None) -> Iterator[tuple[Source, object]]:
        """
        Yield (source, custom object) for some of the rows; one query for each type among them.

        Args:
            rows: a slice of `rows()`
            objects: returns the queryset to take a source's objects from, e.g. with prefetches; called once per type
        """
        ids: dict[int, tuple[Source, set[int]]] = {}
        for position, pk in rows:
            source = self.sources[position]
            ids.setdefault(source.definition.id, (source, set()))[1].add(pk)
        found = {
            type_id: (objects(source) if objects else source.model.objects.all()).in_bulk(pks)
            for type_id, (source, pks) in ids.items()
        }
        for position, pk in rows:
            source = self.sources[position]
            if (linked := found[source.definition.id].get(pk)) is not None:
                yield source, linked


def sources_of(current: World, obj) -> Iterator[Source]:
    """Yield the fields that can point at an object: types by name, fields as displayed."""
    inbound = current.inbound.get(obj._meta.concrete_model._meta.label_lower, ())
    definitions = {field.type_id: current.definitions[field.type_id] for field in inbound}
    for definition in sorted(definitions.values(), key=lambda definition: definition.name):
        model = current.model(definition.id)
        for field in surfaced_fields(model):
            if field in inbound:
                yield Source(definition, field, model)


def quick_search(model, text: str) -> Q | None:
    """Return the condition that any text-like or number field contains the text; None if there is no such field."""
    lookups = [
        lookup for field in surfaced_fields(model) for lookup in field_type_of(field).quick_search_lookups(field)
    ]
    return reduce(or_, (Q(**{lookup: text.strip()}) for lookup in lookups)) if lookups else None
