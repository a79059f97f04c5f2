"""
Concurrent requests: none is answered with a server error (I14).

A request that another one was in the way of is carried out once more, from the start, before anything was answered; if
that fails as well, it is refused with a sentence. May import models and NetBox.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

from django.db import OperationalError, connections

from core.signals import clear_events, clear_signal_history

from ..ddl.locks import is_passing
from ..models.concurrency import TryAgain, conflicts_reported, first_try


def tried_twice[Result](
    work: Callable[[], Result], *aliases: str, again: Callable[[], AbstractContextManager] = nullcontext
) -> Result:
    """
    Return what `work` returns, which is called once more if another request was in its way.

    Inside of a transaction it is called once: what went before it could not be repeated.

    Args:
        work: writes in transactions of its own, and leaves nothing behind if it fails
        aliases: connections that it writes over
        again: makes what is entered for the second try

    Raises:
        ConcurrentChange: another request was in the way of the second try as well
    """
    if not any(connections[alias].in_atomic_block for alias in aliases):
        reset = first_try.set(True)
        try:
            return work()
        except (TryAgain, OperationalError) as error:
            if not isinstance(error, TryAgain) and not is_passing(error):
                raise
        finally:
            first_try.reset(reset)
        # NetBox notes events, and the deletions that it has logged, until the request ends.
        clear_events.send(sender=tried_twice)
        clear_signal_history(sender=tried_twice)
    with conflicts_reported(), again():
        return work()


@contextmanager
def statements_reported(*aliases: str) -> Iterator[None]:
    """Raise ConcurrentChange where the statement fails: for views that catch it and show its message in their form."""

    def run(execute, *arguments):
        with conflicts_reported():
            return execute(*arguments)

    with ExitStack() as stack:
        for alias in dict.fromkeys(aliases):
            stack.enter_context(connections[alias].execute_wrapper(run))
        yield
