"""
All field types, by the name that CustomObjectTypeField.type holds.

A type is entered where it is defined, with `@register`, since the package imports all of its modules. Lists of choices
follow.
"""

from ..choices import ArrayElementTypeChoices, CustomObjectFieldTypeChoices
from ..ddl.notation import NOTATIONS, notation_key
from .base import FieldType
from .unknown import UnknownFieldType

# In the order in which users choose from them.
FIELD_TYPES: dict[str, FieldType] = {}

# The same types with `is_polymorphic` set.
POLYMORPHIC_TYPES: dict[str, FieldType] = {}

UNKNOWN = UnknownFieldType()


def register[T: type[FieldType]](field_type: T) -> T:
    """Decorate a field type: users can choose it."""
    if field_type.polymorphic:
        POLYMORPHIC_TYPES[field_type.name] = field_type()
    else:
        FIELD_TYPES[field_type.name] = field_type()
        _follow()
    return field_type


def unregister(field_type: type[FieldType]) -> None:
    """Take a field type away: fields of this type are then of an unknown one."""
    if field_type.polymorphic:
        del POLYMORPHIC_TYPES[field_type.name]
    else:
        del FIELD_TYPES[field_type.name]
        _follow()


def _follow() -> None:
    """Bring what is made of FIELD_TYPES up to date."""
    found = sorted(FIELD_TYPES.values(), key=lambda field_type: (field_type.position, field_type.name))
    for mapping in (FIELD_TYPES, NOTATIONS):
        mapping.clear()
    FIELD_TYPES.update((field_type.name, field_type) for field_type in found)
    noted = (field_type for field_type in found if field_type.notation)
    NOTATIONS.update((notation_key(field_type.column_type), field_type.notation) for field_type in noted)
    CustomObjectFieldTypeChoices.fill((field_type.name, field_type.label, field_type.color) for field_type in found)
    ArrayElementTypeChoices.fill((field_type.name, field_type.label) for field_type in found if field_type.fits_arrays)


def field_type_of(field) -> FieldType:
    """Return the field type of a FieldDefinition or a CustomObjectTypeField."""
    return field_type_named(field.type, field.is_polymorphic)


def field_type_named(name: str, is_polymorphic: bool = False) -> FieldType:
    """Return the field type with a name, UNKNOWN if there is none; `is_polymorphic` counts where it means something."""
    return (is_polymorphic and POLYMORPHIC_TYPES.get(name)) or FIELD_TYPES.get(name, UNKNOWN)
