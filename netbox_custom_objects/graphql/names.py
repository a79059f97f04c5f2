"""What custom object types and their fields are called in GraphQL (contract, chapter 7)."""

import re
from collections.abc import Collection, Iterable

from ..definitions import FieldDefinition, TypeDefinition, class_name

NAME = re.compile(r'(?!__)[_A-Za-z][_A-Za-z0-9]*\Z', re.ASCII)
# What the names of root fields begin with.
ROOT = 'custom_objects'
ILLEGAL = re.compile(r'[^_A-Za-z0-9]')


# What all objects have in GraphQL, and what only their filters have.
BUILT_IN = frozenset(
    (
        'id', 'display', 'class_type', 'created', 'last_updated', 'owner', 'owner_id', 'tags', 'journal_entries',
        'image_attachments', 'contacts', 'changelog', 'custom_objects', 'local_context_data', 'config_context',
        'AND', 'OR', 'NOT', 'DISTINCT',
    )
)  # fmt: skip


def type_name(type_id: int) -> str:
    return f'{class_name(type_id)}Type'


def filter_name(type_id: int) -> str:
    return f'{class_name(type_id)}Filter'


def order_name(type_id: int) -> str:
    return f'{class_name(type_id)}Order'


def union_name(field: FieldDefinition) -> str:
    return f'CustomObject{field.type_id}_{ILLEGAL.sub("_", field.name)}_Related'


def attribute_name(name: str, taken: Collection[str] = ()) -> str:
    """Return what an attribute of a field is called: by its name if GraphQL allows that and it is not built in."""
    name = ILLEGAL.sub('_', name)
    # A name may begin with a digit, which one of GraphQL cannot.
    found = name if NAME.match(name) else f'field_{name.strip("_")}'
    while found in taken or found in BUILT_IN:
        found = f'field_{found}'
    return found


def root_names(definitions: Iterable[TypeDefinition], taken: Collection[str] = ()) -> dict[int, tuple[str, str]]:
    """
    Return {type id: (name of the field for one object, name of the field for many)}.

    Derived from all types, so that a query means the same for each user: of two types whose names clash, the later one
    gets its id appended.
    """
    found: dict[int, tuple[str, str]] = {}
    used = set(taken)
    for definition in sorted(definitions, key=lambda definition: definition.id):
        base = '_'.join((ROOT, ILLEGAL.sub('_', definition.slug)))
        if used & {base, f'{base}_list'}:
            base = f'{base}_{definition.id}'
        found[definition.id] = base, f'{base}_list'
        used |= {base, f'{base}_list'}
    return found
