"""
Finds references whose target is gone: no foreign key of the database guards them (decision 5).

Reads only. Costs one query for each field that refers to something, and one more per type a polymorphic one refers to.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from ..definitions import FieldDefinition, TargetRef
from ..field_types import field_type_of
from ..field_types.generic import links_name, model_of, target_of
from ..runtime.registry import world
from ..runtime.world import World

# Dangling references that are named for each field.
REFERENCES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class DanglingReference:
    """An object of a type refers, through a field, to an object that does not exist."""

    type_id: int
    field: FieldDefinition
    object_id: int
    # `app.model`; the id of a content type that nobody knows any more.
    target_label: str
    target_id: int

    @property
    def key(self) -> tuple:
        """What makes it the same as one that was found earlier, whatever was changed about its field since."""
        return self.field.id, self.object_id, self.target_label, self.target_id


def find_dangling(alias: str, type_ids=None) -> Iterator[DanglingReference]:
    """
    Yield the references that lead nowhere in one schema, at most REFERENCES_SHOWN of each field.

    Args:
        alias: connection alias of the schema
        type_ids: look at these types only; by default at all
    """
    current = world(alias)
    for definition in current.definitions.values():
        if type_ids is not None and definition.id not in type_ids:
            continue
        for field in definition.fields:
            if field_type_of(field).is_reference:
                find = _of_several_types if field.is_polymorphic else _of_one_type
                for label, rows in find(current, alias, field):
                    for object_id, target_id in rows[:REFERENCES_SHOWN]:
                        yield DanglingReference(definition.id, field, object_id, label, target_id)


def _of_one_type(current: World, alias: str, field: FieldDefinition) -> Iterator[tuple[str, QuerySet]]:
    """Yield the label of the target, and the (object id, target id) pairs that lead nowhere."""
    if field.target is None:
        return
    if field_type_of(field).many:
        referrers = current.link_model(field.type_id, field.id)._default_manager.using(alias)
        columns = 'source_id', 'target_id'
    else:
        referrers = current.model(field.type_id).objects.using(alias)
        columns = 'pk', f'{field.name}_id'
    yield field.target.label, _without_target(referrers.all(), columns, _class_of(current, field.target), alias)


def _of_several_types(current: World, alias: str, field: FieldDefinition) -> Iterator[tuple[str, QuerySet]]:
    """Yield the same for each type of object that a polymorphic field refers to, allowed today or not."""
    model = current.model(field.type_id)
    if field_type_of(field).many:
        referrers = model._meta.get_field(links_name(field)).related_model._default_manager.using(alias).all()
        type_column, columns = 'content_type', ('source_id', 'object_id')
    else:
        referrers = model.objects.using(alias).filter(**{f'{field.name}_content_type__isnull': False})
        type_column, columns = f'{field.name}_content_type', ('pk', f'{field.name}_object_id')
    for content_type in referrers.order_by().values_list(type_column, flat=True).distinct():
        target = target_of(content_type)
        label = target.label if target else str(content_type)
        rows = referrers.filter(**{type_column: content_type})
        yield label, _without_target(rows, columns, _class_of(current, target), alias)


def _class_of(current: World, target: TargetRef | None) -> type | None:
    """Return the class of a target in the schema that is looked at."""
    if target is not None and target.type_id is not None:
        return current.model(target.type_id)
    return model_of(target)


def _without_target(referrers: QuerySet, columns: tuple[str, str], targets: type | None, alias: str) -> QuerySet:
    referring = referrers.filter(**{f'{columns[1]}__isnull': False}).order_by(columns[0]).values_list(*columns)
    if targets is None:
        return referring
    return referring.exclude(**{f'{columns[1]}__in': targets._base_manager.using(alias).values('pk')})
