"""
Serializers of custom objects, built per type from its definition.

May import field_types and runtime. Must build from the definition and the model class alone: what is memoised here is
shared by all users and requests.
"""

from functools import cached_property

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from netbox.api.serializers import BaseModelSerializer, NetBoxModelSerializer, bulk
from users.api.serializers import OwnerSerializer
from utilities.views import get_action_url

from ...definitions import class_name
from ...field_types import field_type_of
from ...field_types.json import DocumentField
from ...field_types.shared.rest import ReferenceField
from ...models.display import context_of
from ...runtime.classes.memo import per_type, surfaced_fields
from ...runtime.linked_defaults import linked_defaults
from ...runtime.relations.foreign_key import LinkField
from .common import CheckedTagsMixin
from .deprecation import DeprecationMixin
from .lists import TAG_KEYS, ObjectListSerializer

# How Meta.fields begins, in the order of the keys (contract 4.3).
FIRST_KEYS = ('id', 'url', 'display_url', 'display')
BASE_KEYS = ('owner', 'created', 'last_updated', 'tags')
CONFIG_CONTEXT_KEYS = ('local_context_data', 'config_context')
CONTEXT_KEY = '_context'
CONTEXT_SCHEMA = {
    'type': 'object',
    'nullable': True,
    'properties': {'display': {'type': 'string'}},
    'required': ['display'],
}


@extend_schema_field(OpenApiTypes.URI)
class ObjectURLField(serializers.Field):
    """The absolute URL of an object's endpoint, or of its page."""

    def __init__(self, rest_api: bool, **kwargs):
        self.rest_api = rest_api
        super().__init__(source='*', read_only=True, **kwargs)

    def to_representation(self, value):
        if value.pk is None:
            return None
        action = 'detail' if self.rest_api else None
        url = get_action_url(value, action=action, rest_api=self.rest_api, kwargs={'pk': value.pk})
        return url and self._host + url

    @cached_property
    def _host(self) -> str:
        request = self.context.get('request')
        # Events are serialised without a request, and have relative URLs in NetBox.
        return request.build_absolute_uri('/').removesuffix('/') if request else ''


class ContextMixin(serializers.Serializer):
    """Names an object, and tells the values by which users tell apart objects of the same name."""

    @extend_schema_field(CONTEXT_SCHEMA)
    def get__context(self, obj):
        """Return the values of the context fields as one text, None if all of them are empty."""
        return {'display': shown} if (shown := context_of(obj)) else None


def context_fields(model) -> list:
    """Return the definitions of a class's fields that are flagged as context."""
    return [field for field in surfaced_fields(model) if field.context]


class CustomObjectSerializer(ContextMixin, CheckedTagsMixin, DeprecationMixin, NetBoxModelSerializer):
    """
    Base of all full serializers of custom objects.

    `custom_fields`, which NetBoxModelSerializer declares, is never among the fields: these objects have none.
    """

    owner = ReferenceField(OwnerSerializer, required=False, allow_null=True)

    @extend_schema_field(serializers.JSONField())
    def get_config_context(self, obj):
        """Return the data of all config contexts that apply, merged; of types that have config contexts."""
        return obj.get_config_context()

    @property
    def data(self):
        """
        The object as JSON; outside of a request a plain dictionary.

        Events are kept until the end of a request. What Django REST framework returns refers to the serializer, which
        takes several times the memory.
        """
        found = super().data
        return found if self.context.get('request') else dict(found)

    def to_internal_value(self, data):
        self._given = {*data} if hasattr(data, 'keys') else set()
        return super().to_internal_value(data)

    def validate(self, data):
        if self.instance is None and not self.nested:
            data = {**data, **self._linked_defaults(data)}
        return super().validate(data)

    def _linked_defaults(self, data) -> dict:
        """Return what fields whose keys are absent take from the objects that the new one refers to."""
        model = self.Meta.model
        wanted = [
            field
            for field in surfaced_fields(model)
            if field.default_from and field.name not in self._given and not field_type_of(field).refusal(field)
        ]
        return linked_defaults(model, data, wanted) if wanted else {}

    def create(self, validated_data):
        return super().create(self._with_parked_links(validated_data))

    def _with_parked_links(self, validated_data: dict) -> dict:
        """Return attributes of a new object, its links as aliases: they are made before its creation is logged."""
        names = {name: self.Meta.model._payload_names[name] for name in self._link_names()}
        return {names.get(name, name): value for name, value in validated_data.items()}

    def _link_names(self) -> set[str]:
        return {field.name for field in self.Meta.model._meta.local_many_to_many if type(field) is LinkField}

    # What NetBox's `create` and `update` do before and after they save an object, for objects that are saved together.

    def new_object(self, validated_data: dict):
        """Return an object that is not saved, without its tags."""
        attributes = {name: value for name, value in validated_data.items() if name not in TAG_KEYS}
        return self.Meta.model(**self._with_parked_links(attributes))

    def assign(self, instance, validated_data: dict) -> dict[str, list]:
        """Change the attributes of an object; return what it is to be linked to, by field."""
        instance._changelog_message = validated_data.get('changelog_message')
        instance._tags = validated_data.get('tags') or []
        names, links = self._link_names(), {}
        for name, value in validated_data.items():
            if name in names:
                links[name] = value
            elif name not in TAG_KEYS:
                setattr(instance, name, value)
        return links

    def tags_of(self, validated_data: dict) -> list | None:
        """Return what a new object is to be tagged with, None if nothing is given."""
        tags = validated_data.get('tags')
        return (validated_data.get('add_tags') or None) if tags is None else tags

    def assign_tags(self, instance, validated_data: dict) -> None:
        """Change the tags of an object that is saved."""
        tags, added, removed = (validated_data.get(key) for key in TAG_KEYS)
        if tags is not None:
            self._save_tags(instance, tags)
            return
        if added is not None:
            instance.tags.add(*[tag.name for tag in added])
        if removed is not None:
            instance.tags.remove(*[tag.name for tag in removed])
        if self.instance is not None and (added is not None or removed is not None):
            instance._tags = instance.tags.all()


