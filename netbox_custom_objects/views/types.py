"""Pages of custom object types."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from extras.ui.panels import TagsPanel
from netbox.models.deletion import CountOnly
from netbox.ui import attrs, layout, panels
from netbox.views import generic
from utilities.views import ViewTab, register_model_view

from ..filtersets import CustomObjectTypeFieldFilterSet, CustomObjectTypeFilterSet
from ..forms import (
    CustomObjectTypeBulkEditForm,
    CustomObjectTypeFieldFilterForm,
    CustomObjectTypeFilterForm,
    CustomObjectTypeForm,
    CustomObjectTypeImportForm,
)
from ..models import CustomObjectType, CustomObjectTypeField
from ..models.deletion import refuse_if_referenced
from ..tables import CustomObjectTypeFieldTable, CustomObjectTypeTable
from .panels import FieldsPanel, ObjectListAction


class TypePanel(panels.ObjectAttributesPanel):
    title = _('Custom Object Type')
    actions = [ObjectListAction()]

    name = attrs.TextAttr('name', label=_('Name'), style='font-monospace')
    verbose_name = attrs.TextAttr('display_name', label=_('Verbose name'))
    verbose_name_plural = attrs.TextAttr('title_case_name_plural', label=_('Verbose name (plural)'))
    slug = attrs.TextAttr('slug', label=_('Slug'), style='font-monospace')
    group_name = attrs.TextAttr('group_name', label=_('Group name'))
    display_expression = attrs.TextAttr('display_expression', label=_('Display expression'), style='font-monospace')
    version = attrs.TextAttr('version', label=_('Version'))
    description = attrs.TextAttr('description', label=_('Description'))
    config_context_enabled = attrs.BooleanAttr('config_context_enabled', label=_('Config context'))


@register_model_view(CustomObjectType, 'list', path='', detail=False)
class CustomObjectTypeListView(generic.ObjectListView):
    queryset = CustomObjectType.objects.all()
    filterset = CustomObjectTypeFilterSet
    filterset_form = CustomObjectTypeFilterForm
    table = CustomObjectTypeTable
    actions = tuple(
        action for action in generic.ObjectListView.actions if action.name != 'bulk_rename'
    )  # names are identifiers: find and replace would break them


@register_model_view(CustomObjectType)
class CustomObjectTypeView(generic.ObjectView):
    queryset = CustomObjectType.objects.all()
    template_name = 'generic/object.html'
    layout = layout.SimpleLayout(
        left_panels=[TypePanel()],
        right_panels=[TagsPanel(), panels.CommentsPanel()],
        bottom_panels=[FieldsPanel()],
    )


@register_model_view(CustomObjectType, 'fields')
class CustomObjectTypeFieldsView(generic.ObjectChildrenView):
    queryset = CustomObjectType.objects.all()
    child_model = CustomObjectTypeField
    filterset = CustomObjectTypeFieldFilterSet
    filterset_form = CustomObjectTypeFieldFilterForm
    table = CustomObjectTypeFieldTable
    tab = ViewTab(
        label=_('Fields'),
        badge=lambda obj: obj.fields.count(),
        permission='netbox_custom_objects.view_customobjecttypefield',
        weight=500,
    )

    def get_children(self, request, parent):
        return parent.fields.restrict(request.user, 'view')

    def get_table(self, data, request, bulk_actions=True):
        table = super().get_table(data, request, bulk_actions)
        table.columns.hide('custom_object_type')
        return table


@register_model_view(CustomObjectType, 'add', detail=False)
@register_model_view(CustomObjectType, 'edit')
class CustomObjectTypeEditView(generic.ObjectEditView):
    queryset = CustomObjectType.objects.all()
    form = CustomObjectTypeForm


@register_model_view(CustomObjectType, 'delete')
class CustomObjectTypeDeleteView(generic.ObjectDeleteView):
    queryset = CustomObjectType.objects.all()

    def _get_dependent_objects(self, obj):
        """Add the type's objects, which no relation leads to, and say at once if other types stand in the way."""
        refuse_if_referenced(obj, obj._state.db)
        found = super()._get_dependent_objects(obj)
        model = obj.get_model()
        if count := model.objects.count():
            found[model] = CountOnly(count)
        return found

    def _handle_protected_objects(self, obj, protected_objects, request, exc):
        """Say which fields or objects stand in the way: a field's own name would not tell its type."""
        messages.error(request, exc.args[0])
        if request.htmx:
            return HttpResponse(headers={'HX-Redirect': obj.get_absolute_url()})
        return redirect(obj.get_absolute_url())


@register_model_view(CustomObjectType, 'bulk_import', path='import', detail=False)
class CustomObjectTypeBulkImportView(generic.BulkImportView):
    queryset = CustomObjectType.objects.all()
    model_form = CustomObjectTypeImportForm


@register_model_view(CustomObjectType, 'bulk_edit', path='edit', detail=False)
class CustomObjectTypeBulkEditView(generic.BulkEditView):
    queryset = CustomObjectType.objects.all()
    filterset = CustomObjectTypeFilterSet
    table = CustomObjectTypeTable
    form = CustomObjectTypeBulkEditForm


@register_model_view(CustomObjectType, 'bulk_delete', path='delete', detail=False)
class CustomObjectTypeBulkDeleteView(generic.BulkDeleteView):
    queryset = CustomObjectType.objects.all()
    filterset = CustomObjectTypeFilterSet
    table = CustomObjectTypeTable
