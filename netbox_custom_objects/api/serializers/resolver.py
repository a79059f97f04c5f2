"""
Finds the serializer of any model of this plugin, for NetBox's get_serializer_for_model().

Must never raise for a model that has one: NetBox takes an exception for "no serializer", which aborts deletions.
"""

from ...field_types.reference import NESTED_PREFIX
from ...models import CustomObjectType, CustomObjectTypeField
from .fields import CustomObjectTypeFieldSerializer
from .objects import get_nested_serializer_class, get_serializer_class
from .types import CustomObjectTypeSerializer

_STATIC = {CustomObjectType: CustomObjectTypeSerializer, CustomObjectTypeField: CustomObjectTypeFieldSerializer}


def serializer_resolver(model, prefix=''):
    """
    Return the serializer class of a model of this plugin, None if it has none (link tables, bookkeeping).

    Args:
        model: a model class or an instance; of any generation, and a ghost, too
        prefix: '' for the full shape, 'Nested' for the brief one
    """
    model = model if isinstance(model, type) else type(model)
    if getattr(model, '_type_id', None) is None:
        return _STATIC.get(model) if not prefix else None
    return get_nested_serializer_class(model) if prefix == NESTED_PREFIX else get_serializer_class(model)
