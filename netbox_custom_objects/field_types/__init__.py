"""
One module per field type, on the small base in `base`; `registry` lists them, `compile` makes tables of them.

Scripts also find the classes of `scripting` here, by their names.
"""

from .base import FAULTS, FieldType
from .compile import compile_type
from .registry import FIELD_TYPES, field_type_named, field_type_of
from .scripting import CLASSES_BY_NAME, FIELD_TYPE_CLASS

__all__ = (
    'FAULTS',
    'FIELD_TYPES',
    'FIELD_TYPE_CLASS',
    'FieldType',
    'compile_type',
    'field_type_named',
    'field_type_of',
)

globals().update(CLASSES_BY_NAME)
