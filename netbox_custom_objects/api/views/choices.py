"""
Endpoint `custom-object-type-fields/<id>/choices/`: what a select or multiselect field offers.

NetBox's own endpoint of choice sets needs the right to view these, which users who fill in a form need not have.
"""

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView

from netbox.api.authentication import IsAuthenticatedOrLoginNotRequired

from ...definitions import FieldDefinition
from ...field_types import field_type_of
from ...models import CustomObjectTypeField
from ...runtime.classes.registry import world
from ...runtime.rights import has_any_right
from ..openapi.operations import MESSAGES, ErrorDetailSerializer
from .base import ListPagination, refuse_unknown

PARAMETERS = ('_branch', 'brief', 'format', 'limit', 'offset', 'q')


class ChoiceSerializer(serializers.Serializer):
    """A choice: its value as the id, and its label, as NetBox's selections want it."""

    id = serializers.CharField()
    display = serializers.CharField()


class FieldChoicesView(GenericAPIView):
    """The choices of a field, for those who may do something with objects of its type, or view the field."""

    permission_classes = (IsAuthenticatedOrLoginNotRequired,)
    pagination_class = ListPagination
    serializer_class = ChoiceSerializer
    # The choices are a list, but the base class wants a queryset.
    queryset = CustomObjectTypeField.objects.none()
    filter_backends = ()

    def get_view_name(self):
        return 'Choices'

    @extend_schema(
        operation_id='plugins_custom_objects_custom_object_type_fields_choices_list',
        parameters=[
            OpenApiParameter('id', OpenApiTypes.INT64, OpenApiParameter.PATH),
            OpenApiParameter('q', OpenApiTypes.STR, description=str(_('Part of a value or label.'))),
        ],
        responses={
            200: ChoiceSerializer(many=True),
            400: MESSAGES,
            403: ErrorDetailSerializer,
            404: ErrorDetailSerializer,
        },
    )
    def get(self, request, pk):
        refuse_unknown(request.query_params, (), PARAMETERS)
        field = self._field(pk)
        pairs = field_type_of(field).choices(field).pairs
        if text := request.query_params.get('q', '').lower():
            pairs = [pair for pair in pairs if any(text in part.lower() for part in pair)]
        page = self.paginate_queryset(pairs)
        return self.get_paginated_response([{'id': value, 'display': label} for value, label in page or ()])

    def _field(self, pk: int) -> FieldDefinition:
        user = self.request.user
        for definition in world().definitions.values():
            for field in definition.fields:
                if field.id == pk and field_type_of(field).needs_choice_set:
                    fields = CustomObjectTypeField.objects.filter(pk=pk).restrict(user, 'view')
                    if has_any_right(user, definition) or fields.exists():
                        return field
        raise NotFound()
