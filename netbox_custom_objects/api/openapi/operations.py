"""
OpenAPI operations of the plugin's endpoints, for NetBox's own schema generator and for ours.

May import field_types and the serializers. Must never query: an operation is described from definitions alone.
"""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from core.api.schema import NetBoxAutoSchema
from netbox.api.serializers import BulkOperationErrorSerializer, BulkOperationSerializer

from ...definitions import TypeDefinition, class_name
from ..serializers.common import CheckedMessageMixin
from . import (
    extensions,  # noqa: F401  registers the extensions
    writes,
)
from .names import SchemaNames

# Which errors each action can end with, besides 400 and 403.
ERRORS = {
    'retrieve': ('404',),
    'create': ('409',),
    'update': ('404', '409', '412'),
    'partial_update': ('404', '409', '412'),
    'destroy': ('404', '409', '412'),
    'bulk_update': ('409',),
    'bulk_partial_update': ('409',),
}
DESCRIPTIONS = {
    '400': _('The request is invalid. Errors are listed under the field or parameter that they concern.'),
    '403': _('Authentication is missing, or permission is denied.'),
    '404': _('The object or type does not exist, or you may not view it.'),
    '409': _('The request is valid, but conflicts with the current state.'),
    '412': _('The object has changed since the ETag given in If-Match was issued.'),
    '415': _('The body is neither JSON nor form data.'),
    '503': _('No worker is running to process background jobs.'),
}
OPERATIONS = {
    'list': _('List {plural}.'),
    'create': _('Create one or more {plural}; a list is created as a whole or not at all.'),
    'retrieve': _('Retrieve one {name}.'),
    'update': _('Update one {name}; required fields must be given.'),
    'partial_update': _('Update one {name}.'),
    'destroy': _('Delete one {name}.'),
    'bulk_update': _('Update a list of {plural}, all or nothing; required fields must be given.'),
    'bulk_partial_update': _('Update a list of {plural}, all or nothing.'),
    'bulk_destroy': _('Delete a list of {plural}, all or nothing.'),
}
MESSAGES = {'type': 'object', 'additionalProperties': {}}


