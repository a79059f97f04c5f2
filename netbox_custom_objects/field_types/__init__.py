"""One module per field type, on the small base in `base`; `registry` lists them, `compile` makes tables of them."""

from .base import FAULTS, FieldType
from .compile import compile_type
from .registry import FIELD_TYPE_CLASS, FIELD_TYPES, field_type_named, field_type_of

__all__ = (
    'FAULTS',
    'FIELD_TYPES',
    'FIELD_TYPE_CLASS',
    'FieldType',
    'compile_type',
    'field_type_named',
    'field_type_of',
)
