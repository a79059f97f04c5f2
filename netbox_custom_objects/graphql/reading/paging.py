"""Pages of lists, by NetBox's rules: `offset` and `limit`, or `start`, and never more than MAX_PAGE_SIZE objects."""

from collections.abc import Mapping

from django.db.models import Expression, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.db.models.lookups import GreaterThan, LessThanOrEqual
from django.utils.translation import gettext as _
from strawberry import UNSET

from netbox.config import get_config

from ...runtime.reading.ordering import totally_ordered
from ..errors import WrongInput


def bounds_of(pagination) -> tuple[int | None, int, int | None]:
    """
    Return (lowest id or None, offset, limit or None) of a page.

    Args:
        pagination: an OffsetPaginationInput, as a mapping or as an instance; None for the first page
    """
    values = pagination if isinstance(pagination, Mapping) else vars(pagination or object)
    offset, limit, start = (_number(values.get(name)) for name in ('offset', 'limit', 'start'))
    if start is not None and offset:
        raise WrongInput(_('Cannot specify both `start` and `offset` in pagination.'))
    if start is not None and start < 0:
        raise WrongInput(_('`start` must be greater than or equal to zero.'))
    if offset is not None and offset < 0:
        raise WrongInput(_('`offset` must be greater than or equal to zero.'))
    largest = get_config().MAX_PAGE_SIZE
    if largest and (limit is None or limit <= 0 or limit > largest):
        limit = largest
    return start, offset or 0, None if limit is not None and limit < 0 else limit


def page_of_queryset(queryset: QuerySet, pagination) -> QuerySet:
    start, offset, limit = bounds_of(pagination)
    if start is not None:
        queryset = queryset.filter(pk__gte=start).order_by('pk')
    return queryset[offset : None if limit is None else offset + limit]


def page_of_each(queryset: QuerySet, pagination, partition: Expression) -> QuerySet:
    """
    Return what is on a page of each of several lists, which PostgreSQL cuts.

    Args:
        queryset: the objects of all lists
        pagination: which page of each list is meant
        partition: what objects of the same list have in common
    """
    start, offset, limit = bounds_of(pagination)
    if start is not None:
        queryset = queryset.filter(pk__gte=start).order_by('pk')
    return cut(totally_ordered(queryset), partition, offset, limit)


def cut(queryset: QuerySet, partition: Expression, offset: int, limit: int | None) -> QuerySet:
    """Return some of the objects of each list, as Django's prefetching cuts a queryset that is sliced."""
    if limit is None and not offset:
        return queryset
    order_by = [expression for expression, _sql in queryset.query.get_compiler(using=queryset.db).get_order_by()]
    place = Window(RowNumber(), partition_by=partition, order_by=order_by)
    condition = Q(GreaterThan(place, offset))
    if limit is not None:
        condition &= Q(LessThanOrEqual(place, offset + limit))
    return queryset.filter(condition)


def _number(value) -> int | None:
    return None if value is UNSET else value
