"""
What attributes of linked objects are, and which of them a field can take its default from. May import NetBox's API.

Only what the REST API shows of an object of NetBox: no password is among it.
"""

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from netbox.api.exceptions import SerializerNotFound
from utilities.api import get_serializer_for_model

from ...definitions import FieldDefinition
from ...expressions.typed.kinds import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    INTEGER,
    OPAQUE,
    TEXT,
    Kind,
    reference_to,
)
from ..registry import field_type_of

# The first that fits counts: a date and time is a date to Python.
_KINDS = (
    (models.BooleanField, BOOLEAN),
    (models.DateTimeField, DATETIME),
    (models.DateField, DATE),
    (models.DecimalField, DECIMAL),
    (models.FloatField, DECIMAL),
    (models.IntegerField, INTEGER),
    (models.CharField, TEXT),
    (models.TextField, TEXT),
)


def kind_of_attribute(model: type[models.Model], name: str) -> Kind | None:
    """Return what an attribute of NetBox's objects is; None if there is none that can be read."""
    try:
        found = model._meta.get_field(name)
        shown = get_serializer_for_model(model)().fields.get(name)
    except (FieldDoesNotExist, SerializerNotFound):
        return None
    if shown is None or shown.write_only or not getattr(found, 'concrete', False):
        return None
    if isinstance(found, models.ForeignKey):
        return reference_to(found.related_model._meta.label_lower)
    return next((kind for field_class, kind in _KINDS if isinstance(found, field_class)), None)


def fits(field: FieldDefinition, other: FieldDefinition) -> bool:
    """Whether a field can take the values of a field of a custom object."""
    if other.is_polymorphic or field_type_of(field).many or field_type_of(other).many or kind_of(other) == OPAQUE:
        return (field.type, field.element_type, field.targets) == (other.type, other.element_type, other.targets)
    return kind_of(field) == kind_of(other)


def fits_kind(field: FieldDefinition, kind: Kind) -> bool:
    """Whether a field can take values of a kind."""
    return not field_type_of(field).many and kind_of(field) == kind


def kind_of(field: FieldDefinition) -> Kind:
    """Return what values of a field are to rules, a reference to objects of one type included."""
    if field.target is not None:
        return reference_to(field.target.label)
    return field_type_of(field).get_kind(field)
