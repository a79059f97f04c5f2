"""The root endpoint: what else there is."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import APIRootView

from utilities.permissions import permission_is_exempt

from ...constants import APP_LABEL
from ...runtime.registry import world


class RootView(APIRootView):
    """Endpoints of custom objects: first the definitions, then one list for each type that you may view."""

    def get_view_name(self):
        return 'Custom Objects'

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs):
        links = {
            name: reverse(f'plugins-api:{APP_LABEL}-api:{viewname}-list', request=request)
            for name, viewname in (
                ('custom-object-type-fields', 'customobjecttypefield'),
                ('custom-object-types', 'customobjecttype'),
            )
        }
        for definition in sorted(world().definitions.values(), key=lambda definition: definition.name):
            permission = f'{APP_LABEL}.view_{definition.model_name}'
            if permission_is_exempt(permission) or request.user.has_perm(permission):
                links.setdefault(
                    definition.slug,
                    reverse(
                        f'plugins-api:{APP_LABEL}-api:customobject-list',
                        kwargs={'custom_object_type': definition.slug},
                        request=request,
                    ),
                )
        return Response(links)
