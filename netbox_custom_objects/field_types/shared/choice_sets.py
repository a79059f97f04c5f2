"""
The choices of NetBox's choice sets, read once per state of a set.

May import NetBox's extras models. A set's state is part of the definition (ChoiceSetRef), so that what is cached here
is never stale: editing the choices makes a new key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS

from ...definitions import ChoiceSetRef


@dataclass(frozen=True)
class Choices:
    """Values with labels and colours, in the set's order."""

    pairs: tuple[tuple[str, str], ...]
    labels: dict[str, str]
    colors: dict[str, str]

    def __contains__(self, value) -> bool:
        return value in self.labels


# Sets that are not stored, by their states.
_offered: ContextVar[dict[ChoiceSetRef, Any]] = ContextVar('netbox_custom_objects_offered', default={})  # noqa: B039


@contextmanager
def offered(choice_sets: dict[ChoiceSetRef, Any]) -> Iterator[None]:
    """Know, in the block, choice sets that are not stored; the dictionary may grow meanwhile."""
    reset = _offered.set(choice_sets)
    try:
        yield
    finally:
        _offered.reset(reset)


def choices_of(ref: ChoiceSetRef) -> Choices:
    """Return the choices of a set; no choices if it has been deleted (PROTECT prevents that in practice)."""
    choice_set = _offered.get().get(ref)
    return _stored_choices(ref) if choice_set is None else _choices(choice_set)


@lru_cache(maxsize=512)
def _stored_choices(ref: ChoiceSetRef) -> Choices:
    choice_sets = apps.get_model('extras', 'CustomFieldChoiceSet').objects.using(DEFAULT_DB_ALIAS)
    choice_set = choice_sets.filter(pk=ref.id).first()
    if choice_set is None:
        return Choices((), {}, {})
    return _choices(choice_set)


def _choices(choice_set) -> Choices:
    pairs = tuple((str(value), str(label)) for value, label, *_ in choice_set.choices)
    colors = {str(value): color for value, color in getattr(choice_set, 'colors', {}).items() if color}
    return Choices(pairs, dict(pairs), colors)
