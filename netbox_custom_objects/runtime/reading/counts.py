"""
How many objects types have, for a page of types: one statement, which reads no more than is shown of each.

May import runtime. Counts only what a user may view (invariant I11).
"""

from collections.abc import Iterable

from django.core.exceptions import EmptyResultSet
from django.db import connections, router

from ..classes.registry import world
from ..rights import has_right


def count_viewable(type_ids: Iterable[int], user, limit: int) -> dict[int, int]:
    """Return {type id: number of objects, at most `limit`}, without types of which the user may view no objects."""
    current, parts, params, counts = world(), [], [], {}
    alias = None
    for type_id in type_ids:
        definition = current.definition(type_id)
        if definition is None or not has_right(user, definition):
            continue
        counts[type_id] = 0
        model = current.model(type_id)
        alias = alias or router.db_for_read(model)
        rows = model.objects.restrict(user, 'view').order_by().values('pk')[:limit]
        try:
            statement, values = rows.query.get_compiler(using=alias).as_sql()
        except EmptyResultSet:
            continue
        parts.append(f'SELECT {int(type_id)}, count(*) FROM ({statement}) AS part')
        params += values
    if parts:
        with connections[alias].cursor() as cursor:
            cursor.execute(' UNION ALL '.join(parts), params)
            counts |= dict(cursor.fetchall())
    return counts
