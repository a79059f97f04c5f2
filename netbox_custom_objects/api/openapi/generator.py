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
from .descriptions import describe
from .names import SchemaNames

TYPE_PARAMETER = '{custom_object_type}'
# Seconds. What NetBox and other plugins offer takes long to describe, and changes with their versions only.
KEEP_HOST = 24 * 60 * 60

BaseGenerator = spectacular_settings.DEFAULT_GENERATOR_CLASS


class TypeEndpoints(EndpointEnumerator):
    """Lists the endpoints of one type; those of all types have one URL pattern together."""

    def __init__(self, definition: TypeDefinition, names: dict[int, SchemaNames], *args):
        self.definition, self.names = definition, names
        super().__init__(*args)

    def get_api_endpoints(self, patterns=None, prefix=''):
        endpoints = super().get_api_endpoints(patterns, prefix)
        return [self._of_type(*found) for found in endpoints if getattr(found[-1], 'cls', None) is CustomObjectViewSet]

    def _of_type(self, path, path_regex, method, callback):
        slug = self.definition.slug
        view = CustomObjectViewSet.as_view(
            callback.actions, **{**callback.initkwargs, 'slug': slug, 'schema_names': self.names}
        )
        return path.replace(TYPE_PARAMETER, slug), path_regex, method, view


class OneTypeGenerator(BaseGenerator):
    """Describes the endpoints of one type, and nothing else."""

    def __init__(self, definition: TypeDefinition, names: dict[int, SchemaNames], **kwargs):
        root = f'{django_settings.BASE_PATH}api/plugins/{apps.get_app_config(APP_LABEL).base_url}/'
        super().__init__(**{**kwargs, 'patterns': [path(root, include(f'{APP_LABEL}.api.urls'))]})
        self.endpoint_inspector_cls = partial(TypeEndpoints, definition, names)


class TypeSchemaGenerator(BaseGenerator):
    """Describes the endpoints of some types, and nothing else."""

    def __init__(self, definitions: Iterable[TypeDefinition], **kwargs):
        super().__init__(**{**kwargs, 'patterns': []})
        self.definitions = [*definitions]

    def get_schema(self, request=None, public=False):
        return {**super().get_schema(request, public), **describe_types(self.definitions, self.api_version)}


def describe_types(definitions: list[TypeDefinition], version: str | None) -> dict:
    """Return the paths and components of some types."""

    def generate(definition, names):
        return OneTypeGenerator(definition, names, api_version=version).get_schema(None, True)

    return describe(definitions, host_key(version), generate)


class SchemaGenerator(BaseGenerator):
    """NetBox's generator, with the types that one user may view; with all types without a request."""

    def get_schema(self, request=None, public=False):
        whole = self.patterns is None and self.urlconf is None
        key = host_key(self.api_version)
        if not whole or (schema := cache.get(key)) is None:
            schema = super().get_schema(None, public)
            if whole:
                cache.set(key, schema, KEEP_HOST)
        definitions = viewable_types(request.user) if request else [*world().definitions.values()]
        if definitions:
            found = describe_types(definitions, self.api_version)
            schema['paths'] |= found['paths']
            for kind, components in found['components'].items():
                merged = {**components, **schema['components'].get(kind, {})}
                schema['components'][kind] = dict(sorted(merged.items()))
        return schema


def host_key(version: str | None) -> str:
    """Return the key under which the part that does not concern this plugin is kept."""
    versions = '_'.join(f'{name}={number}' for name, number in sorted(get_installed_plugins().items()))
    release = django_settings.RELEASE.full_version
    return f'{APP_LABEL}_schema_of_host_{release}_{versions}_{version}_{get_language()}'
