"""Serializer of custom object types (contract 4.1)."""

from rest_framework import serializers

from netbox.api.serializers import NetBoxModelSerializer

from ...constants import APP_LABEL
from ...definitions import class_name, model_name
from ...models import CustomObjectType
from .common import CheckedTagsMixin
from .fields import CustomObjectTypeFieldSerializer


class CustomObjectTypeSerializer(CheckedTagsMixin, NetBoxModelSerializer):
    """A type with its fields, which are written at their own endpoint."""

    fields = CustomObjectTypeFieldSerializer(nested=True, many=True, read_only=True)
    table_model_name = serializers.SerializerMethodField()
    object_type_name = serializers.SerializerMethodField()

    class Meta:
        model = CustomObjectType
        fields = (
            'id', 'url', 'display_url', 'display', 'name', 'verbose_name', 'verbose_name_plural', 'slug', 'version',
            'group_name', 'display_expression', 'description', 'comments', 'config_context_enabled',
            'deprecated', 'deprecated_since', 'scheduled_removal', 'tags', 'custom_fields', 'created',
            'last_updated', 'fields', 'schema_document', 'table_model_name', 'object_type_name',
        )  # fmt: skip
        brief_fields = ('id', 'url', 'display', 'name', 'slug', 'description')
        read_only_fields = ('schema_document',)

    def get_table_model_name(self, obj) -> str:
        """Return the name of the class of the type's objects."""
        return class_name(obj.pk)

    def get_object_type_name(self, obj) -> str:
        """Return the natural key by which NetBox refers to the type's objects."""
        return f'{APP_LABEL}.{model_name(obj.pk)}'