class NestedCustomObjectSerializer(ContextMixin, BaseModelSerializer):
    """Base of the brief shapes that references are shown in. They hold no references, so cycles of types end here."""


@per_type
def get_serializer_class(model, skip_object_fields=False) -> type[CustomObjectSerializer]:
    """
    Return the serializer class of a custom object model, `Table<id>ModelSerializer`.

    Args:
        model: a class of the current World, or a ghost
        skip_object_fields: leave out fields that refer to other objects
    """
    names, declared, kwargs, deprecated = [], {}, {}, []
    for field in surfaced_fields(model):
        field_type = field_type_of(field)
        if skip_object_fields and field_type.is_reference:
            continue
        keys = [name for name in field_type.get_serializer_names(field) if name in model._payload_names]
        names += keys
        deprecated += keys if field.deprecated else ()
        declared |= field_type.get_serializer_fields(field, model)
        kwargs |= field_type.get_serializer_kwargs(field)
    keys = [*_first_keys(model), *BASE_KEYS]
    if model._definition.config_context_enabled:
        keys += CONFIG_CONTEXT_KEYS
    # Where an older row uses a name that is reserved today, the built-in key wins (contract 2.3).
    names = [name for name in names if name not in keys]
    serializer_class = _serializer_class(
        CustomObjectSerializer,
        f'{class_name(model._type_id)}Serializer',
        model,
        fields=(*keys, *names),
        brief_fields=tuple(key for key in _first_keys(model) if key != 'display_url'),
        declared={name: field for name, field in declared.items() if name in names},
        extra_kwargs={name: value for name, value in kwargs.items() if name in names},
        list_serializer_class=ObjectListSerializer,
    )
    return extend_schema_serializer(deprecate_fields=deprecated)(serializer_class)


@per_type
def get_bulk_update_serializer_class(model, partial: bool) -> type[CustomObjectSerializer]:
    """Return what the OpenAPI schema shows for one object in a bulk update: the full shape and the object's id."""
    # Past NetBox's cache, which would keep the classes of all revisions.
    return bulk.get_bulk_update_serializer_class.__wrapped__(get_serializer_class(model), partial=partial)


@per_type
def get_nested_serializer_class(model) -> type[NestedCustomObjectSerializer]:
    """Return the serializer class of the brief shape in which other objects show objects of this model."""
    keys = tuple(key for key in _first_keys(model) if key != 'display_url')
    name = f'Nested{class_name(model._type_id)}Serializer'
    return _serializer_class(NestedCustomObjectSerializer, name, model, fields=keys, brief_fields=keys)


def _first_keys(model) -> list[str]:
    return [*FIRST_KEYS, CONTEXT_KEY] if context_fields(model) else [*FIRST_KEYS]


def _serializer_class(base, name, model, declared=None, **meta):
    fields = {
        'url': ObjectURLField(rest_api=True),
        'display_url': ObjectURLField(rest_api=False),
        CONTEXT_KEY: serializers.SerializerMethodField(),
        'local_context_data': DocumentField(required=False, allow_null=True),
        'config_context': serializers.SerializerMethodField(),
        **(declared or {}),
    }
    # DRF insists that what a class itself declares is among its fields.
    fields = {key: field for key, field in fields.items() if key in meta['fields']}
    return type(name, (base,), {'__module__': __name__, 'Meta': type('Meta', (), {'model': model, **meta}), **fields})
