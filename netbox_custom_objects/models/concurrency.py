"""
What writes raise when they meet those of another transaction.

In the first try of a request it is what `services.second_try` catches, which carries the request out once more; without
one, or in the second try, it is a ConcurrentChange, whose sentence is shown. May import django and ddl.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

from django.db import OperationalError, connections, router, transaction

from ..ddl.locks import is_passing
from ..exceptions import ConcurrentChange, ObjectGone

first_try: ContextVar[bool] = ContextVar('netbox_custom_objects_first_try', default=False)


class TryAgain(Exception):
    """A ConcurrentChange of a first try: no view catches it, because the request is tried once more."""


def meeting(error: ConcurrentChange) -> Exception:
    """Return what to raise for a meeting with another request."""
    return TryAgain(error) if first_try.get() else error


@contextmanager
def conflicts_reported() -> Iterator[None]:
    """
    Raise ConcurrentChange for a failure of the database that is due to other transactions.

    Not in a first try: after that one it is the request that is tried again.
    """
    try:
        yield
    except OperationalError as error:
        if first_try.get() or not is_passing(error):
            raise
        raise ConcurrentChange() from error


def in_transaction(using: str) -> AbstractContextManager:
    """Open a transaction unless there is one; what fails in that is left to those who opened it."""
    return nullcontext() if connections[using].in_atomic_block else transaction.atomic(using=using)


class UpdatesWhatExists:
    """Mixin of models: saving an object that another request has deleted does not bring it back."""

    def save(self, *args, using=None, force_insert=False, force_update=False, **kwargs):
        """
        Write the row.

        Raises:
            ObjectGone: it was deleted since it was read
        """
        using = using or router.db_for_write(type(self), instance=self)
        exists = not self._state.adding and self._state.db == using and not force_insert
        try:
            super().save(*args, using=using, force_insert=force_insert, force_update=force_update or exists, **kwargs)
        except self.NotUpdated as error:
            raise meeting(ObjectGone()) from error

    # As Django's own, which models inherit from their first base that has the method: templates may not call it.
    save.alters_data = True
