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
from django.db.models import FETCH_PEERS, BigIntegerField, Exists, ExpressionWrapper, F, Model, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from strawberry_django.optimizer import optimizer

from extras.models import TaggedItem
from utilities.permissions import get_permission_for_model

from ...definitions import TargetRef
from ...field_types.polymorphic.keys import Key, key_type, model_of, target_of
from ...runtime.relations.rollups import rollups_of
from ...runtime.restrictions import UNRESOLVABLE, restricted_by_the_rest
from ..host import host
from .batch import Batch
from .paging import bounds_of, cut, page_of_each
from .selection import selected_columns

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
        try:
            return objects.restrict(user_of(info), 'view')
        except UNRESOLVABLE:
            if (granted := restricted_by_the_rest(objects, user_of(info), 'view')) is None:
                raise
            return granted
    origin = host().origin(model._meta.label_lower)
    if origin is not None and hasattr(origin, 'get_queryset'):
        return origin.get_queryset(objects, strawberry_info(info))
    return objects if user_of(info).has_perm(get_permission_for_model(model, 'view')) else objects.none()


def strawberry_info(info):
    """Return what Strawberry hands its resolvers."""
    return host().config.info_class(_raw_info=info, _field=None)


def optimized(queryset: QuerySet, info) -> QuerySet:
    """Return a queryset that reads what the query selects: columns of custom objects, and more along with NetBox's."""
    if is_custom(queryset.model):
        columns = selected_columns(queryset.model, info)
        if columns is None:
            return queryset.with_rollups()
        rollups = {field.name for field in rollups_of(queryset.model)}.intersection(columns)
        return queryset.only(*(set(columns) - rollups)).fetch_mode(FETCH_PEERS).with_rollups(rollups)
    output_type = host().output_type(queryset.model._meta.label_lower)
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


def by_links(objects: list, links: Links, queryset: QuerySet, info, pagination) -> dict[int, list]:
    """Return those objects of a queryset that each object is linked with; one of several objects is read for each."""
    alias = objects[0]._state.db
    if queryset.db != alias:
        # Links may be in a branch, and targets in main only; what is in main can be read over both connections.
        queryset = queryset.using(alias)
    queryset = optimized(_apart(queryset, links.table), info)
    table, key = queryset.model._meta.db_table, queryset.model._meta.pk.column
    source = f'"{links.table}"."{links.source}"'
    conditions = [
        f'"{links.table}"."{links.target}" = "{table}"."{key}"',
        f'{source} = ANY(%s::bigint[])',
        *([links.condition] if links.condition else []),
    ]
    ids = sorted({obj.pk for obj in objects})
    rows = queryset.extra(select={_SOURCE: source}, tables=[links.table], where=conditions, params=[ids, *links.params])
    return _grouped(page_of_each(rows, pagination, RawSQL(source, (), BigIntegerField())))


def _apart(queryset: QuerySet, table: str = '') -> QuerySet:
    """Return a queryset whose rows can be numbered, and joined with a table."""
    if not queryset.query.distinct and table not in queryset.query.alias_map:
        return queryset
    chosen = queryset.model._default_manager.using(queryset.db).filter(pk__in=queryset.order_by().values('pk'))
    return chosen.order_by(*queryset.query.order_by) if queryset.query.order_by else chosen


def _grouped(rows: Iterable[Model]) -> dict[int, list]:
    rows = list(rows)
    if rows and is_custom(type(rows[0])):
        Batch(rows)
    found: dict[int, list] = defaultdict(list)
    for row in rows:
        found[getattr(row, _SOURCE)].append(row)
    return found


def by_reference(objects: list, column: str, queryset: QuerySet, info, pagination) -> dict[int, list]:
    """Return those objects of a queryset that refer to each object by one of their columns."""
    ids = {obj.pk for obj in objects}
    # An expression of its own: Django would take the column for the one that it selects anyway.
    source = ExpressionWrapper(F(column), output_field=BigIntegerField())
    rows = optimized(_apart(queryset.filter(**{f'{column}__in': ids})), info).annotate(**{_SOURCE: source})
    return _grouped(page_of_each(rows, pagination, F(_SOURCE)))


def tags_of(model: type[Model]) -> Links:
    """Return how objects of a model are linked with their tags."""
    table = TaggedItem._meta.db_table
    return Links(table, 'object_id', 'tag_id', f'"{table}"."content_type_id" = %s', (key_type(model),))


def generic(objects: list, relation: GenericRelation, queryset: QuerySet, info, pagination) -> dict[int, list]:
    """Return those objects of a queryset, such as journal entries, that belong to each object."""
    own = queryset.filter(**{relation.content_type_field_name: key_type(objects[0])})
    return by_reference(objects, relation.object_id_field_name, own, info, pagination)


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


def keys_by_links(
    objects: list, through: type[Model], allowed: Collection[str], info, pagination
) -> dict[int, list[Key]]:
    """
    Return the keys in a link table of references to many types, of a page of what the user may view.

    Args:
        objects: the objects
        through: the class of the link table
        allowed: labels of the models that may be shown
        info: what graphql-core tells the resolver
        pagination: which page of the targets of each object is meant
    """
    alias = objects[0]._state.db
    visible = Q(pk__in=())
    for label in allowed:
        model = model_of(TargetRef(*label.split('.', 1)))
        if model is not None:
            targets = viewable(model, info).order_by().using(alias).filter(pk=OuterRef('object_id'))
            visible |= Q(Exists(targets), content_type=key_type(model))
    start, offset, limit = bounds_of(pagination)
    links = through._default_manager.using(alias).filter(visible, source__in={obj.pk for obj in objects})
    if start is None:
        links = links.order_by('pk')
    else:
        links = links.filter(object_id__gte=start).order_by('object_id', 'content_type')
    found: dict[int, list[Key]] = defaultdict(list)
    rows = cut(links, F('source'), offset, limit).values_list('source', 'content_type', 'object_id')
    for source, content_type, pk in rows:
        found[source].append((content_type, pk))
    return found
