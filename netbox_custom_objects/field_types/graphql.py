"""
What the field types tell a GraphQL schema: the annotations of their values, and the types that NetBox has none for.

May import strawberry and NetBox's scalars. Must never import NetBox's GraphQL types: those import models, and are lazy.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from importlib import import_module
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

import strawberry
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from strawberry.scalars import JSON
from strawberry_django import (
    BaseFilterLookup,
    ComparisonFilterLookup,
    DateFilterLookup,
    DatetimeFilterLookup,
    StrFilterLookup,
    TimeFilterLookup,
)

from netbox.graphql.filter_lookups import ArrayLookup, JSONFilter, StringArrayLookup
from netbox.graphql.scalars import BigInt

from ..definitions import TargetRef

__all__ = (
    'JSON',
    'BigInt',
    'CustomObjectChoiceType',
    'CustomObjectRelatedObjectType',
    'RelatedType',
    'annotation_of',
    'lookup_of',
    'related_type',
)

# Makes the annotation of one object of a target; the schema passes one that knows the types it is building.
RelatedType = Callable[[TargetRef], Any]


@strawberry.type(description='A value of a choice set.')
class CustomObjectChoiceType:
    value: str
    label: str
    color: str | None


@strawberry.type(description='An object of a type that has no GraphQL type of its own.')
class CustomObjectRelatedObjectType:
    id: BigInt
    object_type: str
    display: str
    url: str | None


def related_type(target: TargetRef) -> Any:
    """Return NetBox's type of a target, to be imported when the schema is built; where there is none, the generic one.

    Args:
        target: what a reference refers to
    """
    if target.type_id is None:
        module, name = f'{target.app_label}.graphql.types', f'{_class_name(target)}Type'
        try:
            found = hasattr(import_module(module), name)
        except ImportError:
            found = False
        if found:
            return Annotated[name, strawberry.lazy(module)]
    return CustomObjectRelatedObjectType


def _class_name(target: TargetRef) -> str:
    return apps.get_model(target.app_label, target.model).__name__


# What values of model fields are; the first that fits. Everything else is text.
ANNOTATIONS = (
    (models.BooleanField, bool),
    (models.IntegerField, BigInt),
    (models.DecimalField, Decimal),
    (models.FloatField, float),
    (models.DateTimeField, datetime),
    (models.DateField, date),
    (models.TimeField, time),
    (models.JSONField, JSON),
    (models.UUIDField, UUID),
)


def annotation_of(model_field: models.Field) -> Any:
    """Return what one value of a model field is in GraphQL: the default of field types that do not say it."""
    if isinstance(model_field, ArrayField):
        return list[annotation_of(model_field.base_field)]
    return next((found for field_class, found in ANNOTATIONS if isinstance(model_field, field_class)), str)


# The inputs by which values are filtered, which are NetBox's.
LOOKUPS = {
    bool: BaseFilterLookup[bool],
    BigInt: ComparisonFilterLookup[BigInt],
    int: ComparisonFilterLookup[int],
    Decimal: ComparisonFilterLookup[Decimal],
    float: ComparisonFilterLookup[float],
    date: DateFilterLookup,
    datetime: DatetimeFilterLookup,
    time: TimeFilterLookup,
    JSON: JSONFilter,
    UUID: ComparisonFilterLookup[UUID],
    str: StrFilterLookup,
    CustomObjectChoiceType: StrFilterLookup,
}
ARRAY_LOOKUPS = {
    str: StringArrayLookup,
    CustomObjectChoiceType: StringArrayLookup,
    **{element: ArrayLookup[element] for element in (bool, BigInt, int, Decimal, float, date, datetime, time, UUID)},
}


def lookup_of(annotation: Any) -> Any:
    """Return the input by which values with an annotation are filtered, None if there is none."""
    if get_origin(annotation) in (UnionType, Union):
        annotation = next((part for part in get_args(annotation) if part is not NoneType), None)
    if get_origin(annotation) is list:
        return ARRAY_LOOKUPS.get(get_args(annotation)[0])
    try:
        return LOOKUPS.get(annotation)
    except TypeError:  # an annotation that has no hash
        return None
