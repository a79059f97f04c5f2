"""
Objects that were read together, so that what the query asks of one of them is read for all.

Without this, a list of 50 objects with three references would cost 150 queries.
"""

from collections.abc import Callable, Iterable

from django.db.models import FETCH_PEERS, Prefetch, QuerySet

# Where an object keeps the batch that it is part of.
_ATTRIBUTE = '_graphql_batch'


class Batch:
    """Objects of one type at one place of an answer."""

    __slots__ = ('_found', 'objects')

    def __init__(self, objects: Iterable):
        self.objects = list(objects)
        self._found: dict = {}
        for obj in self.objects:
            obj.__dict__[_ATTRIBUTE] = self

    def read(self, key, read: Callable[[list], dict]) -> dict:
        """Return what `read` returned for the objects, which is called once for a key: a place below this one."""
        if key not in self._found:
            self._found[key] = read(self.objects)
        return self._found[key]


def batch_of(obj) -> Batch:
    """Return the batch of an object: of one of NetBox's, those that Django read with it; else it is one of its own."""
    found = obj.__dict__.get(_ATTRIBUTE)
    return found or Batch([peer for ref in obj._state.peers if (peer := ref()) is not None] or [obj])


def with_peers(queryset: QuerySet) -> QuerySet:
    """Return a queryset whose objects, and those that are prefetched with them, know what they were read with."""
    found = queryset.fetch_mode(FETCH_PEERS)
    for lookup in found._prefetch_related_lookups:
        if isinstance(lookup, Prefetch) and lookup.queryset is not None:
            lookup.queryset = with_peers(lookup.queryset)
    return found
