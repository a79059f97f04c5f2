"""
The OpenAPI schema with the endpoints of every type that a user may view, beside NetBox's own.

NetBox's schema view cannot show them: its URL patterns are the same for all types and all users, and it keeps what it
answers for a day. May import the viewsets.
"""

from collections.abc import Iterable
from functools import partial

from django.apps import apps
from django.conf import settings as django_settings
from django.core.cache import cache
from django.urls import include, path
from django.utils.translation import get_language
from drf_spectacular.generators import EndpointEnumerator
from drf_spectacular.settings import spectacular_settings

from netbox.plugins.utils import get_installed_plugins

from ...constants import APP_LABEL
from ...definitions import TypeDefinition
from ...runtime.classes.registry import world
from ..views.objects import CustomObjectViewSet
from ..views.root import viewable_types
from .names import schema_names

TYPE_PARAMETER = '{custom_object_type}'
# Seconds. What NetBox and other plugins offer takes long to describe, and changes with their versions only.
KEEP_HOST = 24 * 60 * 60

BaseGenerator = spectacular_settings.DEFAULT_GENERATOR_CLASS


class TypeEndpoints(EndpointEnumerator):
    """Lists the endpoints of types, which have one URL pattern together, one type after the other."""

    def __init__(self, definitions: Iterable[TypeDefinition], *args):
        self.definitions = definitions
        super().__init__(*args)

    def get_api_endpoints(self, patterns=None, prefix=''):
        endpoints = super().get_api_endpoints(patterns, prefix)
        names = schema_names(world().definitions.values())
        return [
            _of_type(definition, names, *endpoint)
            for definition in self.definitions
            for endpoint in endpoints
            if getattr(endpoint[-1], 'cls', None) is CustomObjectViewSet
        ]


def _of_type(definition, names, path, path_regex, method, callback):
    view = CustomObjectViewSet.as_view(
        callback.actions, **{**callback.initkwargs, 'slug': definition.slug, 'schema_names': names}
    )
    return path.replace(TYPE_PARAMETER, definition.slug), path_regex, method, view


class TypeSchemaGenerator(BaseGenerator):
    """Describes the endpoints of some types, and nothing else."""

    def __init__(self, definitions: Iterable[TypeDefinition], **kwargs):
        root = f'{django_settings.BASE_PATH}api/plugins/{apps.get_app_config(APP_LABEL).base_url}/'
        super().__init__(**{**kwargs, 'patterns': [path(root, include(f'{APP_LABEL}.api.urls'))]})
        self.endpoint_inspector_cls = partial(TypeEndpoints, definitions)


class SchemaGenerator(BaseGenerator):
    """NetBox's generator, with the types that one user may view; with all types without a request."""

    def get_schema(self, request=None, public=False):
        whole = self.patterns is None and self.urlconf is None
        key = self.host_key()
        if not whole or (schema := cache.get(key)) is None:
            schema = super().get_schema(None, public)
            if whole:
                cache.set(key, schema, KEEP_HOST)
        definitions = viewable_types(request.user) if request else [*world().definitions.values()]
        if definitions:
            found = TypeSchemaGenerator(definitions, api_version=self.api_version).get_schema(request, public)
            schema['paths'] |= found['paths']
            for kind, components in found['components'].items():
                schema['components'][kind] = dict(sorted({**components, **schema['components'][kind]}.items()))
        return schema

    def host_key(self) -> str:
        """Return the key under which the part that does not concern this plugin is kept."""
        versions = '_'.join(f'{name}={version}' for name, version in sorted(get_installed_plugins().items()))
        release = django_settings.RELEASE.full_version
        return f'{APP_LABEL}_schema_of_host_{release}_{versions}_{self.api_version}_{get_language()}'
