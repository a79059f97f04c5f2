"""Pages of the fields of custom object types. A field is shown on its type's page and has none of its own."""

from django.contrib import messages
from django.utils import timezone

from netbox.views import generic
from utilities.views import register_model_view

from ...field_types import field_type_of
from ...filtersets import CustomObjectTypeFieldFilterSet
from ...forms import (
    CustomObjectTypeFieldBulkEditForm,
    CustomObjectTypeFieldFilterForm,
    CustomObjectTypeFieldForm,
    CustomObjectTypeFieldImportForm,
)
from ...models import CustomObjectTypeField
from ...runtime.context import current_alias
from ...services.deleted.visible import restorable_until
from ...services.dependents import dependents_of_field, grouped
from ...tables import CustomObjectTypeFieldTable
from ..base import BulkEditMixin, CheckedImportMixin, DeleteNoticeMixin, TriesAgainMixin
from ..staged import begun_message
from ..types.deleted import RestorableMixin


@register_model_view(CustomObjectTypeField, 'list', path='', detail=False)
class CustomObjectTypeFieldListView(generic.ObjectListView):
    queryset = CustomObjectTypeField.objects.all()
    filterset = CustomObjectTypeFieldFilterSet
    filterset_form = CustomObjectTypeFieldFilterForm
    table = CustomObjectTypeFieldTable
    actions = tuple(
        action for action in generic.ObjectListView.actions if action.name != 'bulk_rename'
    )  # names are identifiers: find and replace would break them


@register_model_view(CustomObjectTypeField, 'add', detail=False)
@register_model_view(CustomObjectTypeField, 'edit')
class CustomObjectTypeFieldEditView(TriesAgainMixin, generic.ObjectEditView):
    queryset = CustomObjectTypeField.objects.all()
    form = CustomObjectTypeFieldForm
    template_name = 'netbox_custom_objects/customobjecttypefield_edit.html'

    def alter_object(self, obj, request, url_args, url_kwargs):
        # In whose name a staged change is made, which the form does not know.
        obj.set_edit_context(user=request.user)
        self._edited = obj
        return obj

    def post(self, request, *args, **kwargs):
        response = super().post(request, *args, **kwargs)
        if change := self._edited.edit_context.begun:
            messages.info(request, begun_message(change, self._edited))
        return response

    def get_extra_addanother_params(self, request):
        # Cloning leads to a field of the same kind; "add another" means another field of the same type.
        return {'custom_object_type': request.POST.get('custom_object_type')}


@register_model_view(CustomObjectTypeField, 'delete')
class CustomObjectTypeFieldDeleteView(RestorableMixin, TriesAgainMixin, DeleteNoticeMixin, generic.ObjectDeleteView):
    queryset = CustomObjectTypeField.objects.all()
    template_name = 'netbox_custom_objects/customobjecttypefield_delete.html'
    notice_template = 'netbox_custom_objects/inc/field_delete_notice.html'

    def get_extra_context(self, request, instance):
        return {
            'count': objects_with_value(instance).count(),
            'type': instance.custom_object_type,
            'restorable_until': restorable_until(timezone.now()),
            'dependents': grouped(dependents_of_field(instance, current_alias()), request.user),
        }


@register_model_view(CustomObjectTypeField, 'bulk_import', path='import', detail=False)
class CustomObjectTypeFieldBulkImportView(CheckedImportMixin, TriesAgainMixin, generic.BulkImportView):
    queryset = CustomObjectTypeField.objects.all()
    model_form = CustomObjectTypeFieldImportForm


@register_model_view(CustomObjectTypeField, 'bulk_edit', path='edit', detail=False)
class CustomObjectTypeFieldBulkEditView(TriesAgainMixin, BulkEditMixin, generic.BulkEditView):
    queryset = CustomObjectTypeField.objects.all()
    filterset = CustomObjectTypeFieldFilterSet
    table = CustomObjectTypeFieldTable.of_selection
    form = CustomObjectTypeFieldBulkEditForm


@register_model_view(CustomObjectTypeField, 'bulk_delete', path='delete', detail=False)
class CustomObjectTypeFieldBulkDeleteView(RestorableMixin, TriesAgainMixin, generic.BulkDeleteView):
    queryset = CustomObjectTypeField.objects.all()
    filterset = CustomObjectTypeFieldFilterSet
    table = CustomObjectTypeFieldTable.of_selection


def objects_with_value(field: CustomObjectTypeField):
    """
    Return the objects that hold a value for a field.

    All of them: the value is also lost for those that the user may not view. None if the field cannot be
    built.
    """
    model = field.custom_object_type.get_model()
    definition = next((found for found in model._surfaced_fields() if found.id == field.pk), None)
    if definition is None:
        return model.objects.none()
    return model.objects.exclude(field_type_of(definition).get_empty_condition(definition))
