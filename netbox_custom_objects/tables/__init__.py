"""
List tables: of types, of their fields, and of custom objects.

NetBox looks a model's table up by name in this module (saved table configurations do): `Table5ModelTable` is built on
demand, see `__getattr__`.
"""

from ..runtime.lookup import model_of_surface
from .fields import CustomObjectTypeFieldTable
from .objects import CustomObjectTable, get_table_class
from .types import CustomObjectTypeTable

__all__ = (
    'CustomObjectTable',
    'CustomObjectTypeFieldTable',
    'CustomObjectTypeTable',
    'get_table_class',
)


def __getattr__(name: str):
    return get_table_class(model_of_surface(name, 'Table', __name__))
