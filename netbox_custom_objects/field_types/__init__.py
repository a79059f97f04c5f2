"""
One module per field type, on the small base in `base`; `registry` knows them all, `compile` makes tables of them.

A new module is found by being here. Scripts also find the classes of `scripting` here, by their names.
"""

from importlib import import_module
from pkgutil import walk_packages

from .base import FAULTS, FieldType
from .compile import compile_type, fills_of
from .registry import FIELD_TYPES, field_type_named, field_type_of
from .scripting import FIELD_TYPE_CLASS

__all__ = (
    'FAULTS',
    'FIELD_TYPES',
    'FIELD_TYPE_CLASS',
    'FieldType',
    'compile_type',
    'fills_of',
    'field_type_named',
    'field_type_of',
)

for _module in walk_packages(__path__, f'{__name__}.'):
    import_module(_module.name)

globals().update((_class.__name__, _class) for _class in FIELD_TYPE_CLASS.values())
