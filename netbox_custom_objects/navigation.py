"""
The menu "Custom Objects": types, and below them the lists of objects.

NetBox keeps the menu object for ever but asks for its groups with every page, so these follow the types of the active
branch without a restart. Costs no query: the request has read the token already, or reads it here.
"""

from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from netbox.navigation import MenuGroup
from netbox.plugins import PluginMenu, PluginMenuButton, PluginMenuItem, register_menu

from . import settings
from .constants import APP_LABEL
from .definitions import TypeDefinition
from .runtime.classes.memo import per_type, per_world
from .runtime.classes.registry import world
from .runtime.classes.world import World

# Of groups and types that `menu_weights` does not name.
DEFAULT_WEIGHT = 100
ADD, IMPORT = (_('Add'), 'mdi mdi-plus-thick'), (_('Import'), 'mdi mdi-upload')


def grouped_types(current: World) -> dict[str, list[TypeDefinition]]:
    """Return the types by group, groups and types in the order of the menu: by weight, then by name."""
    weights = settings.get('menu_weights')

    def place(key: str, shown: str):
        return weights.get(key, DEFAULT_WEIGHT), shown.lower(), shown

    groups: dict[str, list[TypeDefinition]] = {}
    definitions = current.definitions.values()
    for definition in sorted(definitions, key=lambda found: place(found.name, found.display_name_plural)):
        groups.setdefault(definition.group_name, []).append(definition)
    return {name: groups[name] for name in sorted(groups, key=lambda name: place(name, name))}


class CustomObjectsMenu(PluginMenu):
    """A menu whose groups are computed whenever they are asked for."""

    label = _('Custom Objects')
    icon_class = 'mdi mdi-toy-brick-outline'

    def __init__(self):
        # Nothing is passed on: PluginMenu would store the groups.
        return

    @property
    def groups(self) -> list[MenuGroup]:
        """What the menu of the active World shows; made once per World, language and settings."""
        configured = repr([settings.get(name) for name in ('top_level_menus', 'menu_weights')])
        return groups_of(world(), (self, get_language(), configured), self)

    def find_groups(self, current: World) -> list[MenuGroup]:
        apart = settings.get('top_level_menus')
        groups = {name: found for name, found in grouped_types(current).items() if name not in apart or not name}
        ungrouped = groups.pop('', [])
        found = [MenuGroup(_('Object Types'), [types_item])]
        found += [MenuGroup(name, items_of(current, types)) for name, types in groups.items()]
        return [*found, MenuGroup(_('Objects'), items_of(current, ungrouped))] if ungrouped else found


class GroupMenu(CustomObjectsMenu):
    """A menu of its own for the types of one group; there is none while the user sees no type in it."""

    def __init__(self, group: str):
        """
        Args:
            group: the group's name, as types hold it
        """
        self.label = group

    def find_groups(self, current: World) -> list[MenuGroup]:
        types = grouped_types(current).get(self.label, [])
        return [MenuGroup(_('Objects'), items_of(current, types))] if types else []


@per_world
def groups_of(current: World, key: tuple, menu: CustomObjectsMenu) -> list[MenuGroup]:
    """Return the groups of a menu; `key` names all that they depend on beside the types."""
    return menu.find_groups(current)


def items_of(current: World, types: list[TypeDefinition]) -> list[PluginMenuItem]:
    """Return the entries of some types."""
    language = get_language()
    return [type_item(current.model(definition.id), language) for definition in types]


def register() -> None:
    """Register the menus of groups that have one of their own; NetBox asks for its list of menus once."""
    for group in settings.get('top_level_menus'):
        register_menu(GroupMenu(group))


class FoundAsKeys:
    """Attributes that are items, too: a template looks there first, and each that it misses costs it an exception."""

    def __getitem__(self, name: str):
        return getattr(self, name)


class TypeItem(FoundAsKeys, PluginMenuItem):
    """The entry of a type."""


class TypeButton(FoundAsKeys, PluginMenuButton):
    """A button of a type's entry."""

    # NetBox's template takes this for its default without comparing.
    color = ''


def button(link: str, look: tuple[str, str], permission: str) -> PluginMenuButton:
    """Return a button; `link` is a view name, or '' if the caller sets the URL."""
    title, icon = look
    return PluginMenuButton(link, title, icon, permissions=[permission])


@per_type
def type_item(model, language: str | None) -> PluginMenuItem:
    """
    Return the entry of a type: shown with the right to view its objects, buttons with the right to add some.

    Texts are translated and escaped here, once: each page renders the entries of all types.
    """
    name, add = model._meta.model_name, f'{APP_LABEL}.add_{model._meta.model_name}'
    looks = () if model._definition.deprecated else (ADD, IMPORT)
    buttons = [TypeButton('', title, icon, permissions=[add]) for title, icon in looks]
    item = TypeItem(
        '',
        conditional_escape(model._meta.verbose_name_plural),
        permissions=[f'{APP_LABEL}.view_{name}'],
        buttons=buttons,
    )
    for target, action in zip((item, *buttons), ('list', 'add', 'bulk_import')):
        target.url = mark_safe(reverse(f'plugins:{APP_LABEL}:customobject_{action}', args=[model._definition.slug]))
    for shown in buttons:
        shown.title, shown.icon_class = conditional_escape(shown.title), mark_safe(shown.icon_class)
    return item


_view = f'plugins:{APP_LABEL}:customobjecttype'
_add = f'{APP_LABEL}.add_customobjecttype'
types_item = PluginMenuItem(
    f'{_view}_list',
    _('Custom Object Types'),
    permissions=[f'{APP_LABEL}.view_customobjecttype'],
    buttons=[button(f'{_view}_add', ADD, _add), button(f'{_view}_bulk_import', IMPORT, _add)],
)

menu = CustomObjectsMenu()
