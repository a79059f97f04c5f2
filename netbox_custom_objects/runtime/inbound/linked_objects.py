"""
Which custom objects refer to an object of any model: one statement for all referencing fields.

May import field_types and the registry. Must restrict each type by the rights of the user who asks (invariant I11).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.models import Q, QuerySet
from psycopg import sql

from ...definitions import FieldDefinition, TypeDefinition
from ...field_types import field_type_of
from ...field_types.polymorphic.keys import key_of
from ...models.objects import CustomObject
from ..classes.managers import CustomObjectQuerySet
from ..classes.memo import per_type, per_world, surfaced_fields
from ..classes.registry import world
from ..classes.world import World
from ..reading.quick_search import quick_search
from ..reading.union import Part, custom_selection, read

# What entries can be ordered by, with a minus for the reverse. Objects are ordered by their ids.
ORDERINGS = ('type', 'field', 'object')


@dataclass(frozen=True, slots=True)
class Selected:
    """How the ids of a source's entries are selected: `SELECT {column} {origin}`, with parameters."""

    column: str
    origin: str
    params: tuple


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the references of a field are: quoted names of a table and of its columns."""

    table: str
    # The id of the object that refers.
    source: str
    target: str
    # None if all targets are of one type.
    content_type: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """
    A field that can refer to the object, with its type and the class of the current World.

    `selected` selects its entries for a user who may view all objects of the type; its parameters are positions in
    (id, content type) of the object.
    """

    definition: TypeDefinition
    field: FieldDefinition
    model: type
    stored: Stored
    selected: Selected


class LinkedObjects:
    """
    The custom objects that refer to one object, one entry for each object and field, as one user may see them.

    A sequence of (source, custom object), in order of types (by name), of fields (as displayed) and of ids. However
    many types there are, it is counted by one statement, and a slice is read by one more (two, if ordered by object).
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
        hidden: Collection[int] = (),
    ):
        """
        Args:
            user: whose view rights hold
            obj: what is referred to; a core object or a custom one
            slugs: consider only types with these slugs
            fields: consider only fields with these names
            tags: consider only objects that have all tags with these slugs
            search: consider only objects with a text-like or number field that contains this text
            ordering: one of ORDERINGS; anything else means `type`
            hidden: leave out types with these ids
        """
        search = search.strip()
        self.by_object = ordering.removeprefix('-') == 'object'
        self.descending = ordering.startswith('-')
        sources = chosen_sources(obj, slugs, fields, hidden)
        if ordering.removeprefix('-') == 'field':
            sources.sort(key=lambda source: source.field.display_label.lower())
        if self.descending:
            sources.reverse()
        # Rows are read from where the router reads custom objects: from the active branch.
        self._alias = router.db_for_read(sources[0].model) if sources else DEFAULT_DB_ALIAS
        models = () if user.is_superuser else {source.model for source in sources}
        rights = {model: CustomObjectQuerySet(model).restrict(user, 'view') for model in models}
        self._key: tuple[int, ...] = (obj.pk,)
        if any(len(source.selected.params) > 1 for source in sources):
            self._key = key_of(obj)[::-1]
        selections = ((source, self._select(source, rights.get(source.model), obj, tags, search)) for source in sources)
        found = [(source, selected) for source, selected in selections if selected is not None]
        self.sources = tuple(source for source, _selected in found)
        self._selected = [selected for _source, selected in found]

    def _select(self, source: Source, rows: QuerySet | None, obj, tags, search: str) -> Selected | None:
        """Return how the ids of a source's entries are selected among rows, None for all; None if it has none."""
        if not (tags or search or (rows is not None and rows.query.where)):
            # Making a hundred such statements takes far longer than running them.
            made, key = source.selected, self._key
            return Selected(made.column, made.origin, tuple([key[place] for place in made.params]))
        rows = CustomObjectQuerySet(source.model) if rows is None else rows
        rows = rows.filter(**field_type_of(source.field).reference_filter(source.field, obj))
        for tag in tags:
            rows = rows.filter(tags__slug=tag)
        if search:
            condition = quick_search(source.model, search)
            if condition is None:
                return None
            rows = rows.filter(condition)
        try:
            statement, params = rows.order_by().values('pk').query.get_compiler(using=self._alias).as_sql()
        except EmptyResultSet:
            return None
        return Selected('entry.pk', f'FROM ({statement}) AS entry', params)

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """The number of entries of each source; one query, or none if nothing can refer to the object."""
        columns = [f'{n}, count(*)' for n in range(len(self._selected))]
        return tuple(count for _n, count in self._fetch(columns, '{} ORDER BY 1'))

    def counts_to(self, limit: int) -> tuple[int, ...]:
        """Return the number of entries of each source, at most `limit`; one query, which reads no more than that."""
        columns = [f'{n} AS place' for n in range(len(self._selected))]
        parts = [
            f'(SELECT {column} {selected.origin} LIMIT {limit})' for column, selected in zip(columns, self._selected)
        ]
        counts = dict(self._execute(f'SELECT place, count(*) FROM ({" UNION ALL ".join(parts)}) AS entry GROUP BY 1'))
        return tuple(counts.get(place, 0) for place in range(len(self._selected)))

    def count_to(self, limit: int) -> int:
        """Return the number of entries, at most `limit`; one query as well, which reads no more entries than that."""
        if 'counts' in self.__dict__ or not self._selected:
            return min(self.count(), limit)
        columns = ['1'] * len(self._selected)
        return self._fetch(columns, f'SELECT count(*) FROM ({{}} LIMIT {limit}) AS entry')[0][0]

    def count(self) -> int:
        """Return the number of entries."""
        return sum(self.counts)

    __len__ = count

    def __getitem__(self, page: slice) -> list[tuple[Source, CustomObject]]:
        """Return the entries of a page; entries of the same object share it."""
        start, stop, _step = page.indices(len(self))
        if start >= stop:
            return []
        if self.by_object:
            return read_entries(
                ((self.sources[place], pk) for place, pk in self._ids_by_object(start, stop)), self._alias
            )
        return self._read_slices(start, stop)

    def _read_slices(self, start: int, stop: int) -> list[tuple[Source, CustomObject]]:
        direction = 'DESC' if self.descending else 'ASC'
        sources, parts, passed = [], [], 0
        for source, count, selected in zip(self.sources, self.counts, self._selected):
            first, last = max(start - passed, 0), min(stop - passed, count)
            passed += count
            if first < last:
                order = f'ORDER BY 1 {direction} LIMIT {last - first} OFFSET {first}'
                ids = f'SELECT {selected.column} {selected.origin} {order}'
                sources.append(source)
                parts.append(Part(custom_selection(source.model, direction), f'IN ({ids})', selected.params))
        found = zip(sources, read(parts, self._alias))
        return _shared((source, obj) for source, objects in found for obj in objects)

    def _ids_by_object(self, start: int, stop: int) -> list[tuple[int, int]]:
        direction = 'DESC' if self.descending else 'ASC'
        columns = [f'{n}, {selected.column}' for n, selected in enumerate(self._selected)]
        return self._fetch(columns, f'{{}} ORDER BY 2 {direction}, 1 ASC LIMIT {stop - start} OFFSET {start}')

    def _fetch(self, columns: Sequence[str], frame: str) -> list[tuple]:
        """
        Execute one statement about the entries of all sources, and return its rows.

        Args:
            columns: what is selected of the entries of each source
            frame: what is done with the union of these
        """
        parts = (f'SELECT {column} {selected.origin}' for column, selected in zip(columns, self._selected))
        return self._execute(frame.format(' UNION ALL '.join(parts)))

    def _execute(self, statement: str) -> list[tuple]:
        """Execute a statement that selects from each source once, in their order."""
        if not self._selected:
            return []
        params = tuple([value for selected in self._selected for value in selected.params])
        if all(type(value) is int for value in params):
            # They need no quotes, and psycopg takes its time to find the places of a hundred of them.
            statement, params = statement % params, None
        with connections[self._alias].cursor() as cursor:
            cursor.execute(statement, params)
            return cursor.fetchall()


