"""The root endpoint: what else there is."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import APIRootView

from ...constants import APP_LABEL
from ...runtime.rights import viewable_types


class RootView(APIRootView):
    """Endpoints of custom objects: first the definitions, then one list for each type that you may view."""

    def get_view_name(self):
        return 'Custom Objects'

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs):
        links = {
            name: reverse(f'plugins-api:{APP_LABEL}-api:{viewname}', request=request)
            for name, viewname in (
                ('custom-object-type-constraints', 'customobjecttypeconstraint-list'),
                ('custom-object-type-fields', 'customobjecttypefield-list'),
                ('custom-object-types', 'customobjecttype-list'),
                ('deleted', 'deleted-list'),
                ('linked-objects', 'linked-objects'),
                ('schema/export', 'schema-export'),
                ('schema/preview', 'schema-preview'),
                ('schema/apply', 'schema-apply'),
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
