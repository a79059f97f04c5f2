"""
What the deletion of objects does to those that refer to them: one walk along the fields, for all who ask.

`references` does what it comes to, `services.deletion_preview` tells it. May import field_types and a World that it is
handed. Only reads.
"""

from abc import ABC, abstractmethod

from django.db.models import Model, ProtectedError, QuerySet, RestrictedError

from netbox.models.deletion import ConfirmCollector

from ...choices import ObjectFieldOnDeleteChoices
from ...definitions import FieldDefinition
from ...field_types import field_type_of
from ..classes.world import World


class Visitor(ABC):
    """Is led to each field that can refer to objects that are deleted; has a method for each thing that one asks."""

    @abstractmethod
    def protect(self, field: FieldDefinition) -> None:
        """As long as an object refers to one of them, none is deleted."""

    @abstractmethod
    def cascade(self, field: FieldDefinition) -> None:
        """What refers to them is deleted, too."""

    @abstractmethod
    def unlink(self, field: FieldDefinition) -> None:
        """What is linked to them loses the link."""

    @abstractmethod
    def clear(self, field: FieldDefinition) -> None:
        """What refers to them has no value any longer."""


def walk(current: World, label: str, visitor: Visitor) -> None:
    """
    Lead a visitor along the fields that can refer to objects of a model.

    Those that protect come first: what is refused has then not begun.
    """
    fields = current.referring(label)
    for field in sorted(fields, key=lambda field: field.on_delete_behavior != ObjectFieldOnDeleteChoices.PROTECT):
        if field_type_of(field).many:
            visitor.unlink(field)
        elif field.on_delete_behavior == ObjectFieldOnDeleteChoices.PROTECT:
            visitor.protect(field)
        elif field.on_delete_behavior == ObjectFieldOnDeleteChoices.CASCADE:
            visitor.cascade(field)
        else:
            visitor.clear(field)


def collect(objects: QuerySet | list[Model], using: str) -> tuple[dict[type[Model], set[Model]], list[Model]]:
    """
    Return what Django deletes along with objects of one model, by class, and what forbids it.

    If anything does, not all may have been found.
    """
    collector, protecting = ConfirmCollector(using=using), []
    try:
        collector.collect(objects)
    except ProtectedError as error:
        protecting = list(error.protected_objects)
    except RestrictedError as error:
        protecting = list(error.restricted_objects)
    return collector.data, protecting
