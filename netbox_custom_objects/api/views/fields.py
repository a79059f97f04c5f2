"""Endpoint `custom-object-type-fields/`."""

from ...filtersets import CustomObjectTypeFieldFilterSet
from ...models import CustomObjectTypeField
from ..serializers import CustomObjectTypeFieldSerializer
from .base import DefinitionViewSet


class CustomObjectTypeFieldViewSet(DefinitionViewSet):
    """The fields of custom object types."""

    queryset = CustomObjectTypeField.objects.all()
    serializer_class = CustomObjectTypeFieldSerializer
    filterset_class = CustomObjectTypeFieldFilterSet
