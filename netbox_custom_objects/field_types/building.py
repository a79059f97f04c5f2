"""What the builder of model classes offers to field types. May import definitions and django."""

from typing import Protocol

from django.db import models

from ..definitions import FieldDefinition


class ModelContext(Protocol):
    """What fields that are about other objects need from the builder of model classes (see runtime.classes.factory)."""

    def foreign_key(self, field: FieldDefinition, **kwargs) -> models.Field: ...

    def link_field(self, field: FieldDefinition, **kwargs) -> models.Field: ...

    def generic_reference(self, field: FieldDefinition, types: dict, ids: dict, **kwargs) -> dict: ...

    def generic_links(self, field: FieldDefinition, **kwargs) -> models.Field: ...

    def rollup(self, field: FieldDefinition, **kwargs) -> models.Field: ...
