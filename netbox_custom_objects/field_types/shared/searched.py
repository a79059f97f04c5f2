"""How values are found: by NetBox's global search, and by `?q=`. May import definitions and django."""

from typing import Any, ClassVar

from django.db import models

from ...definitions import FieldDefinition


class SearchedMixin:
    """How the values of a field type are searched."""

    searchable: ClassVar[bool] = True
    # How NetBox's search compares values (netbox.search.FieldTypes), if their Python type does not imply it.
    search_kind: ClassVar[str] = ''

    def get_search_values(self, instance, field: FieldDefinition) -> dict[str, Any]:
        """Return what the global search index caches of an object, by attribute; empty values are left out of it."""
        return {field.name: getattr(instance, field.name)} if self.searchable else {}

    def quick_search_lookups(self, field: FieldDefinition) -> tuple[str, ...]:
        """Return the lookups that `?q=` ORs together."""
        return ()

    def name_lookups(self, field: FieldDefinition) -> tuple[str, ...]:
        """Return the lookups that `?q=` ORs together where the value is part of the object's name."""
        return self.quick_search_lookups(field)

    def quick_search(self, field: FieldDefinition, text: str, in_name: bool) -> models.Q:
        """
        Return the condition by which `?q=` finds objects; an empty one if it does not look at the field.

        Args:
            field: the definition of the field
            text: what is looked for
            in_name: whether the value is part of the object's name
        """
        lookups = self.name_lookups(field) if in_name else self.quick_search_lookups(field)
        return models.Q(*((lookup, text) for lookup in lookups), _connector=models.Q.OR)
