"""
The types in the order in which they are offered: groups, and the types of each.

May import definitions, settings and the World. Costs no query.
"""

from .. import settings
from ..definitions import TypeDefinition
from .classes.memo import per_world
from .classes.world import World
from .rights import has_right

# Of groups and types that `menu_weights` does not name.
DEFAULT_WEIGHT = 100

Groups = dict[str, list[TypeDefinition]]


def grouped_types(current: World) -> Groups:
    """Return the types by group, groups and types in the order of the menu: by weight, then by name."""
    weights = settings.get('menu_weights')
    return _grouped(current, repr(weights), weights)


@per_world
def _grouped(current: World, key: str, weights) -> Groups:
    def place(name: str, shown: str):
        return weights.get(name, DEFAULT_WEIGHT), shown.lower(), shown

    groups: Groups = {}
    definitions = current.definitions.values()
    for definition in sorted(definitions, key=lambda found: place(found.name, found.display_name_plural)):
        groups.setdefault(definition.group_name, []).append(definition)
    return {name: groups[name] for name in sorted(groups, key=lambda name: place(name, name))}


def viewable_groups(current: World, user) -> Groups:
    """Return those of the types, by group, whose objects a user may view; groups that have some."""
    groups = grouped_types(current)
    if user.is_active and user.is_superuser:
        return groups
    found = {name: [type_ for type_ in types if has_right(user, type_)] for name, types in groups.items()}
    return {name: types for name, types in found.items() if types}
