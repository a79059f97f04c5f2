"""
A field about to be renamed, converted or deleted, and the names by which anything can mention it.

May import field_types and the World. Names of what a field takes up always start with the field's own name.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from ...choices import FilterLogicChoices
from ...constants import APP_LABEL
from ...definitions import FieldDefinition, TypeDefinition, model_name
from ...field_types import field_type_of
from ...models.validation.reserved import parameter_of
from ...runtime.classes.world import World


@dataclass(frozen=True)
class Subject:
    """A field as it was before the change; `current` may show it as it is before or after."""

    current: World
    definition: TypeDefinition
    field: FieldDefinition

    @cached_property
    def attributes(self) -> frozenset[str]:
        """Names in lookups, conditions and templates."""
        return frozenset({self.field.name, *field_type_of(self.field).attribute_names(self.field)})

    @cached_property
    def filters(self) -> dict[str, str]:
        """{parameter of lists: what it would be called if NetBox had none of that name}, without derived lookups."""
        field = replace(self.field, filter_logic=FilterLogicChoices.LOOSE)
        return {parameter_of(name): name for name in field_type_of(field).get_filters(field)}

    @cached_property
    def columns(self) -> frozenset[str]:
        """Columns of tables."""
        return frozenset(field_type_of(self.field).get_table_columns(self.field))

    @cached_property
    def label(self) -> str:
        """The natural key of the type's objects."""
        return f'{APP_LABEL}.{self.definition.model_name}'

    def is_filter(self, parameter: str) -> bool:
        """Whether a parameter filters by the field."""
        base = parameter.rpartition('__')[0]
        return parameter in self.filters or base in self.filters or base in self.filters.values()

    def filter_renamed(self, parameter: str, name: str) -> str:
        """Return one of these parameters as it is once the field has another name."""
        base, lookup = parameter, ''
        if parameter not in self.filters:
            base, separator, lookup = parameter.rpartition('__')
            lookup = f'{separator}{lookup}'
        return parameter_of(self.renamed(self.filters.get(base, base), name)) + lookup

    def places(self, type_id: int, lookup: str) -> list[int]:
        """Return which parts of a lookup on objects of a type name the field, by their positions."""
        found = []
        for place, part in enumerate(lookup.split('__')):
            if self._names(type_id, part):
                found.append(place)
            type_id = self._next(type_id, part)
            if type_id is None:
                break
        return found

    def renamed(self, text: str, name: str) -> str:
        """Return one of the names as it is once the field has another name."""
        if text == reverse_name(self.field):
            return reverse_name(replace(self.field, name=name))
        return name + text.removeprefix(self.field.name)

    def _names(self, type_id: int, part: str) -> bool:
        if type_id == self.definition.id and part in self.attributes:
            return True
        return part == reverse_name(self.field) and any(target.type_id == type_id for target in self.field.targets)

    def _next(self, type_id: int, part: str) -> int | None:
        """Return the type that a part of a lookup leads to from another; None if it leads to no custom type."""
        definition = self.current.definition(type_id)
        own = {**definition.fields_by_name} if definition is not None else {}
        if type_id == self.definition.id:
            own[self.field.name] = self.field
        if (field := own.get(part)) is not None:
            return field.target.type_id if field.target is not None else None
        inbound = (self.field, *self.current.referring(f'{APP_LABEL}.{model_name(type_id)}'))
        return next((field.type_id for field in inbound if part == reverse_name(field)), None)


def reverse_name(field: FieldDefinition) -> str | None:
    """Return by which name lookups lead from a custom object to those that refer to it by a field."""
    if field.target is None or field.target.type_id is None:
        return None
    if field.related_name:
        return field.related_name
    return f'r_{field.id}' if field_type_of(field).many else f'{model_name(field.type_id)}_{field.name}_set'
