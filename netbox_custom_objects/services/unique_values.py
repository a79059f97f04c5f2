"""
Values that no two objects of a type may have: what many objects would have is compared with what is stored at once.

May import field_types and runtime. Unique constraints are checked by `runtime.classes.constraints`.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from ..field_types import field_type_of
from ..field_types.constraints import is_unique
from ..runtime.classes.memo import surfaced_fields


@dataclass(frozen=True)
class UniqueField:
    """A unique field: its column, or the two of a reference to objects of several types."""

    name: str
    attributes: tuple[str, ...]
    # Of files: those of a reference are named like its two columns, but without the `_id` of Django's attribute.
    inputs: tuple[str, ...] = ()

    def value_of(self, instance: Model) -> Any:
        """Return what an object holds, None if that is nothing."""
        values = tuple(getattr(instance, attribute) for attribute in self.attributes)
        return None if None in values else values if self.is_pair else values[0]

    def stored(self, model: type[Model], values: Collection, using: str) -> Iterator[tuple[Any, int]]:
        """Yield (value, ID) of stored objects that hold one of these values."""
        if not values:
            return
        parts, known = zip(*values) if self.is_pair else [values], set(values)
        asked = {f'{name}__in': list(part) for name, part in zip(self.attributes, parts)}
        for *held, pk in model._base_manager.using(using).filter(**asked).values_list(*self.attributes, 'pk'):
            value = tuple(held) if self.is_pair else held[0]
            if not self.is_pair or value in known:
                yield value, pk

    @property
    def is_pair(self) -> bool:
        return len(self.attributes) > 1

    def input_in(self, names: Iterable[str]) -> str | None:
        """Return the first of the names of inputs that the field has, None if there is none."""
        return next((name for name in names if name == self.name or name in self.inputs), None)


def unique_fields(model: type[Model]) -> list[UniqueField]:
    columns = [field for field in model._meta.concrete_fields if field.unique and not field.primary_key]
    return [*(UniqueField(field.name, (field.attname,)) for field in columns), *unique_pairs(model)]


def unique_pairs(model: type[Model]) -> list[UniqueField]:
    """Return the unique references to objects of several types: no model field or serializer knows that they are."""
    found = [field for field in surfaced_fields(model) if field.is_polymorphic and is_unique(field)]
    return [
        UniqueField(
            field.name,
            (f'{field.name}_content_type_id', f'{field.name}_object_id'),
            inputs=field_type_of(field).unique_attributes(field),
        )
        for field in found
    ]


def are_unlike(fields: Iterable[UniqueField], instances: Sequence[Model], using: str) -> bool:
    """Whether no two objects, of these and of those that are stored, have the same value of one of the fields."""
    for field in fields:
        held = [(value, found.pk) for found in instances if (value := field.value_of(found)) is not None]
        owners = dict(held)
        stored = field.stored(type(instances[0]), owners, using) if owners else ()
        if len(owners) < len(held) or any(owners.get(value) != pk for value, pk in stored):
            return False
    return True
