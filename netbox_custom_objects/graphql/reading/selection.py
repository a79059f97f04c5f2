"""
Which columns of custom objects a query needs: of a type with many fields, the others are not read.

What is not known to need certain columns needs all of them; a column that was not read is read for all objects at once.
"""

from collections.abc import Iterable, Iterator

from django.db.models import Model
from graphql import FieldNode, FragmentSpreadNode, GraphQLField, GraphQLObjectType, NamedTypeNode

from ...definitions import FieldDefinition
from ...field_types import field_type_of
from ...models.display import expression_names
from ...runtime.classes.memo import per_type, surfaced_fields
from ...runtime.relations.rollups import rollups_of
from ..names import type_name

# Where a field of GraphQL keeps the columns that it needs, by the names of their attributes.
_KEY = 'columns'
# Those of what all objects have; relations are found by the id.
BUILT_IN_COLUMNS: dict[str, tuple[str, ...]] = {
    'id': (), 'class_type': (), 'created': ('created',), 'last_updated': ('last_updated',), 'owner': ('owner',),
    'tags': (), 'journal_entries': (), 'image_attachments': (), 'contacts': (), 'changelog': (), 'custom_objects': (),
    'local_context_data': ('local_context_data',),
}  # fmt: skip


def needs(made: GraphQLField, columns: Iterable[str]) -> None:
    """Note which columns a field of GraphQL needs."""
    made.extensions = {_KEY: tuple(columns)}


def columns_of(model: type[Model], field: FieldDefinition) -> tuple[str, ...]:
    """Return the names of the columns of a field, or of a rollup; none for links, which are in a table of their own."""
    model_fields = {found.name for found in (*model._meta.concrete_fields, *rollups_of(model))}
    candidates = (*field_type_of(field).payload_names(field), f'{field.name}_content_type', f'{field.name}_object_id')
    return tuple(name for name in candidates if name in model_fields)


@per_type
def _columns_of_name(model: type[Model]) -> tuple[str, ...]:
    """Return the columns that an object's name is made of."""
    definition = model._definition
    names = expression_names(definition.display_expression)
    read = [field for field in surfaced_fields(model) if field.name in names or field is definition.primary_field]
    return tuple(name for field in read for name in columns_of(model, field))


def selected_columns(model: type[Model], info) -> tuple[str, ...] | None:
    """Return the names of the columns that a query needs of the objects of a model; None for all of them."""
    output = info.schema.get_type(type_name(model._type_id))
    if output is None:
        return None
    found = {'pk'}
    for name in _selected(info, output):
        columns = _columns_of_name(model) if name == 'display' else _needed(name, output)
        if columns is None:
            return None
        found.update(columns)
    return tuple(found)


def _needed(name: str, output: GraphQLObjectType) -> tuple[str, ...] | None:
    if name in BUILT_IN_COLUMNS or name.startswith('__'):
        return BUILT_IN_COLUMNS.get(name, ())
    made = output.fields.get(name)
    return () if made is None else made.extensions.get(_KEY)


def _selected(info, output: GraphQLObjectType) -> Iterator[str]:
    """Yield the names that are selected of objects of a type, by fragments, too."""
    pending = [node.selection_set for node in info.field_nodes]
    # Fragments that spread others twice each would be followed a million times after twenty of them.
    followed = set()
    while pending:
        selection_set = pending.pop()
        for node in selection_set.selections if selection_set else ():
            if isinstance(node, FieldNode):
                yield node.name.value
                continue
            found = node
            if isinstance(node, FragmentSpreadNode):
                if node.name.value in followed:
                    continue
                followed.add(node.name.value)
                found = info.fragments[node.name.value]
            if _applies(found.type_condition, output, info):
                pending.append(found.selection_set)


def _applies(condition: NamedTypeNode | None, output: GraphQLObjectType, info) -> bool:
    named = None if condition is None else info.schema.get_type(condition.name.value)
    return named is output or not isinstance(named, GraphQLObjectType)
