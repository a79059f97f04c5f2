"""Endpoint `custom-object-type-constraints/`."""

from ...filtersets import CustomObjectTypeConstraintFilterSet
from ...models import CustomObjectTypeConstraint
from ..serializers import CustomObjectTypeConstraintSerializer
from .base import DefinitionViewSet


class CustomObjectTypeConstraintViewSet(DefinitionViewSet):
    """The constraints of custom object types."""

    queryset = CustomObjectTypeConstraint.objects.all()
    serializer_class = CustomObjectTypeConstraintSerializer
    filterset_class = CustomObjectTypeConstraintFilterSet
