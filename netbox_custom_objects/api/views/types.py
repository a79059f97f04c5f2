"""Endpoint `custom-object-types/`."""

from django.db.models import Prefetch, ProtectedError

from ...filtersets import CustomObjectTypeFilterSet
from ...models import CustomObjectType, CustomObjectTypeField
from ...services.dependents import dependents_of_type
from ...services.preview import current_preview
from ...services.type_deletion import check_rights, references_to
from ..openapi.writes import DELETE_REFERENCING_FIELDS
from ..serializers import CustomObjectTypeSerializer
from .base import ConflictError, DefinitionViewSet
from .dry_run import is_asked


class CustomObjectTypeViewSet(DefinitionViewSet):
    """Custom object types, each with its fields."""

    queryset = CustomObjectType.objects.all()
    serializer_class = CustomObjectTypeSerializer
    filterset_class = CustomObjectTypeFilterSet
    delete_parameters = (DELETE_REFERENCING_FIELDS,)

    def get_field_prefetches(self, fields=None):
        # Nested fields are those that the reader may view.
        own = CustomObjectTypeField.objects.restrict(self.request.user, 'view')
        if 'fields' not in self.response_fields:
            return super().get_field_prefetches(fields)
        return [*super().get_field_prefetches(fields), Prefetch('fields', queryset=own)]

    def perform_create(self, serializer):
        super().perform_create(serializer)
        if (preview := current_preview()) is not None:
            preview.dependents += dependents_of_type(serializer.instance)

    def perform_destroy(self, instance):
        if is_asked(self.request, DELETE_REFERENCING_FIELDS):
            check_rights(references_to(instance, self.request.user))
            instance.set_edit_context(delete_referencing_fields=True)
        if (preview := current_preview()) is not None:
            preview.dependents += dependents_of_type(instance)
        super().perform_destroy(instance)

    def destroy(self, request, *args, **kwargs):
        try:
            return super().destroy(request, *args, **kwargs)
        except ProtectedError as error:
            raise ConflictError(self.describe_protection(error)) from error

    def describe_protection(self, error):
        # NetBox's own reply would name the fields, but not the types that they belong to.
        return str(error.args[0]) if isinstance(error, ProtectedError) else super().describe_protection(error)
