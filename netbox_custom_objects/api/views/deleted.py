"""
Endpoint `deleted/`: types and fields that were deleted in the current schema and can be restored.

May import services, which decide who may view, restore and purge what.
"""

from uuid import UUID

from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.fields import get_error_detail
from rest_framework.response import Response

from utilities.exceptions import AbortRequest
from utilities.permissions import get_permission_for_model

from ...choices import DeletedKindChoices as Kind
from ...exceptions import PurgeRefused, RestoreRefused
from ...field_types.shared.bounds import whole_number
from ...field_types.shared.parsers import PARSERS
from ...models import CustomObjectType
from ...runtime.classes.registry import model_for
from ...runtime.rights import has_right
from ...services.deleted.definitions import RecordedDeletion
from ...services.deleted.visible import (
    find_viewable,
    purge_for,
    restore_for,
    restore_objects_for,
    viewable_deletions,
    viewable_objects,
)
from ..openapi.operations import ErrorDetailSerializer
from ..openapi.writes import DRY_RUN
from ..serializers.deleted import (
    DeletedObjectSerializer,
    DeletedSerializer,
    RestoredObjectsSerializer,
    RestoredSerializer,
    RestoreObjectsSerializer,
)
from .base import ConflictError, ListPagination, StrictPagination, WriteEnabled, refuse_unknown, schema_errors
from .dry_run import is_dry_run
from .linked import MESSAGES
from .staged import ID, PARAMETERS, REFUSED

FILTERS = ('custom_object_type', 'kind')
WRITE_REFUSED = {400: MESSAGES, 409: ErrorDetailSerializer, **REFUSED}


class DeletedPermission(WriteEnabled):
    """Looking needs the right to view types."""

    def has_permission(self, request, view):
        allowed = super().has_permission(request, view)
        return allowed and request.user.has_perm(get_permission_for_model(CustomObjectType, 'view'))


class DeletedViewSet(viewsets.GenericViewSet):
    """Types and fields that were deleted and can be restored with their values, newest first."""

    queryset = CustomObjectType.objects.none()
    serializer_class = DeletedSerializer
    permission_classes = (DeletedPermission,)
    pagination_class = ListPagination
    filter_backends = ()

    def get_view_name(self):
        return 'Deleted'

    @extend_schema(
        operation_id='plugins_custom_objects_deleted_list',
        parameters=[
            OpenApiParameter('custom_object_type', OpenApiTypes.INT64),
            OpenApiParameter('kind', enum=Kind.values()),
        ],
        responses={200: DeletedSerializer(many=True), 400: MESSAGES, 403: ErrorDetailSerializer},
    )
    def list(self, request):
        refuse_unknown(request.query_params, FILTERS, PARAMETERS)
        deletions = viewable_deletions(request.user)
        if text := request.query_params.get('custom_object_type'):
            if (type_id := whole_number(text)) is None:
                raise ValidationError({'custom_object_type': [_('A valid number is required.')]})
            deletions = [deletion for deletion in deletions if deletion.type_id == type_id]
        if kind := request.query_params.get('kind'):
            if kind not in Kind.values():
                raise ValidationError({'kind': [_('Unknown kind: {kind}').format(kind=kind)]})
            deletions = [deletion for deletion in deletions if (deletion.field_id is None) == (kind == Kind.TYPE)]
        page = self.paginate_queryset(deletions)
        return self.get_paginated_response(DeletedSerializer(page, many=True, context={'request': request}).data)

    @extend_schema(
        operation_id='plugins_custom_objects_deleted_retrieve',
        parameters=[ID],
        responses={200: DeletedSerializer, **REFUSED},
    )
    def retrieve(self, request, pk=None):
        return Response(DeletedSerializer(self._find(pk), context={'request': request}).data)

    @extend_schema(
        operation_id='plugins_custom_objects_deleted_restore',
        parameters=[ID, OpenApiParameter(DRY_RUN, OpenApiTypes.BOOL)],
        request=None,
        responses={200: RestoredSerializer, **WRITE_REFUSED},
    )
    @action(detail=True, methods=['post'])
    def restore(self, request, pk=None):
        """Bring it back with its values and its former ID, along with what was deleted with it."""
        deletion, dry_run = self._find(pk), is_dry_run(request)
        try:
            with schema_errors():
                restored = restore_for(request.user, deletion, dry_run)
        except RestoreRefused as error:
            raise ConflictError(str(error)) from error
        except ModelValidationError as error:
            raise ValidationError(get_error_detail(error)) from error
        data = {
            'dry_run': dry_run,
            'custom_object_type': deletion.type_id,
            'field': deletion.field_id,
            'fields_restored': restored.fields,
            'objects_restored': restored.objects,
            'references_cleared': restored.cleared,
            'choice_sets_restored': len(restored.choice_sets),
            'left_out': restored.left_out,
        }
        return Response(RestoredSerializer(data).data)

    @extend_schema(
        operation_id='plugins_custom_objects_deleted_destroy',
        parameters=[ID],
        responses={204: None, 409: ErrorDetailSerializer, **REFUSED},
    )
    def destroy(self, request, pk=None):
        """Purge it: its values are dropped for good, before their time is up."""
        try:
            purge_for(request.user, self._find(pk))
        except PurgeRefused as error:
            raise ConflictError(str(error)) from error
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _find(self, pk) -> RecordedDeletion:
        number = whole_number(pk)
        if number is None or (deletion := find_viewable(self.request.user, number)) is None:
            raise NotFound()
        return deletion


