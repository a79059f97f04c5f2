"""
The generator of the description of one type, with drf-spectacular's means. May import the viewsets.
"""

from functools import partial

from django.apps import apps
from django.conf import settings as django_settings
from django.urls import include, path
from drf_spectacular.generators import EndpointEnumerator
from drf_spectacular.settings import spectacular_settings

from ...constants import APP_LABEL
from ..views.objects import CustomObjectViewSet

TYPE_PARAMETER = '{custom_object_type}'

BaseGenerator = spectacular_settings.DEFAULT_GENERATOR_CLASS


class TypeEndpoints(EndpointEnumerator):
    """Lists the endpoints of one type; those of all types have one URL pattern together."""

    def __init__(self, slug: str, attributes: dict, *args):
        self.slug, self.attributes = slug, attributes
        super().__init__(*args)

    def get_api_endpoints(self, patterns=None, prefix=''):
        endpoints = super().get_api_endpoints(patterns, prefix)
        return [self._of_type(*found) for found in endpoints if getattr(found[-1], 'cls', None) is CustomObjectViewSet]

    def _of_type(self, path, path_regex, method, callback):
        view = CustomObjectViewSet.as_view(
            callback.actions, **{**callback.initkwargs, 'slug': self.slug, **self.attributes}
        )
        return path.replace(TYPE_PARAMETER, self.slug), path_regex, method, view


class OneTypeGenerator(BaseGenerator):
    """Describes the endpoints of one type, and nothing else."""

    def __init__(self, slug: str, version: str | None, **attributes):
        """
        Args:
            slug: the type's
            version: of the API
            attributes: of the view: `schema_names` of all types by id; `model` if no type has this slug
        """
        root = f'{django_settings.BASE_PATH}api/plugins/{apps.get_app_config(APP_LABEL).base_url}/'
        super().__init__(api_version=version, patterns=[path(root, include(f'{APP_LABEL}.api.urls'))])
        self.endpoint_inspector_cls = partial(TypeEndpoints, slug, attributes)
