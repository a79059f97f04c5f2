"""
Constraints that a replay has released until its end: objects in between need not meet them.

May import the context. What was noted counts within a replay only: netbox-branching sends no signal when one fails.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

from .context import in_replay

# The type of each constraint, by its id. Replaced and never changed, so that an earlier state can be put back.
Released = Mapping[int, int]
_released: ContextVar[Released] = ContextVar('netbox_custom_objects_released', default=MappingProxyType({}))


def release(constraint_id: int, type_id: int) -> None:
    """Note that a constraint is not enforced for the time being."""
    _released.set({**_released.get(), constraint_id: type_id})


def take_back(constraint_id: int) -> None:
    """Note that a constraint is enforced again."""
    _released.set({pk: type_id for pk, type_id in _released.get().items() if pk != constraint_id})


def released() -> Released:
    """Return the constraints that are not enforced for the time being."""
    return _released.get()


def put_back(before: Released) -> None:
    """Note that those constraints are released that were `before`: all that happened since was undone."""
    _released.set(before)


def forget() -> None:
    """Note that all constraints are enforced."""
    _released.set({})


def is_released(constraint_id: int) -> bool:
    return constraint_id in _released.get() and in_replay()
