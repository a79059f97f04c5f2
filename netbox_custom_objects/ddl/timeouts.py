"""Time limits of statements and of waits for locks, for a part of a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from .target import Target


@contextmanager
def limited(target: Target, setting: str, milliseconds: int) -> Iterator[None]:
    """
    Give a timeout of the session another value until the end of the block, and its own again then.

    Args:
        target: whose connection, which is in a transaction; an error must roll back to a savepoint before the block
        setting: `lock_timeout` or `statement_timeout`
        milliseconds: the limit
    """
    with target.cursor() as cursor:
        # In this order: what is selected is computed from left to right.
        cursor.execute('SELECT current_setting(%s), set_config(%s, %s, true)', [setting, setting, f'{milliseconds}ms'])
        before, _now = cursor.fetchone()
    yield
    # On an error the savepoint's rollback has restored it already.
    with target.cursor() as cursor:
        cursor.execute('SELECT set_config(%s, %s, true)', [setting, before])
