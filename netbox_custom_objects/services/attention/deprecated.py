"""
What is deprecated in one schema, and which of it has reached the version of its scheduled removal.

May import models. Only reports: removing is a person's decision.
"""

from dataclasses import dataclass

from ...field_types.shared.deprecation import is_due, notice
from ...models import CustomObjectType, CustomObjectTypeField


@dataclass(frozen=True, slots=True)
class Deprecated:
    """A deprecated type, or a deprecated field of a type."""

    type: CustomObjectType
    field: CustomObjectTypeField | None = None

    @property
    def item(self):
        return self.field or self.type

    @property
    def is_due(self) -> bool:
        """Whether the type's version has reached the one that the removal is planned for."""
        return is_due(self.item, self.type.version)

    def describe(self) -> str:
        """Return one sentence or two for a report."""
        name = f'Field "{self.field.name}"' if self.field else 'The type'
        due = f' Due: the type has version {self.type.version}.' if self.is_due else ''
        return f'{name}: {notice(self.item)}{due}'


def find_deprecated(alias: str, type_ids: set[int] | None = None) -> list[Deprecated]:
    """
    Return what is deprecated in a schema, by type; two queries.

    Args:
        alias: connection alias of the schema
        type_ids: only these types, None for all
    """
    types = CustomObjectType.objects.using(alias).filter(deprecated=True)
    fields = CustomObjectTypeField.objects.using(alias).filter(deprecated=True).select_related('custom_object_type')
    if type_ids is not None:
        types, fields = types.filter(pk__in=type_ids), fields.filter(custom_object_type__in=type_ids)
    found = [*map(Deprecated, types), *(Deprecated(field.custom_object_type, field) for field in fields)]
    return sorted(found, key=lambda entry: entry.type.name)
