"""Serializers of types, fields and objects; the names that third parties and NetBox import."""

from .constraints import CustomObjectTypeConstraintSerializer
from .fields import CustomObjectTypeFieldSerializer
from .objects import CustomObjectSerializer, get_nested_serializer_class, get_serializer_class
from .resolver import serializer_resolver
from .types import CustomObjectTypeSerializer

__all__ = (
    'CustomObjectSerializer',
    'CustomObjectTypeConstraintSerializer',
    'CustomObjectTypeFieldSerializer',
    'CustomObjectTypeSerializer',
    'get_nested_serializer_class',
    'get_serializer_class',
    'serializer_resolver',
)
