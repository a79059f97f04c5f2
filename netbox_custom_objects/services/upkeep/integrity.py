"""
Finds references whose target is gone, and clears them: they have no foreign keys in the database (decision 5).

Looking costs one query for each field that refers to something, two if it has links, and one more per type that a
polymorphic one refers to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ...definitions import FieldDefinition, TargetRef, model_name
from ...field_types import field_type_of
from ...field_types.polymorphic.keys import model_of, target_of
from ...runtime.classes.registry import world
from ...runtime.classes.world import World
from ...runtime.inbound.stored import links_of, stored_references

# Dangling references that are named for each field.
REFERENCES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class DanglingReference:
    """An object refers, through a field, to an object that does not exist; or a link has lost its object."""

    type_id: int
    field: FieldDefinition
    object_id: int
    # `app.model`; the id of a content type that no longer exists.
    target_label: str
    target_id: int
    # Of the target, where the field is polymorphic.
    content_type: int | None = None
    # It is the object with the field that does not exist.
    is_orphan: bool = False

    @property
    def key(self) -> tuple:
        """What makes it the same as one that was found earlier, even if its field was changed since."""
        return self.field.id, self.object_id, self.target_label, self.target_id

    def describe_by_ids(self) -> str:
        """Return what even a user who may view nothing of it may read."""
        place = f'{model_name(self.type_id)} {self.object_id}, field {self.field.id}'
        target = f'{self.target_label} {self.target_id}'
        return f'{place}: {"orphan of a link to" if self.is_orphan else "leads to"} {target}'

    def describe(self, type_name: str) -> str:
        """Return a sentence about it."""
        if self.is_orphan:
            text = _('A link of the field "{field}" remains from {type} {id}, which does not exist.')
        else:
            text = _('The field "{field}" of {type} {id} refers to {target} {target_id}, which does not exist.')
        return text.format(
            type=type_name,
            id=self.object_id,
            field=self.field.name,
            target=self.target_label,
            target_id=self.target_id,
        )


def has_references(alias: str) -> bool:
    """Whether any type of a schema has a field that refers to something."""
    definitions = world(alias).definitions.values()
    return any(field_type_of(field).is_reference for definition in definitions for field in definition.fields)


def find_dangling(alias: str, type_ids=None, object_ids=None) -> Iterator[DanglingReference]:
    """
    Yield the references that lead nowhere in one schema, at most REFERENCES_SHOWN of each field and type of target.

    Args:
        alias: connection alias of the schema
        type_ids: look at these types only; by default at all
        object_ids: look at these objects only
    """
    current = world(alias)
    asked = current.definitions if type_ids is None else current.definitions.keys() & type_ids
    for definition in filter(None, map(current.definition, sorted(asked))):
        for field in definition.fields:
            if field_type_of(field).is_reference:
                yield from _dangling(current, alias, field, object_ids)


def release(alias: str, found: Iterable[DanglingReference]) -> None:
    """
    Clear references that lead nowhere, and delete links that belong to nothing.

    Objects are saved without validation, because a required reference that leads nowhere is of no use, either. Each
    change is logged if there is a current request. The schema's branch must be active.

    Args:
        alias: connection alias of the schema
        found: what `find_dangling` found in it
    """
    current = world(alias)
    for dangling in found:
        with transaction.atomic(using=alias):
            model = current.model(dangling.type_id)
            if dangling.is_orphan:
                links = links_of(current, dangling.field)._default_manager.using(alias)
                links.filter(source_id=dangling.object_id).delete()
            elif (referrer := model.objects.using(alias).filter(pk=dangling.object_id).first()) is not None:
                _clear(referrer, dangling, alias)


def _clear(referrer, dangling: DanglingReference, alias: str) -> None:
    referrer.snapshot()
    if field_type_of(dangling.field).many:
        polymorphic = dangling.field.is_polymorphic
        target = (dangling.content_type, dangling.target_id) if polymorphic else dangling.target_id
        getattr(referrer, dangling.field.name).remove(target)
    else:
        setattr(referrer, dangling.field.name, None)
        referrer.save(using=alias)


def _dangling(current: World, alias: str, field: FieldDefinition, object_ids) -> Iterator[DanglingReference]:
    rows, referrer, referred, type_column = stored_references(current, field, alias)
    if object_ids is not None:
        rows = rows.filter(**{f'{referrer}__in': object_ids})
    if field.is_polymorphic:
        # Each type of object that is referred to, allowed today or not.
        types = rows.filter(**{f'{type_column}__isnull': False}).order_by().values_list(type_column, flat=True)
        parts = [(target_of(pk), pk, rows.filter(**{type_column: pk})) for pk in types.distinct()]
    elif field.target is not None:
        parts = [(field.target, None, rows)]
    else:
        return
    if field_type_of(field).many and object_ids is None:
        yield from _orphans(current, alias, field)
    for target, pk, part in parts:
        label = target.label if target else str(pk)
        for object_id, target_id in _without_target(part, (referrer, referred), _class_of(current, target), alias):
            yield DanglingReference(field.type_id, field, object_id, label, target_id, pk)


def _orphans(current: World, alias: str, field: FieldDefinition) -> Iterator[DanglingReference]:
    """Yield the objects that have links and do not exist."""
    objects = current.model(field.type_id)._base_manager.using(alias).values('pk')
    links = links_of(current, field)._default_manager.using(alias).exclude(source_id__in=objects)
    for object_id in links.order_by('source_id').values_list('source_id', flat=True).distinct()[:REFERENCES_SHOWN]:
        yield DanglingReference(field.type_id, field, object_id, '', 0, is_orphan=True)


def _class_of(current: World, target: TargetRef | None) -> type | None:
    """Return the class of a target in the schema that is looked at."""
    if target is not None and target.type_id is not None:
        return current.model(target.type_id)
    return model_of(target)


def _without_target(referrers: QuerySet, columns: tuple[str, str], targets: type | None, alias: str) -> QuerySet:
    referring = referrers.filter(**{f'{columns[1]}__isnull': False}).order_by(columns[0]).values_list(*columns)
    if targets is not None:
        referring = referring.exclude(**{f'{columns[1]}__in': targets._base_manager.using(alias).values('pk')})
    return referring[:REFERENCES_SHOWN]
