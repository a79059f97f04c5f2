"""Filtersets of types, fields and objects, for REST and for list pages."""

from .fields import CustomObjectTypeFieldFilterSet
from .objects import CustomObjectFilterSet, build_filter_for_field, get_filterset_class
from .types import CustomObjectTypeFilterSet

__all__ = (
    'CustomObjectFilterSet',
    'CustomObjectTypeFieldFilterSet',
    'CustomObjectTypeFilterSet',
    'build_filter_for_field',
    'get_filterset_class',
)
