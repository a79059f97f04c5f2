"""
What of the custom object types GraphQL does not have because it cannot be made; the page of the type shows it.

Must not import NetBox's GraphQL types: pages are imported before these are made.
"""

from django.utils.translation import gettext as _

from ..runtime.classes.faults import Fault
from ..runtime.classes.island import Island
from ..runtime.classes.memo import per_island


class LeftOutOfGraphQL(Fault):
    """A type or a field that GraphQL does not have; everything else does."""

    def describe(self) -> str:
        if self.field is None:
            return _('GraphQL does not have this type: {reason}').format(reason=self.reason)
        return _('GraphQL does not have field "{name}": {reason}').format(name=self.field.name, reason=self.reason)

    def __str__(self):
        return f'{self.subject} is left out of GraphQL: {self.reason}'


@per_island
def _known(island: Island) -> dict[Fault, None]:
    return {}


def note(island: Island, faults: list[Fault]) -> list[Fault]:
    """Keep what is left out of an island's types on the island, and return what was not known yet."""
    known = _known(island)
    new = [fault for fault in faults if fault not in known]
    known.update(dict.fromkeys(new))
    return new


def faults_of(island: Island | None) -> tuple[Fault, ...]:
    """Return what of an island's types GraphQL does not have, as far as anybody has asked GraphQL for them."""
    return () if island is None else tuple(_known(island))
