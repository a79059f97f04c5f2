"""
Endpoints `schema/export/`, `schema/preview/` and `schema/apply/`: models as documents (contract 5.2).

May import schema. Documents are read and answered as JSON and as YAML.
"""

import json

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from core.signals import clear_events
from netbox.api.authentication import IsAuthenticatedOrLoginNotRequired
from users.models import Token
from utilities.permissions import get_permission_for_model

from ...constants import APP_LABEL
from ...exceptions import SchemaLocked
from ...models import CustomObjectType
from ...schema import apply_job, reading
from ...schema.errors import DocumentError, ExportRefused, InvalidDocument
from ...schema.executor import apply
from ...schema.exporter import export_types, to_yaml
from ...schema.notation import describe_application, describe_error, describe_preview
from ...schema.preview import preview_document
from ..openapi.operations import ErrorDetailSerializer
from .base import ConflictError, refuse_unknown
from .dry_run import is_asked

PARAMETERS = ('_branch', 'format')
OBJECT = {'type': 'object', 'additionalProperties': {}}
APPLY = {
    'type': 'object',
    'required': ['schema'],
    'properties': {
        'schema': OBJECT,
        'allow_destructive': {'type': 'boolean', 'default': False},
        'ignore_base': {'type': 'boolean', 'default': False},
    },
}
MEDIA_TYPES = ('application/json', 'application/yaml')
# 404 is also the answer to an unknown `format`.
ERRORS = {400: OBJECT, 403: ErrorDetailSerializer, 404: ErrorDetailSerializer, 415: ErrorDetailSerializer}


class DocumentParser(BaseParser):
    """Reads a document, or a mapping that holds one."""

    media_type = 'application/json'

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return reading.parse_stream(stream)
        except InvalidDocument as error:
            raise ParseError(str(error)) from error


class YAMLDocumentParser(DocumentParser):
    media_type = 'application/yaml'


class YAMLRenderer(BaseRenderer):
    media_type = 'application/yaml'
    format = 'yaml'
    charset = 'utf-8'

    def render(self, data, accepted_media_type=None, renderer_context=None):
        return to_yaml(json.loads(JSONRenderer().render(data))).encode()


class DocumentView(APIView):
    """Base: those who may view types may ask."""

    permission_classes = (IsAuthenticatedOrLoginNotRequired,)
    parser_classes = (DocumentParser, YAMLDocumentParser)
    renderer_classes = (*api_settings.DEFAULT_RENDERER_CLASSES, YAMLRenderer)

    def check_permissions(self, request):
        super().check_permissions(request)
        if not request.user.has_perm(get_permission_for_model(CustomObjectType, 'view')):
            self.permission_denied(request)

    def handle_exception(self, exc):
        # Nothing that was undone sends events when the request ends.
        clear_events.send(sender=self)
        if isinstance(exc, DocumentError):
            code, body = describe_error(exc)
            return Response(body, status=code)
        if isinstance(exc, SchemaLocked):
            exc = ConflictError(str(exc))
        return super().handle_exception(exc)

    def body(self, request) -> dict:
        if not isinstance(request.data, dict):
            raise ValidationError({'non_field_errors': [_('Send a document as an object.')]})
        return request.data


class SchemaExportView(DocumentView):
    """Types as a document, with the choice sets and types that they need."""

    def get_view_name(self):
        return 'Schema Export'

    @extend_schema(
        operation_id='plugins_custom_objects_schema_export_retrieve',
        parameters=[
            OpenApiParameter('slug', OpenApiTypes.STR, many=True, description=str(_('Of a type; all by default.'))),
            OpenApiParameter(
                'referred', OpenApiTypes.BOOL, description=str(_('Whether types that these refer to come along.'))
            ),
        ],
        responses={200: OBJECT, **ERRORS},
    )
    def get(self, request):
        refuse_unknown(request.query_params, ('slug', 'referred'), PARAMETERS)
        types = CustomObjectType.objects.restrict(request.user, 'view')
        if slugs := request.query_params.getlist('slug'):
            types = types.filter(slug__in=[slug for slug in slugs if '\x00' not in slug])
            if missing := sorted(set(slugs) - {type_.slug for type_ in types}):
                raise NotFound(_('Unknown custom object type: {slug}.').format(slug=missing[0]))
        with_referred = 'referred' not in request.query_params or is_asked(request, 'referred')
        document = export_types(types, request.user, with_referred)
        if not document['types']:
            raise ExportRefused(_('No custom object types to export.'))
        return Response(document)


class SchemaPreviewView(DocumentView):
    """What applying a document would do; nothing is written."""

    def get_view_name(self):
        return 'Schema Preview'

    @extend_schema(
        operation_id='plugins_custom_objects_schema_preview_create',
        request=dict.fromkeys(MEDIA_TYPES, OBJECT),
        responses={200: OBJECT, **ERRORS},
    )
    def post(self, request):
        preview = preview_document(self.body(request), request.user)
        clear_events.send(sender=self)
        if preview.faults:
            raise InvalidDocument(preview.faults)
        return Response(describe_preview(preview, request.user))


class SchemaApplyView(DocumentView):
    """Makes types and fields what a document says; all of it, or nothing. More than 50 types are left to a job."""

    def get_view_name(self):
        return 'Schema Apply'

    @extend_schema(
        operation_id='plugins_custom_objects_schema_apply_create',
        request=dict.fromkeys(MEDIA_TYPES, APPLY),
        responses={200: OBJECT, 202: OBJECT, 409: OBJECT, **ERRORS},
    )
    def post(self, request):
        if isinstance(request.auth, Token) and not request.auth.write_enabled:
            raise PermissionDenied
        body = self.body(request)
        document = body.get('schema')
        if not isinstance(document, dict):
            raise ValidationError({'schema': _('Send the document as an object.')})
        flags = {name: self._flag(body, name) for name in ('allow_destructive', 'ignore_base')}
        reading.check(document)
        if apply_job.is_large(document):
            job = apply_job.enqueue(document, request.user, **flags)
            url = reverse(f'plugins-api:{APP_LABEL}-api:job-reports', kwargs={'pk': job.pk}, request=request)
            return Response({'applied': False, 'job': job.pk, 'report': url}, status=status.HTTP_202_ACCEPTED)
        comparison = apply(document, user=request.user, **flags)
        return Response(describe_application(comparison))

    @staticmethod
    def _flag(body: dict, name: str) -> bool:
        value = body.get(name, False)
        if not isinstance(value, bool):
            raise ValidationError({name: _('Must be true or false.')})
        return value
