"""
Fields with the name of an attribute that NetBox gives all objects: from before the name was reserved, or from a
take-over. NetBox's attribute wins, and the field is called by its column until it is renamed.

May import models. So every surface shows the field, and none has to know of this.
"""

from dataclasses import replace
from weakref import WeakSet

from ...definitions import FieldDefinition, TypeDefinition
from ...field_types import field_type_of
from ...models.validation.reserved import is_built_in

# Types whose fields can all be called as they are.
_plain: WeakSet[TypeDefinition] = WeakSet()


def with_stand_ins(definition: TypeDefinition) -> TypeDefinition:
    """Return the type with other names for fields that cannot be called as they are."""
    if definition in _plain:
        return definition
    renamed = {field.id: stand_in(field, definition) for field in definition.fields}
    if not any(renamed.values()):
        _plain.add(definition)
        return definition
    return definition.with_fields(
        # People go on reading the name that they gave it.
        replace(field, name=renamed[field.id], label=field.label or field.display_label) if renamed[field.id] else field
        for field in definition.fields
    )


def stand_in(field: FieldDefinition, definition: TypeDefinition) -> str:
    """Return what a field is called instead of its name, '' if it is called as it is."""
    names = (field.name, f'{field.name}_id') if field_type_of(field).is_reference else (field.name,)
    if not any(is_built_in(name, definition.config_context_enabled) for name in names):
        return ''
    taken = definition.fields_by_name
    return next(name for name in (field.column(), f'field_{field.id}', f'{field.name}_{field.id}') if name not in taken)