def read_entries(entries: Iterable[tuple[Source, int]], alias: str) -> list[tuple[Source, CustomObject]]:
    """Return entries with objects in place of their ids; by one statement, whose entries of one row share it."""
    entries = list(entries)
    by_type: dict[int, tuple[Source, set[int]]] = {}
    for source, pk in entries:
        by_type.setdefault(source.definition.id, (source, set()))[1].add(pk)
    parts = [Part.of_ids(custom_selection(source.model), pks) for source, pks in by_type.values()]
    objects = (obj for found in read(parts, alias) for obj in found)
    by_key = {(obj._type_id, obj.pk): obj for obj in objects}
    # What was deleted between the two statements is left out.
    return [
        (source, by_key[source.definition.id, pk]) for source, pk in entries if (source.definition.id, pk) in by_key
    ]


def _shared(entries: Iterable[tuple[Source, CustomObject]]) -> list[tuple[Source, CustomObject]]:
    """Return entries with the same object where they mean the same row."""
    seen: dict[tuple[int, int], CustomObject] = {}
    return [(source, seen.setdefault((obj._type_id, obj.pk), obj)) for source, obj in entries]


@per_type
def stored(model, field: FieldDefinition, lookups: tuple[str, ...]) -> Stored:
    """
    Return where the references of a field are.

    Args:
        model: the class of the type
        field: the field
        lookups: how the field's type finds them: by the object's id, or by its content type and id
    """
    opts, key, names = model._meta, 'id', lookups
    if field_type_of(field).many:
        # Only the link table: whether the linking object exists is not worth a hundred joins.
        opts, key = model._meta.get_field(field.name).remote_field.through._meta, 'source'
        names = ('target',) if len(lookups) == 1 else ('content_type', 'object_id')
    source, *compared = (sql.Identifier(opts.get_field(name).column).as_string() for name in (key, *names))
    content_type, target = compared if len(compared) == 2 else (None, *compared)
    return Stored(sql.Identifier(opts.db_table).as_string(), source, target, content_type)


