"""Endpoint `custom-object-type-fields/`."""

from ...filtersets import CustomObjectTypeFieldFilterSet
from ...models import CustomObjectTypeField
from ...runtime.context import current_alias
from ...services.dependents import dependents_of_change, dependents_of_field
from ...services.preview import current_preview
from ..serializers import CustomObjectTypeFieldSerializer
from .base import DefinitionViewSet


class CustomObjectTypeFieldViewSet(DefinitionViewSet):
    """The fields of custom object types."""

    queryset = CustomObjectTypeField.objects.all()
    serializer_class = CustomObjectTypeFieldSerializer
    filterset_class = CustomObjectTypeFieldFilterSet

    def perform_create(self, serializer):
        super().perform_create(serializer)
        if (preview := current_preview()) is not None:
            preview.dependents += dependents_of_field(serializer.instance, current_alias())

    def perform_update(self, serializer):
        if (preview := current_preview()) is not None:
            preview.dependents += dependents_of_change(serializer.instance, current_alias())
        super().perform_update(serializer)

    def perform_destroy(self, instance):
        if (preview := current_preview()) is not None:
            preview.dependents += dependents_of_field(instance, current_alias())
        super().perform_destroy(instance)