class DeletedObjectsViewSet(viewsets.GenericViewSet):
    """Custom objects of a type that were deleted and can be restored with their links, newest first."""

    queryset = CustomObjectType.objects.none()
    serializer_class = DeletedObjectSerializer
    permission_classes = (WriteEnabled,)
    pagination_class = StrictPagination
    parser_classes = PARSERS
    filter_backends = ()

    def get_view_name(self):
        return 'Deleted Objects'

    @extend_schema(
        operation_id='plugins_custom_objects_deleted_objects_list',
        parameters=[
            OpenApiParameter('custom_object_type', OpenApiTypes.INT64, required=True),
            OpenApiParameter('request_id', OpenApiTypes.UUID),
        ],
        responses={200: DeletedObjectSerializer(many=True), 400: MESSAGES, 403: ErrorDetailSerializer},
    )
    def list(self, request):
        refuse_unknown(request.query_params, ('custom_object_type', 'request_id'), PARAMETERS)
        records = viewable_objects(request.user, self._model(request.query_params.get('custom_object_type', '')))
        if text := request.query_params.get('request_id'):
            try:
                records = records.filter(request_id=UUID(text))
            except ValueError:
                raise ValidationError({'request_id': [_('A valid UUID is required.')]}) from None
        page = self.paginate_queryset(records)
        return self.get_paginated_response(DeletedObjectSerializer(page, many=True).data)

    @extend_schema(
        operation_id='plugins_custom_objects_deleted_objects_restore',
        request=RestoreObjectsSerializer,
        responses={200: RestoredObjectsSerializer, 415: ErrorDetailSerializer, **WRITE_REFUSED},
    )
    def restore(self, request):
        """Bring objects back with their former IDs; all of them or none."""
        serializer = RestoreObjectsSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        model = self._model(serializer.validated_data['custom_object_type'])
        try:
            restored = restore_objects_for(request.user, model, set(serializer.validated_data['objects']))
        except (RestoreRefused, AbortRequest) as error:
            raise ConflictError(str(error)) from error
        return Response(RestoredObjectsSerializer(restored).data)

    def _model(self, text) -> type:
        type_id = whole_number(text)
        model = None if type_id is None else model_for(type_id)
        if model is None or not has_right(self.request.user, model._definition):
            raise ValidationError({'custom_object_type': [_('Specify the ID of a custom object type.')]})
        return model