def unrestricted(found: Stored) -> Selected:
    """Return how the ids of all objects are selected which refer to an object: what `Source.selected` is."""
    if found.content_type is None:
        return Selected(found.source, f'FROM {found.table} WHERE {found.target} = %s', (0,))
    condition = f'{found.content_type} = %s AND {found.target} = %s'
    return Selected(found.source, f'FROM {found.table} WHERE {condition}', (1, 0))


def sources_of(current: World, obj) -> tuple[Source, ...]:
    """Return the fields that can refer to an object: types by name, fields as displayed."""
    return _sources_by_label(current, obj._meta.concrete_model._meta.label_lower, obj)


def chosen_sources(obj, slugs: Sequence[str], fields: Sequence[str], hidden: Collection[int]) -> list[Source]:
    """Return those sources of an object that `LinkedObjects` is asked about."""
    return [
        source
        for source in sources_of(world(), obj)
        if (not slugs or source.definition.slug in slugs)
        and (not fields or source.field.name in fields)
        and source.definition.id not in hidden
    ]


@per_world
def _sources_by_label(current: World, label: str, example) -> tuple[Source, ...]:
    return tuple(_find_sources(current, label, example))


def _find_sources(current: World, label: str, example) -> Iterator[Source]:
    inbound = current.referring(label)
    fields = {field.id for field in inbound}
    definitions = {field.type_id: current.definitions[field.type_id] for field in inbound}
    for definition in sorted(definitions.values(), key=lambda definition: definition.name):
        model = current.model(definition.id)
        for field in surfaced_fields(model):
            if field.id in fields:
                found = stored(model, field, tuple(field_type_of(field).reference_filter(field, example)))
                yield Source(definition, field, model, found, unrestricted(found))


def objects_linked_to(model, fields: Iterable[FieldDefinition], obj) -> QuerySet:
    """Return the objects of a type that refer to an object by any of some fields, each once, regardless of rights."""
    found = Q(pk__in=[])
    for field in fields:
        lookups = field_type_of(field).reference_filter(field, obj)
        # Links would be joined, and give an object more than once.
        linked = model.objects.filter(**lookups).order_by().values('pk')
        found |= Q(pk__in=linked) if field_type_of(field).many else Q(**lookups)
    return model.objects.filter(found)
