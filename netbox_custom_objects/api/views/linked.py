"""
Endpoint `linked-objects/`: the custom objects that refer to an object of any model (contract 5.1).

May import runtime.inbound.linked_objects, which restricts what it finds, and the serializers.
"""

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.response import Response
from rest_framework.views import APIView

from netbox.api.authentication import IsAuthenticatedOrLoginNotRequired
from netbox.api.pagination import NetBoxPagination
from utilities.permissions import get_permission_for_model

from ...definitions import TypeDefinition
from ...field_types.shared.bounds import whole_number
from ...models import CustomObjectType
from ...runtime.classes.registry import world
from ...runtime.inbound.linked_objects import ORDERINGS, LinkedObjects
from ...runtime.reading.prefetch import prefetch_relations
from ...runtime.rights import is_known_to_reader
from ..openapi.operations import ErrorDetailSerializer
from ..prefetch import lookups_for
from ..serializers import CustomObjectTypeSerializer, get_serializer_class
from ..serializers.fields import find_object_type
from .base import refuse_unknown

FILTERS = ('object_type', 'object_id', 'type', 'field', 'tag', 'q')
PARAMETERS = ('_branch', 'brief', 'fields', 'format', 'limit', 'offset', 'omit', 'ordering')

# For the OpenAPI schema: an object has the shape of its own endpoint, whichever that is.
MESSAGES = {'anyOf': [{'type': 'array', 'items': {'type': 'string'}}, {'type': 'object', 'additionalProperties': {}}]}
OBJECT = {'type': 'object', 'additionalProperties': {}}
ENTRY = {
    'type': 'object',
    'properties': {'custom_object_type': OBJECT, 'field_name': {'type': 'string'}, 'object': OBJECT},
    'required': ['custom_object_type', 'field_name', 'object'],
}
PAGE = LimitOffsetPagination().get_paginated_response_schema({'type': 'array', 'items': ENTRY})


class LinkedObjectsPagination(NetBoxPagination):
    """NetBox's pages, by offset only: entries have no key to start at."""

    def get_start(self, request):
        return None


