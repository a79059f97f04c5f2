"""
How the OpenAPI schema shows serializer fields and filters of ours that drf-spectacular cannot look into.

May import field_types and the serializers. Each class registers itself with drf-spectacular when it is defined.
"""

from collections.abc import Iterable
from functools import lru_cache

from django import forms
from django.utils.translation import get_language
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent
from rest_framework.views import APIView

from core.api.schema import NetBoxDjangoFilterExtension

from ...field_types.array import ItemFilter
from ...field_types.shared.choice_sets import choices_of
from ...field_types.shared.filters import ChoiceFilter, TargetFilter, TrueOrFalseField
from ...field_types.shared.rest import ChoiceValueField, ReferenceField, ReferenceListField
from ...models.validation.reserved import PARAMETER_PREFIX, QUERY_PARAMETERS, parameter_of
from ..serializers.fields import ObjectTypeField

# NetBox has choice sets of 100,000 places, which would make the schema too big to be of use.
MAX_ENUM = 500

ID = {'type': 'integer', 'format': 'int64', 'minimum': 1}
# Generators name classes after components.
ATTRIBUTES = {
    'description': 'Attributes that name exactly one object',
    'type': 'object',
    'additionalProperties': {},
    'minProperties': 1,
}
NAMES = {'app_label': {'type': 'string'}, 'model': {'type': 'string'}}


# One value in a list of them, by what its filter reads it with.
ITEMS = (
    (forms.DecimalField, {'type': 'number', 'format': 'double'}),
    (forms.IntegerField, {'type': 'integer', 'format': 'int64'}),
    (forms.DateTimeField, {'type': 'string', 'format': 'date-time'}),
    (forms.DateField, {'type': 'string', 'format': 'date'}),
    (TrueOrFalseField, {'type': 'boolean'}),
    (forms.Field, {'type': 'string'}),
)


def enumeration(values: Iterable) -> dict:
    """Return the schema of a text that is one of these values."""
    values = list(dict.fromkeys(values))
    return {'type': 'string', 'enum': values} if 0 < len(values) <= MAX_ENUM else {'type': 'string'}


class ReferenceFieldSchema(OpenApiSerializerFieldExtension):
    """Reads as the brief shape of the target, is written as its id or as a dict of attributes."""

    target_class = ReferenceField

    def map_serializer_field(self, auto_schema, direction):
        if direction == 'request':
            attributes = self._component(auto_schema, 'ObjectAttributes', ATTRIBUTES)
            description = 'An object by its ID, or by attributes that name exactly one'
            reference = {'description': description, 'oneOf': [ID, attributes]}
            return self._component(auto_schema, 'ObjectReference', reference)
        serializer = self.target.serializer(nested=self.target.nested)
        if hasattr(serializer.Meta.model, '_type_id'):
            return auto_schema.resolve_serializer(serializer, direction).ref
        first, *others = _described(type(serializer), type(auto_schema), self.target.nested, get_language())
        for component in (first, *others):
            auto_schema.registry.register_on_missing(component)
        return first.ref

    @staticmethod
    def _component(auto_schema, name: str, schema: dict) -> dict:
        component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, ReferenceField)
        auto_schema.registry.register_on_missing(component)
        return component.ref


class RecordingRegistry(ComponentRegistry):
    """Lists the components that are registered, in order."""

    def __init__(self):
        super().__init__()
        self.registered: list[ResolvedComponent] = []

    def register(self, component):
        super().register(component)
        self.registered.append(component)


@lru_cache(maxsize=256)
def _described(serializer_class, schema_class, nested: bool, language: str) -> tuple[ResolvedComponent, ...]:
    """Return the component that describes objects of NetBox or another plugin in answers, and those it refers to."""
    schema, registry = schema_class(), RecordingRegistry()
    schema.view, schema.registry = APIView(), registry
    schema.view.request = None
    schema.resolve_serializer(serializer_class(nested=nested), 'response')
    return tuple(component for component in registry.registered if component in registry)


class ReferenceListFieldSchema(OpenApiSerializerFieldExtension):
    """A list of references, which cannot be written empty where the field is required."""

    target_class = ReferenceListField

    def map_serializer_field(self, auto_schema, direction):
        items = auto_schema._map_serializer_field(self.target.child_relation, direction)
        length = {'minItems': 1} if direction == 'request' and not self.target.allow_empty else {}
        return {'type': 'array', 'items': items, **length}


class ChoiceValueFieldSchema(OpenApiSerializerFieldExtension):
    """Reads as value and label, is written as the value or as it is read."""

    target_class = ChoiceValueField

    def map_serializer_field(self, auto_schema, direction):
        choices = self.target.choices
        value = enumeration(choices)
        if direction == 'response':
            properties = {'value': value, 'label': enumeration(choices.values())}
            return {'type': 'object', 'properties': properties, 'required': ['value', 'label']}
        # A label is not looked at.
        properties = {'value': value, 'label': {'type': 'string'}}
        pair = {'type': 'object', 'properties': properties, 'required': ['value'], 'additionalProperties': False}
        if self.target.allow_null:
            # OpenAPI takes null for a choice like any other.
            value = {**enumeration((*choices, None)), 'nullable': True}
        return {'anyOf': [value, pair]}


class ObjectTypeFieldSchema(OpenApiSerializerFieldExtension):
    """An object type by its natural key; its id will do when it is written."""

    target_class = ObjectTypeField

    def map_serializer_field(self, auto_schema, direction):
        if direction == 'request':
            names = {'type': 'object', 'properties': NAMES, 'required': list(NAMES)}
            return {'oneOf': [ID, names]}
        return {
            'type': 'object',
            'properties': {'id': {'type': 'integer'}, **NAMES},
            'required': ['id', *NAMES],
        }


class StrictFilterSchema(NetBoxDjangoFilterExtension):
    """Parameters of a list, with the choices of those that take one of them."""

    target_class = 'netbox_custom_objects.api.views.base.StrictFilterBackend'
    priority = 2

    def resolve_filter_field(self, auto_schema, model, filterset_class, field_name, filter_field):
        parameters = super().resolve_filter_field(auto_schema, model, filterset_class, field_name, filter_field)
        for parameter in parameters:
            if isinstance(filter_field, TargetFilter) and parameter['name'].split('__')[0].endswith('_id'):
                parameter['schema']['items'] = {'type': 'integer', 'format': 'int64'}
            if isinstance(filter_field, ChoiceFilter) and filter_field.lookup_expr == 'exact':
                field = model._definition.fields_by_name[filter_field.field_name]
                labels = choices_of(field.choice_set).labels if field.choice_set else ()
                parameter['schema']['items'] = enumeration((*labels, filter_field.null_value))
            bare = parameter['name'].removeprefix(PARAMETER_PREFIX)
            if parameter['name'] not in (bare, *QUERY_PARAMETERS) and parameter_of(bare) == parameter['name']:
                parameter['description'] = f'Filters by the field; the parameter `{bare}` is one of NetBox.'
        return parameters

    def _get_schema_from_model_field(self, auto_schema, filter_field, model):
        if isinstance(filter_field, ItemFilter):
            return next(schema for kind, schema in ITEMS if issubclass(filter_field.field_class, kind)).copy()
        if isinstance(filter_field, TargetFilter):
            # A slug, a name or `null` will do as well as an ID.
            return {'type': 'string'}
        return super()._get_schema_from_model_field(auto_schema, filter_field, model)
