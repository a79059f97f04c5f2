"""The map of types and their references: a page of all types, and the neighbours of one. May import schema."""

from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from netbox.object_actions import ObjectAction
from netbox.ui import panels
from utilities.views import ObjectPermissionRequiredMixin, register_model_view

from ...constants import APP_LABEL
from ...definitions import model_name
from ...models import CustomObjectType
from ...runtime.classes.registry import world
from ...schema.type_map import around, type_map, viewable_parts

# With more types than the first, the page begins without NetBox's models; with more than the second, near one type.
SEVERAL, MANY = 12, 60
DISTANCES = (1, 2, 3)


class ShowMap(ObjectAction):
    """Leads to the page."""

    name = 'map'
    label = _('Map')
    permissions_required = frozenset(('view',))
    icon = 'mdi-sitemap-outline'


@register_model_view(CustomObjectType, 'map', path='map', detail=False)
class TypeMapView(ObjectPermissionRequiredMixin, View):
    """All types that the user may view, with their references."""

    queryset = CustomObjectType.objects.all()
    template_name = 'netbox_custom_objects/map.html'

    def get_required_permission(self):
        return 'netbox_custom_objects.view_customobjecttype'

    def get(self, request):
        data = type_map(world().all_definitions, viewable_parts(request.user))
        types = sorted(data['types'], key=lambda entry: entry['label'].lower())
        keys = {entry['key'] for entry in types}
        focus = request.GET.get('focus', _most_connected(data) if len(types) > MANY else '')
        distance = request.GET.get('distance', '')
        with_models = request.GET.get('models', 'on' if focus or len(types) <= SEVERAL else 'off')
        context = {
            'data': data,
            'types': types,
            'groups': sorted({entry['group'] for entry in types if entry['group']}, key=str.lower),
            'has_ungrouped': any(not entry['group'] for entry in types),
            'focus': focus if focus in keys else '',
            'group': request.GET.get('group', ''),
            'distance': int(distance) if distance in map(str, DISTANCES) else 1,
            'distances': DISTANCES,
            'with_fields': request.GET.get('fields') == 'on',
            'with_models': with_models != 'off',
        }
        return render(request, self.template_name, context)


@register_model_view(CustomObjectType, 'neighbors', path='neighbors')
class NeighborsView(ObjectPermissionRequiredMixin, View):
    """The map of a type and its neighbours, as JSON; its page asks for it when the panel comes into view."""

    queryset = CustomObjectType.objects.all()

    def get_required_permission(self):
        return 'netbox_custom_objects.view_customobjecttype'

    def get(self, request, pk):
        definitions = world().all_definitions
        if pk not in definitions or not self.queryset.filter(pk=pk).exists():
            return JsonResponse({'types': [], 'models': [], 'references': []}, status=404)
        return JsonResponse(type_map(around(definitions, pk), viewable_parts(request.user)))


class MapPanel(panels.ObjectPanel):
    """The neighbours of a type, drawn."""

    template_name = f'{APP_LABEL}/panels/map.html'
    title = _('Map')

    def get_context(self, context):
        found = super().get_context(context)
        return {**found, 'key': model_name(found['object'].pk)}

    def should_render(self, context):
        # The World tells, so that the page asks for no map of a type that stands alone.
        pk, current = context['object'].pk, world()
        definition = current.definition(pk)
        return definition is not None and bool(
            current.inbound.get(f'{APP_LABEL}.{definition.model_name}')
            or any(field.targets for field in definition.fields)
        )


def _most_connected(data: dict) -> str:
    """Return the type with the most references, in either direction."""
    counts = dict.fromkeys((entry['key'] for entry in data['types']), 0)
    for reference in data['references']:
        for end in {reference['from'], reference['to']} & counts.keys():
            counts[end] += 1
    return max(counts, key=counts.get, default='')
