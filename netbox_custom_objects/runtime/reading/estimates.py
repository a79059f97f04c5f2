"""
About how many objects a list has, by what PostgreSQL last counted: for lists that take long to count.

The setting `exact_count_limit` asks for it. Only for lists of all objects of a type: PostgreSQL has numbers of tables.
"""

from django.db.models import QuerySet

from ... import settings
from ...ddl.target import Target
from ...ddl.upkeep.sizes import estimated_rows

# Up to this part of a list; beyond it, counting and reading from the end take less time than reading from the start.
COUNTED_FROM = 0.75


class Estimate(int):
    """A number that is about right, and shown so."""

    def __str__(self):
        return f'~{int(self)}'


def estimated_count(queryset: QuerySet, offset: int) -> int | None:
    """
    Return about how many objects are in a list of custom objects, None if they should be counted.

    Args:
        queryset: the list
        offset: how many objects come before the page that is shown
    """
    limit = settings.get('exact_count_limit')
    if not settings.is_positive(limit) or not _has_all_objects(queryset):
        return None
    rows = estimated_rows(Target.for_alias(queryset.db), queryset.model._meta.db_table)
    return rows if rows > limit and offset <= rows * COUNTED_FROM else None


def _has_all_objects(queryset: QuerySet) -> bool:
    query = queryset.query
    is_reduced = query.where or query.is_sliced or query.distinct or query.combinator or query.group_by is not None
    return hasattr(queryset.model, '_definition') and not is_reduced
