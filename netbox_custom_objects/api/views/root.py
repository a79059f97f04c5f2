"""The root endpoint: what else there is."""

from django.conf import settings as django_settings
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import APIRootView

from utilities.permissions import permission_is_exempt

from ...constants import APP_LABEL
from ...definitions import TypeDefinition
from ...runtime.registry import world


def viewable_types(user) -> list[TypeDefinition]:
    """Return the types whose objects a user may view, in order of their names."""
    if django_settings.LOGIN_REQUIRED and not user.is_authenticated:
        return []
    return [
        definition
        for definition in sorted(world().definitions.values(), key=lambda definition: definition.name)
        if permission_is_exempt(permission := f'{APP_LABEL}.view_{definition.model_name}') or user.has_perm(permission)
    ]


class RootView(APIRootView):
    """Endpoints of custom objects: first the definitions, then one list for each type that you may view."""

    def get_view_name(self):
        return 'Custom Objects'

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs):
        links = {
            name: reverse(f'plugins-api:{APP_LABEL}-api:{viewname}', request=request)
            for name, viewname in (
                ('custom-object-type-fields', 'customobjecttypefield-list'),
                ('custom-object-types', 'customobjecttype-list'),
                ('linked-objects', 'linked-objects'),
            )
        }
        for definition in viewable_types(request.user):
            links.setdefault(
                definition.slug,
                reverse(
                    f'plugins-api:{APP_LABEL}-api:customobject-list',
                    kwargs={'custom_object_type': definition.slug},
                    request=request,
                ),
            )
        return Response(links)
