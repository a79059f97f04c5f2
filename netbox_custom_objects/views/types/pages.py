"""Pages of custom object types."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from extras.ui.panels import TagsPanel
from netbox.models.deletion import CountOnly
from netbox.object_actions import (
    AddObject,
    BulkDelete,
    BulkEdit,
    BulkExport,
    BulkImport,
    CloneObject,
    DeleteObject,
    EditObject,
)
from netbox.ui import layout, panels
from netbox.views import generic
from utilities.permissions import get_permission_for_model
from utilities.views import ViewTab, register_model_view

from ... import settings
from ...filtersets import CustomObjectTypeFieldFilterSet, CustomObjectTypeFilterSet
from ...forms import (
    CustomObjectTypeBulkEditForm,
    CustomObjectTypeFieldFilterForm,
    CustomObjectTypeFilterForm,
    CustomObjectTypeForm,
    CustomObjectTypeImportForm,
)
from ...models import CustomObjectType, CustomObjectTypeField
from ...models.readers import readable
from ...services.deleted.visible import restorable_until
from ...services.dependents import dependents_of_type, grouped
from ...tables import CustomObjectTypeFieldTable, CustomObjectTypeTable
from ..base import BulkEditMixin, CheckedImportMixin, DeleteNoticeMixin, TriesAgainMixin
from ..constraints.pages import ConstraintsPanel
from ..documents.export import ExportSelectedModels, ExportThisModel
from ..staged import StagedChangesPanel
from .delete import ReferencedTypeMixin
from .deleted import DeletedFieldsPanel, RestorableMixin
from .designer import may_design
from .fields import FieldsPanel
from .first_steps import NextStepsPanel, first_steps
from .map import MapPanel
from .menu import MoreMenu
from .panels import DeprecationPanel, FaultsPanel, IgnoredRulesPanel, RelationsPanel, TypePanel, count_objects
from .sizes import SizePanel


def may_add_fields(context) -> bool:
    """Whether the user of a page may design new types."""
    return context['request'].user.has_perm(get_permission_for_model(CustomObjectTypeField, 'add'))


class DesignType(AddObject):
    """Leads to the designer: a type with all of its fields."""

    name = 'design'
    label = _('Design')
    template_name = 'netbox_custom_objects/buttons/design.html'

    @classmethod
    def render(cls, context, obj, **kwargs):
        return super().render(context, obj, is_primary=True, **kwargs) if may_add_fields(context) else ''


class AddType(AddObject):
    """Leads to the form of the type alone; it comes second for those who may open the designer."""

    template_name = 'netbox_custom_objects/buttons/design.html'

    @classmethod
    def get_context(cls, context, obj):
        return {'icon': 'mdi-plus-thick', 'is_primary': not may_add_fields(context)}


class EditDesign(EditObject):
    """Leads to the designer of a type that exists."""

    name = 'redesign'
    label = _('Edit Design')
    template_name = 'netbox_custom_objects/buttons/design.html'
    permissions_required = {'view'}

    @classmethod
    def render(cls, context, obj, **kwargs):
        return super().render(context, obj, **kwargs) if may_design(context['request'].user) else ''


@register_model_view(CustomObjectType, 'list', path='', detail=False)
class CustomObjectTypeListView(generic.ObjectListView):
    queryset = CustomObjectType.objects.all()
    filterset = CustomObjectTypeFilterSet
    filterset_form = CustomObjectTypeFilterForm
    table = CustomObjectTypeTable
    template_name = 'netbox_custom_objects/customobjecttype_list.html'
    # No bulk rename: names are identifiers, which find and replace would break.
    actions = (
        DesignType,
        AddType,
        BulkImport,
        BulkExport,
        MoreMenu,
        BulkEdit,
        ExportSelectedModels,
        BulkDelete,
    )

    def get_extra_context(self, request):
        is_empty = not CustomObjectType.objects.exists()
        return {**super().get_extra_context(request), 'first_steps': first_steps(request.user) if is_empty else []}


@register_model_view(CustomObjectType)
class CustomObjectTypeView(generic.ObjectView):
    queryset = CustomObjectType.objects.all()
    template_name = 'netbox_custom_objects/customobjecttype.html'
    actions = (EditDesign, CloneObject, ExportThisModel, EditObject, DeleteObject)
    layout = layout.SimpleLayout(
        left_panels=[TypePanel(), TagsPanel(), panels.CommentsPanel(), SizePanel()],
        right_panels=[
            NextStepsPanel(),
            FaultsPanel(),
            StagedChangesPanel(),
            DeprecationPanel(),
            IgnoredRulesPanel(),
            RelationsPanel(),
            MapPanel(),
        ],
        bottom_panels=[FieldsPanel(), ConstraintsPanel(), DeletedFieldsPanel()],
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
        badge=lambda obj: readable(obj.fields.all()).count(),
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
class CustomObjectTypeEditView(TriesAgainMixin, generic.ObjectEditView):
    queryset = CustomObjectType.objects.all()
    form = CustomObjectTypeForm

    def get_extra_addanother_params(self, request):
        # Another type is not a copy of the one just created.
        return {'fields_of': request.POST.get('fields_of', '')}

    def alter_object(self, obj, request, url_args, url_kwargs):
        # Copying fields needs permissions for fields, which the form does not check.
        obj.set_edit_context(user=request.user)
        return obj


@register_model_view(CustomObjectType, 'delete')
class CustomObjectTypeDeleteView(
    RestorableMixin, TriesAgainMixin, ReferencedTypeMixin, DeleteNoticeMixin, generic.ObjectDeleteView
):
    queryset = CustomObjectType.objects.all()
    template_name = 'netbox_custom_objects/customobjecttype_delete.html'
    notice_template = 'netbox_custom_objects/inc/type_delete_notice.html'

    def _get_dependent_objects(self, obj):
        """Add the type's objects, which no relation leads to."""
        found = super()._get_dependent_objects(obj)
        if count := count_objects(obj):
            found[obj.get_model()] = CountOnly(count)
        return found

    def get_extra_context(self, request, instance):
        limit = settings.get('type_delete_log_limit')
        count = count_objects(instance)
        return {
            'count': count,
            'fields': instance.fields.count(),
            'logged': count <= limit,
            'limit': limit,
            'restorable_until': restorable_until(timezone.now()),
            'dependents': grouped(dependents_of_type(instance), request.user),
        }

    def _handle_protected_objects(self, obj, protected_objects, request, exc):
        """Say which fields or objects stand in the way: a field's own name would not tell its type."""
        messages.error(request, exc.args[0])
        if request.htmx:
            return HttpResponse(headers={'HX-Redirect': obj.get_absolute_url()})
        return redirect(obj.get_absolute_url())


@register_model_view(CustomObjectType, 'bulk_import', path='import', detail=False)
class CustomObjectTypeBulkImportView(CheckedImportMixin, TriesAgainMixin, generic.BulkImportView):
    queryset = CustomObjectType.objects.all()
    model_form = CustomObjectTypeImportForm


@register_model_view(CustomObjectType, 'bulk_edit', path='edit', detail=False)
class CustomObjectTypeBulkEditView(TriesAgainMixin, BulkEditMixin, generic.BulkEditView):
    queryset = CustomObjectType.objects.all()
    filterset = CustomObjectTypeFilterSet
    table = CustomObjectTypeTable.of_selection
    form = CustomObjectTypeBulkEditForm


@register_model_view(CustomObjectType, 'bulk_delete', path='delete', detail=False)
class CustomObjectTypeBulkDeleteView(RestorableMixin, TriesAgainMixin, generic.BulkDeleteView):
    queryset = CustomObjectType.objects.all()
    filterset = CustomObjectTypeFilterSet
    table = CustomObjectTypeTable.of_selection
