"""
The view that answers `/api/schema/` in place of NetBox's; `middleware` puts it there.
"""

from functools import partial

from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import ValidationError

from ...definitions import TypeDefinition
from ...runtime.classes.registry import world
from ..views.root import viewable_types
from .generator import SchemaGenerator, TypeSchemaGenerator
from .texts import FORMS

# NetBox's name of the page.
VIEW_NAME = 'schema'
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
        response = super().get(request, *args, **kwargs)
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