class LinkedObjectsView(APIView):
    """Custom objects that refer to an object, one entry for each object and field."""

    permission_classes = (IsAuthenticatedOrLoginNotRequired,)

    def get_view_name(self):
        return 'Linked Objects'

    @extend_schema(
        operation_id='plugins_custom_objects_linked_objects_retrieve',
        parameters=[
            OpenApiParameter('object_type', OpenApiTypes.STR, required=True),
            OpenApiParameter('object_id', OpenApiTypes.INT, required=True),
            OpenApiParameter('type', OpenApiTypes.STR, many=True),
            OpenApiParameter('field', OpenApiTypes.STR, many=True),
            OpenApiParameter('tag', OpenApiTypes.STR, many=True),
            OpenApiParameter('q', OpenApiTypes.STR),
            OpenApiParameter('ordering', enum=[sign + name for name in ORDERINGS for sign in ('', '-')]),
            OpenApiParameter('limit', OpenApiTypes.INT),
            OpenApiParameter('offset', OpenApiTypes.INT),
            OpenApiParameter('brief', OpenApiTypes.BOOL),
            OpenApiParameter('fields', OpenApiTypes.STR),
            OpenApiParameter('omit', OpenApiTypes.STR),
        ],
        responses={200: PAGE, 400: MESSAGES, 403: ErrorDetailSerializer, 404: ErrorDetailSerializer},
    )
    def get(self, request):
        refuse_unknown(request.query_params, FILTERS, PARAMETERS)
        target = self._target()
        params = request.query_params
        linked = LinkedObjects(
            request.user,
            target,
            slugs=self._slugs(params.getlist('type')),
            fields=params.getlist('field'),
            tags=_storable('tag', params.getlist('tag')),
            search=''.join(_storable('q', [params.get('q', '')])),
            ordering=self._ordering(params.get('ordering', '')),
        )
        paginator = LinkedObjectsPagination()
        page = paginator.paginate_queryset(linked, request, view=self)
        return Response(paginator.get_paginated_response(self._entries(page)).data)

    def _ordering(self, ordering: str) -> str:
        if ordering and ordering.removeprefix('-') not in ORDERINGS:
            message = _('Order by {names}, with a leading minus sign to reverse the order.')
            raise ValidationError({'ordering': [message.format(names=', '.join(ORDERINGS))]})
        return ordering

    def _target(self):
        """Return the object that is asked about; raise unless it exists and the user may view it."""
        params = self.request.query_params
        names, pk = params.get('object_type', ''), params.get('object_id', '')
        if not names or not pk:
            raise ValidationError([_('object_type and object_id are required.')])
        app_label, dot, name = names.partition('.')
        if not dot or not app_label or not name or '\x00' in names:
            raise ValidationError([_('object_type must be an app label and a model, such as dcim.site.')])
        object_type = find_object_type(app_label, name)
        if object_type is None:
            raise ValidationError([_('Unknown object type: {name}').format(name=names)])
        if (number := whole_number(pk)) is None:
            raise NotFound()
        model = object_type.model_class()
        objects = model._default_manager.all()
        if hasattr(objects, 'restrict'):
            objects = objects.restrict(self.request.user, 'view')
        elif not self.request.user.has_perm(get_permission_for_model(model, 'view')):
            raise NotFound()
        try:
            return objects.get(pk=number)
        except (ObjectDoesNotExist, OverflowError, ValueError):
            raise NotFound() from None

    def _slugs(self, slugs: list[str]) -> list[str]:
        known = world()
        found = {slug: known.find_slug(slug) for slug in slugs}
        unknown = [slug for slug, one in found.items() if one is None or not is_known_to_reader(one.id)]
        if unknown:
            raise ValidationError({'type': [_('Unknown custom object type: {slug}').format(slug=unknown[0])]})
        return [definition.slug for definition in found.values()]

    def _entries(self, page) -> list[dict]:
        context = {'request': self.request}
        objects, kwargs, lookups, type_data, object_data = {}, {}, {}, {}, {}
        for source, obj in page:
            if (model := source.model) not in objects:
                serializer_class = get_serializer_class(model)
                kwargs[model] = self._field_kwargs(serializer_class)
                lookups[model] = lookups_for(model, serializer_class, **kwargs[model])
                found_type = _as_row(source.definition)
                type_data[model] = CustomObjectTypeSerializer(found_type, nested=True, context=context).data
            objects.setdefault(model, {})[obj.pk] = obj
        prefetch_relations((obj for _source, obj in page), lookups.get)
        for model, found in objects.items():
            # As a list: making a serializer takes longer than showing an object.
            shown = get_serializer_class(model)([*found.values()], many=True, context=context, **kwargs[model]).data
            object_data |= {(model, pk): data for pk, data in zip(found, shown)}
        return [
            {
                'custom_object_type': type_data[source.model],
                'field_name': source.field.name,
                'object': object_data[source.model, obj.pk],
            }
            for source, obj in page
        ]

    def _field_kwargs(self, serializer_class) -> dict:
        """Return which keys of objects are shown, as NetBox's viewsets tell it from the request."""
        params = self.request.query_params
        if names := params.get('fields'):
            return {'fields': names.split(',')}
        if names := params.get('omit'):
            return {'omit': names.split(',')}
        return {'fields': serializer_class.Meta.brief_fields} if params.get('brief') else {}


def _as_row(definition: TypeDefinition) -> CustomObjectType:
    """Return a type for its brief shape, which definitions know all of: no query is made for it."""
    names = ('id', 'name', 'slug', 'verbose_name', 'verbose_name_plural', 'description')
    return CustomObjectType(**{name: getattr(definition, name) for name in names})


def _storable(name: str, texts: list[str]) -> list[str]:
    if any('\x00' in text for text in texts):
        raise ValidationError({name: [_('Null characters are not allowed.')]})
    return texts
