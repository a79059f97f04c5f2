"""
The choices of NetBox's choice sets, read once per state of a set.

May import NetBox's extras models. A set's state is part of the definition (ChoiceSetRef), so that what is cached here
is never stale: editing the choices makes a new key.
"""

from dataclasses import dataclass
from functools import lru_cache

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


@lru_cache(maxsize=512)
def choices_of(ref: ChoiceSetRef) -> Choices:
    """Return the choices of a set; no choices if it has been deleted (PROTECT prevents that in practice)."""
    choice_sets = apps.get_model('extras', 'CustomFieldChoiceSet').objects.using(DEFAULT_DB_ALIAS)
    choice_set = choice_sets.filter(pk=ref.id).first()
    if choice_set is None:
        return Choices((), {}, {})
    pairs = tuple((str(value), str(label)) for value, label, *_ in choice_set.choices)
    colors = {str(value): color for value, color in getattr(choice_set, 'colors', {}).items() if color}
    return Choices(pairs, dict(pairs), colors)
