"""Endpoint `custom-object-types/`."""

from django.db.models import ProtectedError

from ...filtersets import CustomObjectTypeFilterSet
from ...models import CustomObjectType
from ..serializers import CustomObjectTypeSerializer
from .base import Conflict, DefinitionViewSet


class CustomObjectTypeViewSet(DefinitionViewSet):
    """Custom object types, each with its fields."""

    queryset = CustomObjectType.objects.all()
    serializer_class = CustomObjectTypeSerializer
    filterset_class = CustomObjectTypeFilterSet

    def destroy(self, request, *args, **kwargs):
        try:
            return super().destroy(request, *args, **kwargs)
        except ProtectedError as error:
            raise Conflict(self.describe_protection(error)) from error

    def describe_protection(self, error):
        # NetBox's own reply would name the fields, but not the types that they belong to.
        return str(error.args[0]) if isinstance(error, ProtectedError) else super().describe_protection(error)
