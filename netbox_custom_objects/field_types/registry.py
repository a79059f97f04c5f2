"""All field types, by the name that CustomObjectTypeField.type holds."""

from .array import ArrayFieldType
from .base import FieldType
from .boolean import BooleanFieldType
from .choice import MultiSelectFieldType, SelectFieldType
from .color import ColorFieldType
from .coordinates import CoordinatesFieldType
from .duration import DurationFieldType
from .email import EmailFieldType
from .ip_address import IPAddressFieldType
from .ip_prefix import IPPrefixFieldType
from .json import JSONFieldType
from .mac_address import MACAddressFieldType
from .number import DecimalFieldType, IntegerFieldType
from .polymorphic.types import PolymorphicMultiObjectFieldType, PolymorphicObjectFieldType
from .reference import MultiObjectFieldType, ObjectFieldType
from .temporal import DateFieldType, DateTimeFieldType
from .text import LongTextFieldType, TextFieldType
from .unknown import UnknownFieldType
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
        EmailFieldType,
        ColorFieldType,
        MACAddressFieldType,
        DurationFieldType,
        IPAddressFieldType,
        IPPrefixFieldType,
        CoordinatesFieldType,
        ArrayFieldType,
    )
}

UNKNOWN = UnknownFieldType()

# The same types with `is_polymorphic` set.
POLYMORPHIC_TYPES: dict[str, FieldType] = {
    field_type.name: field_type() for field_type in (PolymorphicObjectFieldType, PolymorphicMultiObjectFieldType)
}


def field_type_of(field) -> FieldType:
    """Return the field type of a FieldDefinition or a CustomObjectTypeField."""
    return field_type_named(field.type, field.is_polymorphic)


def field_type_named(name: str, is_polymorphic: bool = False) -> FieldType:
    """Return the field type with a name, UNKNOWN if there is none; `is_polymorphic` counts where it means something."""
    return (is_polymorphic and POLYMORPHIC_TYPES.get(name)) or FIELD_TYPES.get(name, UNKNOWN)