# Rules for new values, which stored ones need not follow.
RULES = ('pattern', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minLength')


def _value_schema(schema: dict, direction: str) -> dict:
    """Return the schema of a value without what stored or blank values may contradict."""
    schema = dict(schema)
    if direction == 'response':
        schema = {name: value for name, value in schema.items() if name not in RULES}
    if 'oneOf' in schema and {'type': 'string', 'maxLength': 0} in schema['oneOf']:
        # A blank text may well be an instance of both.
        schema['anyOf'] = [_value_schema(choice, direction) for choice in schema.pop('oneOf')]
    return schema


def describe_operation(action: str, definition: TypeDefinition) -> str:
    """Return the description of an operation on objects of a type."""
    sentence = OPERATIONS[action].format(name=definition.display_name, plural=definition.display_name_plural)
    return '\n\n'.join(filter(None, (sentence, definition.description)))


class ErrorDetailSerializer(serializers.Serializer):
    """Why a request was refused."""

    detail = serializers.CharField()


class StrictAutoSchema(NetBoxAutoSchema):
    """NetBox's, with the errors that each operation answers, and names that speak of types."""

    @property
    def type_names(self) -> dict[int, SchemaNames]:
        """The names of all types by id, if operations of types are being described."""
        return getattr(self.view, 'schema_names', None) or {}

    def map_parsers(self):
        # Generators of clients take the last media type, and send what has no files as a form. It is accepted, too.
        return ['application/json']

    def get_operation_id(self):
        names = self.type_names.get(getattr(self._model, '_type_id', None))
        return names.operation_id(self.view.action) if names else super().get_operation_id()

    @property
    def _model(self):
        return getattr(self.view, 'model', None)

    @property
    def _definition(self):
        return getattr(self._model, '_definition', None)

    def get_tags(self):
        # All plugins are one group in NetBox's schema.
        return ['plugins'] if self._definition else super().get_tags()

    def get_description(self):
        definition = self._definition
        return describe_operation(self.view.action, definition) if definition else super().get_description()

    def get_override_parameters(self):
        parameters = [*super().get_override_parameters()]
        if '412' in ERRORS.get(self.view.action, ()):
            description = _('ETags: the object is changed only if its current ETag is one of them.')
            parameters.append(OpenApiParameter('If-Match', str, OpenApiParameter.HEADER, description=description))
        if self._can_be_tried_out:
            parameters += writes.parameters(self.view.action, self.view.delete_parameters)
        return parameters

    @property
    def _can_be_tried_out(self) -> bool:
        return self.method != 'GET' and getattr(self.view, 'has_dry_run', False)

    def get_request_serializer(self):
        if getattr(self.view, 'action', None) == 'bulk_destroy':
            return BulkOperationSerializer(many=True)
        return super().get_request_serializer()

    def _get_serializer_name(self, serializer, direction, bypass_extensions=False):
        name = super()._get_serializer_name(serializer, direction, bypass_extensions)
        type_id = getattr(getattr(getattr(serializer, 'Meta', None), 'model', None), '_type_id', None)
        if (names := self.type_names.get(type_id)) is None:
            return name
        # Prefixes such as Brief, Patched and Bulk stay; NetBox says with `Brief` that a shape is nested.
        generated = class_name(type_id)
        return name.replace(f'Nested{generated}', generated).replace(generated, names.component)

    def _map_serializer(self, serializer, direction, bypass_extensions=False):
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        properties = schema.get('properties', {})
        if direction == 'request' and isinstance(serializer, CheckedMessageMixin):
            for name, field in serializer.extra_fields().items():
                properties.setdefault(name, self._map_serializer_field(field, direction))
                self._insert_field_validators(field, properties[name])
        definition = getattr(getattr(getattr(serializer, 'Meta', None), 'model', None), '_definition', None)
        if definition is not None:
            # In place of what the class says to developers.
            schema['description'] = definition.description or definition.display_name
            for name in properties:
                properties[name] = _value_schema(properties[name], direction)
            if direction == 'response':
                schema['required'] = sorted(properties)
        return schema

    def _get_response_bodies(self, direction='response'):
        responses = super()._get_response_bodies(direction)
        for code, response in self._errors(direction).items():
            responses[code] = self._get_response_for_code(response, code, direction=direction)
        if getattr(self.view, 'action', None) == 'create':
            for content in responses['201']['content'].values():
                # A list is answered with a list.
                content['schema'] = {'oneOf': [content['schema'], {'type': 'array', 'items': content['schema']}]}
        if self._can_be_tried_out:
            self._add_other_successes(responses, direction)
        return dict(sorted(responses.items()))

    def _add_other_successes(self, responses: dict, direction) -> None:
        for code, body in writes.bodies(self.view.action).items():
            other = self._get_response_for_code(
                OpenApiResponse(body, writes.DESCRIPTIONS[code]), code, direction=direction
            )
            if code not in responses:
                responses[code] = other
                continue
            for media_type, content in responses[code]['content'].items():
                content['schema'] = {'anyOf': [content['schema'], other['content'][media_type]['schema']]}

    def _errors(self, direction) -> dict[str, OpenApiResponse]:
        action = getattr(self.view, 'action', '')
        codes = {'400', '403', *ERRORS.get(action, ())}
        if self.method != 'GET':
            codes.add('415')
        if self._can_be_tried_out and action in writes.BULK_WRITES:
            codes.add('503')
        if hasattr(self.view, 'slug'):  # a type can be deleted while its objects are in use
            codes.add('404')
        bodies = dict.fromkeys(codes, ErrorDetailSerializer)
        bodies['400'] = MESSAGES
        if action.startswith('bulk_'):
            bodies |= dict.fromkeys(codes & {'403', '409'}, BulkOperationErrorSerializer)
        if action in writes.BULK_WRITES:
            # Not `oneOf`, as NetBox has it: what a list is answered would do for one object, or for a parameter, too.
            component = self.resolve_serializer(BulkOperationErrorSerializer, direction)
            bodies['400'] = {'anyOf': [component.ref, MESSAGES]}
        if action == 'retrieve':
            del bodies['400']
        return {code: OpenApiResponse(body, DESCRIPTIONS[code]) for code, body in bodies.items()}
