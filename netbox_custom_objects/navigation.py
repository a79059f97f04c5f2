"""
The menu "Custom Objects": types, and below them the lists of objects.

NetBox keeps the menu object for ever but asks for its groups with every page, so these follow the types of the active
branch without a restart. Costs no query: the request has read the token already, or reads it here. What it adds to a
page is bounded: NetBox renders each entry with each page, so that groups of many types lead to a page of their own.
"""

import math

from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from netbox.context import current_request
from netbox.navigation import MenuGroup
from netbox.plugins import PluginMenu, PluginMenuButton, PluginMenuItem, register_menu

from . import settings
from .constants import APP_LABEL
from .definitions import TypeDefinition
from .runtime.classes.memo import per_world
from .runtime.classes.registry import world
from .runtime.classes.world import World
from .runtime.groups import Groups, grouped_types, viewable_groups

ADD, IMPORT = (_('Add'), 'mdi mdi-plus-thick'), (_('Import'), 'mdi mdi-upload')
# Entries of a menu: each adds about a kilobyte to every page.
MOST_ENTRIES = 50


class CustomObjectsMenu(PluginMenu):
    """A menu whose groups are computed whenever they are asked for."""

    label = _('Custom Objects')
    icon_class = 'mdi mdi-toy-brick-outline'

    def __init__(self):
        # Nothing is passed on: PluginMenu would store the groups.
        return

    @property
    def groups(self) -> list[MenuGroup]:
        """
        What the menu shows the user of the current request; entries are made once per World and language.

        Without a request there are all entries: NetBox leaves out those of types that a user may not view.
        """
        current, request = world(), current_request.get()
        if request is None:
            return self.find_groups(current, grouped_types(current), limit=math.inf)
        return self.find_groups(current, viewable_groups(current, request.user), limit=MOST_ENTRIES)

    def find_groups(self, current: World, types: Groups, limit: float) -> list[MenuGroup]:
        apart = settings.get('top_level_menus')
        groups = {name: found for name, found in types.items() if name not in apart or not name}
        if '' in groups:
            groups[''] = groups.pop('')  # to the end
        return [MenuGroup(_('Object Types'), [types_item]), *bounded(current, groups, limit)]


class GroupMenu(CustomObjectsMenu):
    """A menu of its own for the types of one group; there is none while the user sees no type in it."""

    def __init__(self, group: str):
        """
        Args:
            group: the group's name, as types hold it
        """
        self.label = group

    def find_groups(self, current: World, types: Groups, limit: float) -> list[MenuGroup]:
        groups = {self.label: types[self.label]} if self.label in types else {}
        return [MenuGroup(_('Objects'), group.items) for group in bounded(current, groups, limit)]


def bounded(current: World, groups: Groups, limit: float) -> list[MenuGroup]:
    """
    Return the entries of types by group, at most `limit` of them.

    If there are more types, the largest groups lead to the page of their types; if there are more groups than that,
    the last ones lead to the page of all types.
    """
    entries = sum(map(len, groups.values()))
    collapsed = set()
    for name in sorted(groups, key=lambda name: len(groups[name]), reverse=True):
        if entries <= limit:
            break
        if len(groups[name]) > 1:
            entries -= len(groups[name]) - 1
            collapsed.add(name)
    shown = list(groups) if entries <= limit else list(groups)[: limit - 1]
    found = [
        MenuGroup(
            name or _('Objects'), [page_item(len(types), name)] if name in collapsed else items_of(current, types)
        )
        for name, types in ((name, groups[name]) for name in shown)
    ]
    if len(shown) == len(groups):
        return found
    return [*found, MenuGroup(_('All groups'), [page_item(sum(map(len, groups.values())))])]


def items_of(current: World, types: list[TypeDefinition]) -> list[PluginMenuItem]:
    """Return the entries of some types."""
    language = get_language()
    return [type_item(current, (definition.id, language), definition) for definition in types]


def register() -> None:
    """Register the menus of groups that have one of their own; NetBox asks for its list of menus once."""
    for group in settings.get('top_level_menus'):
        register_menu(GroupMenu(group))


class FoundAsKeys:
    """Attributes that are items, too: a template looks there first, and each that it misses costs it an exception."""

    def __getitem__(self, name: str):
        return getattr(self, name)


class TypeItem(FoundAsKeys, PluginMenuItem):
    """The entry of a type, or of several."""


class TypeButton(FoundAsKeys, PluginMenuButton):
    """A button of a type's entry."""

    # NetBox's template takes this for its default without comparing.
    color = ''


def button(link: str, look: tuple[str, str], permission: str) -> PluginMenuButton:
    """Return a button; `link` is a view name, or '' if the caller sets the URL."""
    title, icon = look
    return PluginMenuButton(link, title, icon, permissions=[permission])


def page_item(count: int, group: str | None = None) -> PluginMenuItem:
    """Return the entry that leads to the page of the types of a group, or of all; `count` is their number."""
    text = gettext('All {count} types').format(count=count)
    item = TypeItem('', text, permissions=[], auth_required=False)
    query = '' if group is None else f'?{urlencode({"group": group})}'
    item.url = f'{reverse(f"{_view}_objects")}{query}'
    return item


@per_world
def type_item(current: World, key: tuple[int, str | None], definition: TypeDefinition) -> PluginMenuItem:
    """
    Return the entry of a type: shown with the right to view its objects, buttons with the right to add some.

    Texts are translated and escaped here, once: each page renders them. `key` is the id of the type, and the language.
    """
    name, add = definition.model_name, f'{APP_LABEL}.add_{definition.model_name}'
    looks = () if definition.deprecated else (ADD, IMPORT)
    buttons = [TypeButton('', title, icon, permissions=[add]) for title, icon in looks]
    item = TypeItem(
        '',
        conditional_escape(definition.display_name_plural),
        permissions=[f'{APP_LABEL}.view_{name}'],
        buttons=buttons,
    )
    for target, action in zip((item, *buttons), ('list', 'add', 'bulk_import')):
        target.url = mark_safe(reverse(f'plugins:{APP_LABEL}:customobject_{action}', args=[definition.slug]))
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
