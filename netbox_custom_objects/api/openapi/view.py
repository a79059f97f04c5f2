"""
The view that answers `/api/schema/` in place of NetBox's; `middleware` puts it there.
"""

from functools import partial
from hashlib import sha256

from django.core.cache import cache
from django.http import HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import ValidationError

from ...constants import APP_LABEL
from ...ddl.target import Target
from ...definitions import TypeDefinition
from ...runtime.classes.registry import world
from ...runtime.context import current_alias, current_token
from ..views.root import viewable_types
from .generator import SchemaGenerator, TypeSchemaGenerator, host_key
from .texts import FORMS

# NetBox's name of the page.
VIEW_NAME = 'schema'
# Seconds. There is one copy for each revision, set of types, language and format that is asked for.
KEEP = 60 * 60
# The parameter that limits the schema to the endpoints of some types.
TYPES = 'types'


class SchemaView(SpectacularAPIView):
    """Shows each user the types that the user may view, as they are now in the active branch."""

    generator_class = SchemaGenerator
    renderer_classes = (*FORMS,)

    def get(self, request, *args, **kwargs):
        form = FORMS[type(request.accepted_renderer)]
        if TYPES in request.query_params:
            self.generator_class = partial(TypeSchemaGenerator, _types_of(request), form=form)
        else:
            self.generator_class = partial(SchemaGenerator, form=form)
        key = _cache_key(request)
        if (kept := cache.get(key)) is None:
            response = super().get(request, *args, **kwargs)
            response.add_post_render_callback(lambda response: _keep(key, response))
        else:
            content, headers = kept
            response = HttpResponse(content, headers=headers)
        # Neither a browser nor a proxy may show it to another user, or after the next change of a type.
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ('Authorization', 'Cookie'))
        return response


def _types_of(request) -> list[TypeDefinition]:
    """
    Return the types that a request names by their slugs, separated by commas.

    Raises:
        ValidationError: one of them is unknown, or the user may not view it
    """
    viewable = {definition.id for definition in viewable_types(request.user)}
    found = {}
    for slug in ','.join(request.query_params.getlist(TYPES)).split(','):
        definition = world().find_slug(slug.strip())
        if definition is None or definition.id not in viewable:
            raise ValidationError({TYPES: [_('Unknown custom object type: {slug}').format(slug=slug.strip())]})
        found[definition.id] = definition
    return [*found.values()]


def _keep(key, response) -> None:
    if response.status_code == 200:
        headers = {name: response[name] for name in ('Content-Type', 'Content-Disposition') if name in response}
        cache.set(key, (response.content, headers), KEEP)


def _cache_key(request) -> str:
    """Return what the content depends on: the definitions in the current schema, and which types the user may view."""
    target = Target.for_alias(current_alias())
    parts = (
        host_key(request.version),
        target.schema,
        current_token(target),
        sorted(definition.id for definition in viewable_types(request.user)),
        request.accepted_renderer.media_type,
        request.query_params.urlencode(),
        get_language(),
    )
    return f'{APP_LABEL}_schema_{sha256(repr(parts).encode()).hexdigest()}'
