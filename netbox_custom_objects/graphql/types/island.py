"""
The GraphQL types of one island that a user may know of: made once, and kept on the island (invariant I10).

What cannot be made is left out, field first and the type at worst: one row must not take the API with it.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.db.models import Model
from django.utils.translation import gettext as _
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
)

from ...definitions import FieldDefinition
from ...field_types import field_type_of
from ...runtime.classes.faults import Fault
from ...runtime.classes.island import Island
from ...runtime.classes.memo import per_island, surfaced_fields
from ...runtime.inbound.by_related_name import name_of
from ..faults import LeftOutOfGraphQL, note
from ..host import host
from ..names import attribute_name, order_name, type_name
from ..reading.selection import columns_of, needs
from .fields import Fields
from .filters import Filter, HostFilter, ObjectFilter, add_filters
from .roots import root_fields

logger = logging.getLogger('netbox.plugins.netbox_custom_objects')

# Sets of types for which the types of one island are kept.
KEPT = 16

ORDERING = GraphQLEnumType(
    'CustomObjectOrdering', {'ASC': '', 'DESC': '-'}, description='Empty values come last, with DESC first.'
)


@dataclass(frozen=True, slots=True)
class Part:
    """What one island adds to a schema: (the field for one object, the field for many), by type id."""

    roots: dict[int, tuple[GraphQLField, GraphQLField]]


@per_island
def _kept(island: Island) -> OrderedDict[frozenset[int], Part]:
    return OrderedDict()


def part_of(island: Island, visible: frozenset[int]) -> Part:
    """Return what an island adds to the schema of those who may view some of its types; call it under the lock."""
    kept = _kept(island)
    key = visible.intersection(island.models)
    if key not in kept:
        kept[key] = _make(island, key)
        if len(kept) > KEPT:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]


def _make(island: Island, visible: frozenset[int]) -> Part:
    faults: list[Fault] = []
    while True:
        types = IslandTypes(island, visible)
        if not (broken := types.build()):
            break
        faults += broken
        visible -= {fault.type.id for fault in broken}
    faults += types.faults
    for fault in note(island, faults):
        logger.warning('%s', fault)
    return Part(types.roots)


class IslandTypes:
    """Makes the types of an island, which refer to one another."""

    def __init__(self, island: Island, visible: frozenset[int]):
        self.models = {type_id: island.models[type_id] for type_id in sorted(visible)}
        self.faults: list[Fault] = []
        self.roots: dict[int, tuple[GraphQLField, GraphQLField]] = {}
        self.filters: dict[str, Filter | None] = {}
        self.outputs: dict[str, GraphQLObjectType] = {}
        self.fields = Fields(self.output, self.filter_of)

    def output(self, label: str) -> GraphQLNamedType | None:
        """Return the type of a model, None if there is none or it is hidden."""
        return self.outputs.get(label) or host().output_type(label)

    def filter_of(self, label: str) -> Filter | None:
        """Return the filters of a model, None if there are none or it is hidden."""
        if label not in self.filters:
            found = host().filter_class(label)
            self.filters[label] = None if found is None else HostFilter(found)
        return self.filters[label]

    def build(self) -> list[Fault]:
        """Make everything; return the types that cannot be made, without which it must be tried again."""
        for type_id, model in self.models.items():
            definition = model._definition
            label = model._meta.label_lower
            self.filters[label] = ObjectFilter(type_id, definition.description)
            self.outputs[label] = GraphQLObjectType(
                type_name(type_id),
                partial(self._fields_of, model),
                interfaces=[host().interface],
                description=definition.description or definition.display_name,
            )
        broken = []
        for type_id, model in self.models.items():
            try:
                self._complete(type_id, model)
            except Exception as error:
                logger.debug('Type %s cannot be made for GraphQL', type_id, exc_info=error)
                broken.append(LeftOutOfGraphQL(model._definition, _reason(error)))
        return broken

    def _complete(self, type_id: int, model: type[Model]) -> None:
        output = self.outputs[model._meta.label_lower]
        made = self.filters[model._meta.label_lower]
        add_filters(made, model, self.filter_of, self._attempt)
        # graphql-core asks for fields when it needs them.
        _ = output.fields, made.type.fields
        self.roots[type_id] = root_fields(model, output, made, self._order_of(type_id, model), self.fields.pagination)

    def _fields_of(self, model: type[Model]) -> dict[str, GraphQLField]:
        found = dict(self.fields.base_fields(model))
        for definition in surfaced_fields(model):
            for name, made in self._attempt(model, definition, self._own_fields) or ():
                made.description = definition.description or definition.display_label
                made.deprecation_reason = _deprecation(definition)
                needs(made, columns_of(model, definition))
                found[attribute_name(name, found)] = made
        for name, made in self._referrers(model):
            found.setdefault(name, made)
        return found

    def _own_fields(self, model: type[Model], definition: FieldDefinition) -> list[tuple[str, GraphQLField]]:
        if not field_type_of(definition).is_reference:
            return [*self.fields.value_fields(model, definition)]
        make = self.fields.polymorphic_field if definition.is_polymorphic else self.fields.reference_field
        return [(definition.name, make(model, definition))]

    def _referrers(self, model: type[Model]) -> Iterator[tuple[str, GraphQLField]]:
        label = model._meta.label_lower
        for source in self.models.values():
            for definition in surfaced_fields(source):
                is_target = any(target.label == label for target in definition.targets)
                if is_target and (name := name_of(definition)):
                    made = self._attempt(source, definition, self.fields.referrer_field)
                    if made is not None:
                        needs(made, ())
                        yield attribute_name(name), made

    def _order_of(self, type_id: int, model: type[Model]) -> GraphQLInputObjectType:
        fields = {name: GraphQLInputField(ORDERING) for name in ('id', 'created', 'last_updated')}
        for definition in surfaced_fields(model):
            for name in self._attempt(model, definition, sortable) or ():
                fields[attribute_name(name, fields)] = GraphQLInputField(ORDERING, out_name=name)
        return GraphQLInputObjectType(order_name(type_id), fields)

    def _attempt(self, model: type[Model], definition: FieldDefinition, make: Callable):
        """Return what is made of a field of a class, None if that fails."""
        try:
            return make(model, definition)
        except Exception as error:
            logger.debug('Field %s cannot be made for GraphQL', definition.id, exc_info=error)
            fault = LeftOutOfGraphQL(model._definition, _reason(error), definition)
            if fault not in self.faults:
                self.faults.append(fault)
            return None


def sortable(model: type[Model], definition: FieldDefinition) -> tuple[str, ...]:
    """Return the attributes of a field by which objects can be sorted."""
    field_type = field_type_of(definition)
    if field_type.many:
        return ()
    if field_type.is_reference:
        return (definition.name,)
    return tuple(name for name in field_type.payload_names(definition) if name in model._payload_names)


def _reason(error: Exception) -> str:
    return f'{type(error).__name__}: {error}'


def _deprecation(definition: FieldDefinition) -> str | None:
    if not definition.deprecated:
        return None
    parts = [_('Deprecated.')]
    if definition.deprecated_since:
        parts.append(_('Deprecated since {version}.').format(version=definition.deprecated_since))
    if definition.scheduled_removal:
        parts.append(_('Removal is planned for {version}.').format(version=definition.scheduled_removal))
    return ' '.join(parts[1:] or parts)
