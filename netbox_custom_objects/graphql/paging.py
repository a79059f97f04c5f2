"""Pages of lists, by NetBox's rules: `offset` and `limit`, or `start`, and never more than MAX_PAGE_SIZE objects."""

from collections.abc import Mapping, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from strawberry import UNSET

from netbox.config import get_config

from .errors import WrongInput


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


def page_of_list(objects: Sequence, pagination) -> list:
    start, offset, limit = bounds_of(pagination)
    found = list(objects)
    if start is not None:
        found = sorted((obj for obj in found if obj.pk >= start), key=lambda obj: obj.pk)
    return found[offset : None if limit is None else offset + limit]


def _number(value) -> int | None:
    return None if value is UNSET else value
