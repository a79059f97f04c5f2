"""All field types, by the name that CustomObjectTypeField.type holds."""

from .base import FieldType
from .boolean import BooleanFieldType
from .choice import MultiSelectFieldType, SelectFieldType
from .json import JSONFieldType
from .number import DecimalFieldType, IntegerFieldType
from .reference import MultiObjectFieldType, ObjectFieldType
from .temporal import DateFieldType, DateTimeFieldType
from .text import LongTextFieldType, TextFieldType
from .url import URLFieldType

FIELD_TYPES: dict[str, FieldType] = {
    field_type.name: field_type()
    for field_type in (
        TextFieldType,
        LongTextFieldType,
        IntegerFieldType,
        DecimalFieldType,
        BooleanFieldType,
        DateFieldType,
        DateTimeFieldType,
        URLFieldType,
        JSONFieldType,
        SelectFieldType,
        MultiSelectFieldType,
        ObjectFieldType,
        MultiObjectFieldType,
    )
}

# The vendor's name for the same mapping, with classes for values (contract, chapter 11).
FIELD_TYPE_CLASS = {name: type(field_type) for name, field_type in FIELD_TYPES.items()}


def field_type_of(field) -> FieldType:
    """Return the field type of a FieldDefinition or a CustomObjectTypeField."""
    return FIELD_TYPES[field.type]
