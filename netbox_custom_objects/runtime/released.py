"""
What a replay has released until its end: constraints, and unique fields, that objects in between need not meet.

May import the context. What was noted counts within a replay only: netbox-branching sends no signal when one fails.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import NamedTuple

from ..definitions import ConstraintDefinition
from .context import in_replay


class Rule(NamedTuple):
    """What can be released: the constraint with an id or, if it is one `of_field`, that its values are unique."""

    id: int
    of_field: bool = False


# The type of each, replaced and never changed, so that an earlier state can be put back.
Released = Mapping[Rule, int]
_released: ContextVar[Released] = ContextVar('netbox_custom_objects_released', default=MappingProxyType({}))


def rule_of(constraint: ConstraintDefinition) -> Rule:
    """Return what a constraint is released as; one without an id stands for a unique field."""
    return Rule(constraint.id) if constraint.id else Rule(constraint.field_ids[0], of_field=True)


def release(rule: Rule, type_id: int) -> None:
    """Note that something is not enforced for the time being."""
    _released.set({**_released.get(), rule: type_id})


def take_back(rule: Rule) -> None:
    """Note that something is enforced again."""
    _released.set({other: type_id for other, type_id in _released.get().items() if other != rule})


def released() -> Released:
    """Return what is not enforced for the time being."""
    return _released.get()


def put_back(before: Released) -> None:
    """Note that what was released `before` is released: all that happened since was undone."""
    _released.set(before)


def forget() -> None:
    """Note that everything is enforced."""
    _released.set({})


def is_released(rule: Rule) -> bool:
    return rule in _released.get() and in_replay()
