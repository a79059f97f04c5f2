"""
Knows whether the changes of a branch are being merged, reverted or synchronized.

netbox-branching sends no signal when that fails. Hence what `begin` notes is a hint, believed only while the default
connection is inside a transaction, as every replay is, and dropped at the start of each request (proven, 3.1).
"""

from contextvars import ContextVar

from django.db import DEFAULT_DB_ALIAS, connections

from ..runtime.context import forget_tokens

_replayed: ContextVar[str | None] = ContextVar('netbox_custom_objects_replayed', default=None)
_reverting: ContextVar[bool] = ContextVar('netbox_custom_objects_reverting', default=False)


def begin(branch, **kwargs) -> None:
    """Note that a replay of `branch` starts: it is merged or synchronised."""
    forget_tokens()
    _replayed.set(branch.connection_name)
    _reverting.set(False)


def begin_revert(branch, **kwargs) -> None:
    """Note that the merge of `branch` starts being undone."""
    forget_tokens()
    _replayed.set(branch.connection_name)
    _reverting.set(True)


def end(**kwargs) -> None:
    """Note that no replay is going on."""
    forget_tokens()
    _replayed.set(None)


def replayed_alias() -> str | None:
    """Return the connection alias of the branch that is being replayed, None outside of a replay."""
    alias = _replayed.get()
    return alias if alias and connections[DEFAULT_DB_ALIAS].in_atomic_block else None


def is_revert() -> bool:
    """Return whether changes are being undone now."""
    return _reverting.get() and replayed_alias() is not None
