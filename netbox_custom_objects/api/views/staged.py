"""
Endpoints `staged-changes/` and `custom-object-type-fields/<id>/staged-changes/`.

Users who may view a field may view its changes; those who may change it start and control them. May import
services.
"""

from django.core.exceptions import ValidationError as ModelValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.fields import get_error_detail
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from utilities.permissions import get_permission_for_model

from ...choices import StagedChangeStageChoices as Stage
from ...field_types.shared.bounds import whole_number
from ...field_types.shared.parsers import PARSERS
from ...models import CustomObjectTypeField, StagedChange
from ...services.staged import start
from ...services.staged.visible import changes_of
from ..openapi.operations import ErrorDetailSerializer
from ..serializers.staged import (
    StagedChangeDetailSerializer,
    StagedChangeRequestSerializer,
    StagedChangeSerializer,
)
from .base import StrictPagination, WriteEnabled, refuse_unknown, schema_errors
from .linked import MESSAGES

FILTERS = ('custom_object_type', 'field', 'stage')
PARAMETERS = ('_branch', 'format', 'limit', 'offset', 'start')

REFUSED = {403: ErrorDetailSerializer, 404: ErrorDetailSerializer}
WRITE_ERRORS = {400: MESSAGES, 409: ErrorDetailSerializer, 415: ErrorDetailSerializer, **REFUSED}
ID = OpenApiParameter('id', OpenApiTypes.INT64, OpenApiParameter.PATH)


class StagedChangePermission(WriteEnabled):
    """As for fields: looking needs the right to view them, everything else the right to change them."""

    def has_permission(self, request, view):
        action = 'view' if request.method in SAFE_METHODS else 'change'
        permission = get_permission_for_model(CustomObjectTypeField, action)
        return super().has_permission(request, view) and request.user.has_perm(permission)


class StagedChangeViewSet(viewsets.GenericViewSet):
    """Changes of fields that are carried out step by step, in the current schema."""

    queryset = StagedChange.objects.all()
    serializer_class = StagedChangeDetailSerializer
    permission_classes = (StagedChangePermission,)
    pagination_class = StrictPagination
    parser_classes = PARSERS
    filter_backends = ()

    def get_view_name(self):
        return 'Staged Changes'

    def get_queryset(self):
        return changes_of(self.request.user, 'view' if self.request.method in SAFE_METHODS else 'change')

    @extend_schema(
        operation_id='plugins_custom_objects_staged_changes_list',
        parameters=[
            OpenApiParameter('custom_object_type', OpenApiTypes.INT64),
            OpenApiParameter('field', OpenApiTypes.INT64),
            OpenApiParameter('stage', enum=Stage.values()),
        ],
        responses={200: StagedChangeSerializer(many=True), 400: MESSAGES, 403: ErrorDetailSerializer},
    )
    def list(self, request):
        refuse_unknown(request.query_params, FILTERS, PARAMETERS)
        changes = self.get_queryset().defer('offenders')
        for name, attribute in (('custom_object_type', 'type_id'), ('field', 'field_id')):
            if name in request.query_params:
                changes = changes.filter(**{attribute: _number(name, request.query_params[name])})
        if stage := request.query_params.get('stage'):
            if stage not in Stage.values():
                raise ValidationError({'stage': [_('Unknown stage: {stage}').format(stage=stage)]})
            changes = changes.filter(stage=stage)
        page = self.paginate_queryset(changes)
        return self.get_paginated_response(StagedChangeSerializer(page, many=True, context={'request': request}).data)

    @extend_schema(
        operation_id='plugins_custom_objects_staged_changes_retrieve',
        parameters=[ID],
        responses={200: StagedChangeDetailSerializer, **REFUSED},
    )
    def retrieve(self, request, pk=None):
        return self._answer(self._change(pk))

    @extend_schema(
        operation_id='plugins_custom_objects_staged_changes_cancel',
        parameters=[ID],
        request=None,
        responses={200: StagedChangeDetailSerializer, **WRITE_ERRORS},
    )
    @action(detail=True, methods=['post'])
    def cancel(self, request, pk=None):
        """Call it off: nothing has been switched, and what was computed is dropped."""
        return self._ask('cancel', pk)

    @extend_schema(
        operation_id='plugins_custom_objects_staged_changes_undo',
        parameters=[ID],
        request=None,
        responses={200: StagedChangeDetailSerializer, **WRITE_ERRORS},
    )
    @action(detail=True, methods=['post'])
    def undo(self, request, pk=None):
        """Switch back."""
        return self._ask('undo', pk)

    @extend_schema(
        operation_id='plugins_custom_objects_staged_changes_finish',
        parameters=[ID],
        request=None,
        responses={200: StagedChangeDetailSerializer, **WRITE_ERRORS},
    )
    @action(detail=True, methods=['post'])
    def finish(self, request, pk=None):
        """Retire the former column; from then on it cannot be undone."""
        return self._ask('finish', pk)

    @extend_schema(
        operation_id='plugins_custom_objects_staged_changes_resume',
        parameters=[ID],
        request=None,
        responses={200: StagedChangeDetailSerializer, **WRITE_ERRORS},
    )
    @action(detail=True, methods=['post'])
    def resume(self, request, pk=None):
        """Go on: what stood in the way was corrected, or the job has died."""
        return self._ask('resume', pk)

    def _ask(self, name: str, pk) -> Response:
        try:
            return self._answer(start.ask(self._change(pk), name, self.request.user))
        except ModelValidationError as error:
            raise ValidationError(get_error_detail(error)) from error

    def _change(self, pk) -> StagedChange:
        if (number := whole_number(pk)) is None:
            raise NotFound()
        return get_object_or_404(self.get_queryset(), pk=number)

    def _answer(self, change: StagedChange, code: int = status.HTTP_200_OK) -> Response:
        return Response(StagedChangeDetailSerializer(change, context={'request': self.request}).data, status=code)


class FieldStagedChangesViewSet(StagedChangeViewSet):
    """The changes of one field."""

    @extend_schema(
        operation_id='plugins_custom_objects_custom_object_type_fields_staged_changes_create',
        parameters=[ID],
        request=StagedChangeRequestSerializer,
        responses={201: StagedChangeDetailSerializer, **WRITE_ERRORS},
    )
    def start(self, request, pk=None):
        """Begin to change a field step by step."""
        if whole_number(pk) is None:
            raise NotFound()
        fields = CustomObjectTypeField.objects.restrict(request.user, 'change')
        field = get_object_or_404(fields, pk=pk)
        serializer = StagedChangeRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = dict(serializer.validated_data)
        fill = wanted.pop('fill', None)
        try:
            with schema_errors():
                change = start.start(field, wanted, request.user, fill=fill)
        except ModelValidationError as error:
            raise ValidationError(get_error_detail(error)) from error
        return self._answer(change, status.HTTP_201_CREATED)


def _number(name: str, text: str) -> int:
    if (number := whole_number(text)) is None:
        raise ValidationError({name: [_('A valid number is required.')]})
    return number
