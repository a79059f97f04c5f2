"""
Which custom objects refer to each of many objects: two statements, however many objects, types and fields there are.

May import what `linked_objects` may. Must restrict each type by the rights of the user who asks (invariant I11).
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connections, router

from ...field_types.polymorphic.keys import key_type
from ...models.objects import CustomObject
from ..classes.managers import CustomObjectQuerySet
from .linked_objects import Source, chosen_sources, read_entries

Entry = tuple[Source, CustomObject]


def linked_to_each(
    user,
    objects: Sequence,
    *,
    slugs: Sequence[str] = (),
    fields: Sequence[str] = (),
    hidden: Collection[int] = (),
    offset: int = 0,
    limit: int | None = None,
) -> dict[int, list[Entry]]:
    """
    Return a page of what refers to each of some objects: what `LinkedObjects` is of one, in its usual order.

    Args:
        user: whose view rights hold
        objects: what is referred to: objects of one model
        slugs: consider only types with these slugs
        fields: consider only fields with these names
        hidden: leave out types with these ids
        offset: how many entries of each object are passed over
        limit: how many entries of each object are returned; None for all

    Returns: the entries by the primary key of the object
    """
    sources = chosen_sources(objects[0], slugs, fields, hidden)
    if not sources:
        return {}
    alias = router.db_for_read(sources[0].model)
    ids = sorted({obj.pk for obj in objects})
    statements, params = [], []
    for number, source in enumerate(sources):
        try:
            statement, values = _selection(number, source, user, ids, alias, objects[0])
        except EmptyResultSet:
            continue  # a type of which the user may view nothing
        statements.append(statement)
        params += values
    if not statements:
        return {}
    found = f'SELECT target, number, entry FROM ({" UNION ALL ".join(statements)}) AS found (target, number, entry)'
    if limit is not None or offset:
        place = 'row_number() OVER (PARTITION BY target ORDER BY number, entry)'
        numbered = f'SELECT *, {place} AS place FROM ({found}) AS entries'
        until = '' if limit is None else ' AND place <= %s'
        found = f'SELECT target, number, entry FROM ({numbered}) AS page WHERE place > %s{until}'
        params += [offset] if limit is None else [offset, offset + limit]
    with connections[alias].cursor() as cursor:
        cursor.execute(f'{found} ORDER BY 1, 2, 3', params)
        rows = cursor.fetchall()
    return _by_target(sources, rows, alias)


def _selection(number: int, source: Source, user, ids: list[int], alias: str, example) -> tuple[str, list]:
    """Return the selection of a source's entries, as (target, number, id), and its parameters."""
    stored = source.stored
    conditions, params = [f'{stored.target} = ANY(%s::bigint[])'], [ids]
    if stored.content_type is not None:
        conditions.append(f'{stored.content_type} = %s')
        params.append(key_type(example))
    if not user.is_superuser:
        rows = CustomObjectQuerySet(source.model).restrict(user, 'view')
        if rows.query.where:
            statement, values = rows.order_by().values('pk').query.get_compiler(using=alias).as_sql()
            conditions.append(f'{stored.source} IN ({statement})')
            params += values
    where = ' AND '.join(conditions)
    return f'SELECT {stored.target}, {number}, {stored.source} FROM {stored.table} WHERE {where}', params


def _by_target(sources: Sequence[Source], rows: Sequence[tuple], alias: str) -> dict[int, list[Entry]]:
    wanted = dict.fromkeys((number, pk) for _target, number, pk in rows)
    entries = read_entries(((sources[number], pk) for number, pk in wanted), alias)
    by_key = {(source.field.id, obj.pk): (source, obj) for source, obj in entries}
    found: dict[int, list[Entry]] = defaultdict(list)
    for target, number, pk in rows:
        entry = by_key.get((sources[number].field.id, pk))
        if entry is not None:
            found[target].append(entry)
    return found
