"""
What objects refer to, and what refers to them: read for a whole batch, as far as the user may view it.

Each function returns {primary key of an object: what is asked for}. What NetBox has GraphQL types for is read as the
query's selection needs it, by the optimizer that NetBox uses itself.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.db import connections
from django.db.models import F, Model, QuerySet
from strawberry_django.optimizer import optimizer

from extras.models import TaggedItem
from utilities.permissions import get_permission_for_model

from ..field_types.polymorphic.keys import Key, key_type, model_of, target_of
from .batch import Batch
from .host import host

# The attribute of a target that holds the key of the object it was read for.
_SOURCE = '_graphql_source'


@dataclass(frozen=True, slots=True)
class Links:
    """The table that links objects with their targets, and the condition that a row is about such objects."""

    table: str
    source: str
    target: str
    condition: str = ''
    params: tuple = ()


def user_of(info):
    return info.context.request.user


def is_custom(model: type[Model]) -> bool:
    return hasattr(model, '_definition')


def viewable(model: type[Model], info) -> QuerySet:
    """Return the objects of a model that the user may view; those without permissions as their type restricts them."""
    objects = model._default_manager.all()
    if hasattr(objects, 'restrict'):
        return objects.restrict(user_of(info), 'view')
    origin = host().origin(model._meta.label_lower)
    if origin is not None and hasattr(origin, 'get_queryset'):
        return origin.get_queryset(objects, strawberry_info(info))
    return objects if user_of(info).has_perm(get_permission_for_model(model, 'view')) else objects.none()


def strawberry_info(info):
    """Return what Strawberry hands its resolvers."""
    return host().config.info_class(_raw_info=info, _field=None)


def optimized(queryset: QuerySet, info) -> QuerySet:
    """Return a queryset that reads along what the query selects of NetBox's objects."""
    output_type = None if is_custom(queryset.model) else host().output_type(queryset.model._meta.label_lower)
    extension = optimizer.get()
    if output_type is None or extension is None:
        return queryset
    return extension.optimize(queryset, info._replace(return_type=output_type))


def fetched(queryset: QuerySet, info) -> list:
    """Return the objects of a queryset; custom ones as a batch."""
    found = list(optimized(queryset, info))
    if is_custom(queryset.model):
        Batch(found)
    return found


def by_column(objects: list, column: str, model: type[Model], info) -> dict[int, Any]:
    """Return the target whose id each object has in an attribute."""
    ids = {pk for obj in objects if (pk := getattr(obj, column)) is not None}
    targets = {target.pk: target for target in fetched(viewable(model, info).filter(pk__in=ids), info)} if ids else {}
    return {obj.pk: targets.get(getattr(obj, column)) for obj in objects}


def by_links(objects: list, links: Links, queryset: QuerySet, info) -> dict[int, list]:
    """Return those objects of a queryset that each object is linked with, in the order of the queryset."""
    ids = sorted({obj.pk for obj in objects})
    queryset = optimized(queryset, info)
    joined = queryset.db == objects[0]._state.db and links.table not in queryset.query.alias_map
    found = _joined(links, ids, queryset) if joined else _in_two_steps(links, ids, queryset, objects[0]._state.db)
    if is_custom(queryset.model):
        Batch(target for targets in found.values() for target in targets)
    return found


def _joined(links: Links, ids: list[int], queryset: QuerySet) -> dict[int, list]:
    """Read links and targets by one statement; a target of several objects is read for each of them."""
    table, key = queryset.model._meta.db_table, queryset.model._meta.pk.column
    conditions = [
        f'"{links.table}"."{links.target}" = "{table}"."{key}"',
        f'"{links.table}"."{links.source}" = ANY(%s::bigint[])',
        *([links.condition] if links.condition else []),
    ]
    rows = queryset.extra(
        select={_SOURCE: f'"{links.table}"."{links.source}"'},
        tables=[links.table],
        where=conditions,
        params=[ids, *links.params],
    )
    return _grouped(rows)


def _in_two_steps(links: Links, ids: list[int], queryset: QuerySet, alias: str) -> dict[int, list]:
    """Read the links first: targets may be in main only, and the links in a branch."""
    rows = _rows(links, (links.source, links.target), ids, alias)
    targets = list(queryset.filter(pk__in={target for _source, target in rows}))
    sources = defaultdict(list)
    for source, target in rows:
        sources[target].append(source)
    found: dict[int, list] = defaultdict(list)
    for target in targets:
        for source in sources[target.pk]:
            found[source].append(target)
    return found


def _rows(links: Links, columns: Iterable[str], ids: list[int], alias: str) -> list[tuple]:
    condition = f' AND {links.condition}' if links.condition else ''
    selected = ', '.join(f'"{column}"' for column in columns)
    statement = f'SELECT {selected} FROM "{links.table}" WHERE "{links.source}" = ANY(%s::bigint[]){condition}'
    with connections[alias].cursor() as cursor:
        cursor.execute(f'{statement} ORDER BY id', [ids, *links.params])
        return cursor.fetchall()


def _grouped(rows: Iterable[Model]) -> dict[int, list]:
    found: dict[int, list] = defaultdict(list)
    for row in rows:
        found[getattr(row, _SOURCE)].append(row)
    return found


def by_reference(objects: list, column: str, queryset: QuerySet, info) -> dict[int, list]:
    """Return those objects of a queryset that refer to each object by one of their columns."""
    ids = {obj.pk for obj in objects}
    rows = optimized(queryset.filter(**{f'{column}__in': ids}), info).annotate(**{_SOURCE: F(column)})
    found = _grouped(rows)
    if is_custom(queryset.model):
        Batch(row for group in found.values() for row in group)
    return found


def tags_of(model: type[Model]) -> Links:
    """Return how objects of a model are linked with their tags."""
    table = TaggedItem._meta.db_table
    return Links(table, 'object_id', 'tag_id', f'"{table}"."content_type_id" = %s', (key_type(model),))


def generic(objects: list, relation: GenericRelation, queryset: QuerySet, info) -> dict[int, list]:
    """Return those objects of a queryset, such as journal entries, that belong to each object."""
    own = queryset.filter(**{relation.content_type_field_name: key_type(objects[0])})
    return by_reference(objects, relation.object_id_field_name, own, info)


def by_keys(objects: list, keys: Mapping[int, list[Key]], allowed: Collection[str], info) -> dict[int, list]:
    """
    Return the targets of references to many types, which the user may view.

    Args:
        objects: the objects
        keys: by the primary key of an object
        allowed: labels of the models that may be shown
        info: what graphql-core tells the resolver
    """
    ids: dict[int, set[int]] = defaultdict(set)
    for wanted in keys.values():
        for content_type, pk in wanted:
            ids[content_type].add(pk)
    found: dict[Key, Model] = {}
    for content_type, pks in ids.items():
        target = target_of(content_type)
        model = None if target is None or target.label not in allowed else model_of(target)
        if model is not None:
            targets = fetched(viewable(model, info).filter(pk__in=pks), info)
            found |= {(content_type, target.pk): target for target in targets}
    return {obj.pk: [found[key] for key in dict.fromkeys(keys.get(obj.pk, ())) if key in found] for obj in objects}


def keys_by_links(objects: list, table: str) -> dict[int, list[Key]]:
    """Return the keys in a link table of references to many types."""
    ids = sorted({obj.pk for obj in objects})
    columns = ('source_id', 'content_type_id', 'object_id')
    found: dict[int, list[Key]] = defaultdict(list)
    for source, content_type, pk in _rows(Links(table, 'source_id', ''), columns, ids, objects[0]._state.db):
        found[source].append((content_type, pk))
    return found
