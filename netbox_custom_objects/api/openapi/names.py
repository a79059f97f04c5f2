"""
What each type is called in the OpenAPI schema: readable, stable, and different from all other names in there.

May import the standard library and definitions.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ...definitions import TypeDefinition

ACTIONS = (
    'list', 'create', 'retrieve', 'update', 'partial_update', 'destroy', 'bulk_update', 'bulk_partial_update',
    'bulk_destroy',
)  # fmt: skip
GENERIC_COMPONENT = 'CustomObject'
# Components and operations of the other endpoints, which code generators must be able to tell from those of types.
OTHER_COMPONENTS = (GENERIC_COMPONENT, 'CustomObjectType', 'CustomObjectTypeField')
OTHER_OPERATIONS = (
    *ACTIONS,
    *(f'{name}_{action}' for name in ('custom_object_types', 'custom_object_type_fields') for action in ACTIONS),
    'linked_objects_retrieve',
    *(f'staged_changes_{action}' for action in ('list', 'retrieve', 'cancel', 'undo', 'finish', 'resume')),
    'schema_apply_create',
    'schema_preview_create',
)


@dataclass(frozen=True, slots=True)
class SchemaNames:
    """The component of a type's objects, and what stands for the type in the ids of its operations."""

    component: str
    operation: str

    def operation_id(self, action: str) -> str:
        return f'plugins_custom_objects_{self.operation}_{action}'


def schema_names(definitions: Iterable[TypeDefinition]) -> dict[int, SchemaNames]:
    """
    Return the names of each type by its id.

    They come from the slug. Where two types would have the same name, the one with the higher id has its id added.
    """
    components = {name.lower() for component in OTHER_COMPONENTS for name in _component_names(component)}
    operations = set(OTHER_OPERATIONS)
    names = {}
    for definition in sorted(definitions, key=lambda definition: definition.id):
        words = re.split('[-_]+', definition.slug)
        component = _free(
            GENERIC_COMPONENT + ''.join(word[:1].upper() + word[1:] for word in words),
            definition.id,
            components,
            _component_names,
        )
        operation = _free(definition.slug.replace('-', '_'), definition.id, operations, _operation_names)
        names[definition.id] = SchemaNames(component, operation)
    return names


def _free(name: str, type_id: int, taken: set[str], derived) -> str:
    # Without regard to letter case, because generated code becomes files.
    while taken & {other.lower() for other in derived(name)}:
        name = f'{name}_{type_id}'
    taken.update(other.lower() for other in derived(name))
    return name


def _component_names(component: str) -> tuple[str, ...]:
    # Names that are made of a component by a prefix cannot be those of another type, which all begin alike.
    return component, f'{component}Request'


def _operation_names(operation: str) -> tuple[str, ...]:
    return tuple(f'{operation}_{action}' for action in ACTIONS)
