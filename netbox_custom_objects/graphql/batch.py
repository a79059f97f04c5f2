"""
Objects that were read together, so that what the query asks of one of them is read for all.

Without this, a list of 50 objects with three references would cost 150 queries.
"""

from collections.abc import Callable, Iterable

# Where an object keeps the batch that it is part of.
_ATTRIBUTE = '_graphql_batch'


class Batch:
    """Custom objects of one type at one place of an answer."""

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
    """Return the batch of an object; one that was read alone is a batch of its own."""
    return obj.__dict__.get(_ATTRIBUTE) or Batch([obj])
