"""The page of the types whose objects a user may view: where the menu leads if it has no place for all of them."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from utilities.views import ConditionalLoginRequiredMixin, register_model_view

from ...constants import APP_LABEL
from ...definitions import TypeDefinition
from ...models import CustomObjectType
from ...runtime.classes.registry import world
from ...runtime.groups import viewable_groups
from ...runtime.rights import has_right


@register_model_view(CustomObjectType, 'objects', path='objects', detail=False)
class ObjectListsView(ConditionalLoginRequiredMixin, View):
    """The lists of objects by group, with a search by name; of one group if it is asked for."""

    template_name = 'netbox_custom_objects/object_lists.html'

    def get(self, request):
        groups, search = viewable_groups(world(), request.user), request.GET.get('q', '').strip()
        chosen = request.GET.get('group')
        if chosen is not None:
            groups = {chosen: groups.get(chosen, [])}
        found = {
            name: [_entry(type_, request.user) for type_ in types if _matches(type_, search)]
            for name, types in groups.items()
        }
        context = {
            'groups': [(name or _('Objects'), entries) for name, entries in found.items() if entries],
            'chosen': chosen,
            'chosen_name': chosen or _('Objects'),
            'q': search,
        }
        return render(request, self.template_name, context)


def _matches(definition: TypeDefinition, search: str) -> bool:
    names = definition.display_name_plural, definition.display_name, definition.name, definition.slug
    return any(search.lower() in name.lower() for name in names)


def _entry(definition: TypeDefinition, user) -> dict:
    """Return what the page shows of a type."""
    may_add = not definition.deprecated and has_right(user, definition, 'add')
    actions = ('list', 'add', 'bulk_import') if may_add else ('list',)
    urls = {name: reverse(f'plugins:{APP_LABEL}:customobject_{name}', args=[definition.slug]) for name in actions}
    return {'definition': definition, 'urls': urls}
