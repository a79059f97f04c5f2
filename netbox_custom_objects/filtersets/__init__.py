"""
Filtersets of types, fields and objects, for REST and for list pages.

NetBox's object selector looks a model's filterset up by name in this module: `Table5ModelFilterSet` is built on demand.
"""

from ..runtime.lookup import model_of_surface
from .constraints import CustomObjectTypeConstraintFilterSet
from .fields import CustomObjectTypeFieldFilterSet
from .objects import CustomObjectFilterSet, build_filter_for_field, get_filterset_class
from .types import CustomObjectTypeFilterSet

__all__ = (
    'CustomObjectFilterSet',
    'CustomObjectTypeConstraintFilterSet',
    'CustomObjectTypeFieldFilterSet',
    'CustomObjectTypeFilterSet',
    'build_filter_for_field',
    'get_filterset_class',
)


def __getattr__(name: str):
    return get_filterset_class(model_of_surface(name, 'FilterSet', __name__))
