"""
Finds references whose target is gone: no foreign key of the database guards them (decision 5).

Reads only. Costs one query for each field that refers to something.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..definitions import FieldDefinition
from ..field_types import field_type_of
from ..runtime.registry import world

# Dangling references that are named for each field.
REFERENCES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class DanglingReference:
    """An object of a type refers, through a field, to an object that does not exist."""

    type_id: int
    field: FieldDefinition
    object_id: int
    target_id: int


def find_dangling(alias: str, type_ids=None) -> Iterator[DanglingReference]:
    """
    Yield the references that lead nowhere in one schema.

    Args:
        alias: connection alias of the schema
        type_ids: look at these types only; by default at all
    """
    current = world(alias)
    for definition in current.definitions.values():
        if type_ids is not None and definition.id not in type_ids:
            continue
        for field in definition.fields:
            if field_type_of(field).is_reference and field.target is not None:
                for object_id, target_id in _rows(current, alias, field)[:REFERENCES_SHOWN]:
                    yield DanglingReference(definition.id, field, object_id, target_id)


def _rows(current, alias: str, field: FieldDefinition):
    if field_type_of(field).many:
        links = current.link_model(field.type_id, field.id)
        targets = links._meta.get_field('target').remote_field.model
        rows = links._default_manager.using(alias).values_list('source_id', 'target_id')
        name = 'target_id'
    else:
        model = current.model(field.type_id)
        targets = model._meta.get_field(field.name).remote_field.model
        name = f'{field.name}_id'
        rows = model.objects.using(alias).filter(**{f'{name}__isnull': False}).values_list('pk', name)
    return rows.exclude(**{f'{name}__in': targets._base_manager.using(alias).values('pk')})
