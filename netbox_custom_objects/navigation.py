"""
The menu "Custom Objects": types, and below them the lists of objects.

NetBox keeps the menu object for ever but asks for its groups with every page, so these follow the types of the active
branch without a restart. Costs no query: the request has read the token already, or reads it here.
"""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from netbox.navigation import MenuGroup
from netbox.plugins import PluginMenu, PluginMenuButton, PluginMenuItem

from .constants import APP_LABEL
from .runtime.registry import world
from .runtime.surfaces import per_type

ADD, IMPORT = (_('Add'), 'mdi mdi-plus-thick'), (_('Import'), 'mdi mdi-upload')


class CustomObjectsMenu(PluginMenu):
    """A menu whose groups are computed whenever they are asked for."""

    label = _('Custom Objects')
    icon_class = 'mdi mdi-toy-brick-outline'

    def __init__(self):
        # Nothing is passed on: PluginMenu would store the groups.
        return

    @property
    def groups(self) -> list[MenuGroup]:
        current = world()
        items: dict[str, list[PluginMenuItem]] = {}
        for definition in sorted(current.definitions.values(), key=lambda found: found.display_name_plural.lower()):
            items.setdefault(definition.group_name, []).append(type_item(current.model(definition.id)))
        ungrouped = items.pop('', [])
        groups = [MenuGroup(_('Object Types'), [types_item]), *(MenuGroup(name, items[name]) for name in sorted(items))]
        return [*groups, MenuGroup(_('Objects'), ungrouped)] if ungrouped else groups


def button(link: str, look: tuple[str, str], permission: str) -> PluginMenuButton:
    """Return a button; `link` is a view name, or '' if the caller sets the URL."""
    title, icon = look
    return PluginMenuButton(link, title, icon, permissions=[permission])


@per_type
def type_item(model) -> PluginMenuItem:
    """Return the entry of a type: shown with the right to view its objects, buttons with the right to add some."""
    name, add = model._meta.model_name, f'{APP_LABEL}.add_{model._meta.model_name}'
    buttons = [button('', ADD, add), button('', IMPORT, add)]
    item = PluginMenuItem(
        '', model._meta.verbose_name_plural, permissions=[f'{APP_LABEL}.view_{name}'], buttons=buttons
    )
    for target, action in zip((item, *buttons), ('list', 'add', 'bulk_import')):
        target.url = reverse(f'plugins:{APP_LABEL}:customobject_{action}', args=[model._definition.slug])
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
