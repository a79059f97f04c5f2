"""
What the field types tell a GraphQL schema: the annotations of their values, and the types that NetBox has none for.

May import strawberry and NetBox's scalars. Must never import NetBox's GraphQL types: those import models, and are lazy.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

import strawberry
from django.apps import apps
from strawberry.scalars import JSON

from netbox.graphql.scalars import BigInt

from ..definitions import TargetRef

__all__ = (
    'JSON',
    'BigInt',
    'CustomObjectChoiceType',
    'CustomObjectRelatedObjectType',
    'RelatedType',
    'related_type',
)

# Makes the annotation of one object of a target; the schema passes one that knows the types it is building.
RelatedType = Callable[[TargetRef], Any]


@strawberry.type(description='A value of a choice set.')
class CustomObjectChoiceType:
    value: str
    label: str


@strawberry.type(description='An object of a type that has no GraphQL type of its own.')
class CustomObjectRelatedObjectType:
    id: BigInt
    object_type: str
    display: str
    url: str | None


def related_type(target: TargetRef) -> Any:
    """Return NetBox's type of a target, to be imported when the schema is built; where there is none, the generic one.

    Args:
        target: what a reference points at
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
