"""Pages of custom objects: list, detail, add, edit, delete and their bulk forms, for all types."""

from django.http import HttpResponse

from netbox.object_actions import AddObject, BulkDelete, BulkEdit, BulkImport
from netbox.views import generic
from utilities.forms import restrict_form_fields
from utilities.htmx import htmx_partial

from ...field_types import field_type_of
from ...filtersets import get_filterset_class
from ...forms import get_bulk_edit_form_class, get_filter_form_class, get_form_class, get_import_form_class
from ...forms.conditions import FOLLOW
from ...forms.hidden_targets import hidden_targets_of_all
from ...forms.links import changes_links, wanted_links
from ...models.protectors import hiding_protectors
from ...runtime.classes.memo import surfaced_fields
from ...tables import get_table_class
from ..base import BulkEditMixin, CheckedImportMixin, TypeFromURLMixin, WritingMixin, deprecation_context, type_links
from ..linked import related_fields
from .bulk_errors import EditErrorsMixin
from .deleted import RestorableObjectsMixin, deleted_objects_url
from .export import ExportObjects, ImportableExportMixin
from .importing import ImportsTogetherMixin
from .panels import get_layout
from .rename import RenameObjects
from .together import DeletesTogetherMixin, EditsTogetherMixin


class CustomObjectListView(ImportableExportMixin, TypeFromURLMixin, generic.ObjectListView):
    actions = (AddObject, BulkImport, ExportObjects, BulkEdit, RenameObjects, BulkDelete)
    template_name = 'netbox_custom_objects/customobject_list.html'

    def bind(self, model):
        super().bind(model)
        self.table = get_table_class(model)
        self.filterset = get_filterset_class(model)
        self.filterset_form = get_filter_form_class(model)

    def get_extra_context(self, request):
        deleted_url = '' if self.model._definition.deprecated else deleted_objects_url(self.model)
        return {
            **super().get_extra_context(request),
            **deprecation_context(self.model),
            **type_links(request.user, self.model),
            'deleted_url': deleted_url,
        }


class CustomObjectView(TypeFromURLMixin, generic.ObjectView):
    template_name = 'netbox_custom_objects/customobject.html'

    def bind(self, model):
        super().bind(model)
        self.queryset = self.queryset.with_rollups()
        self.layout = get_layout(model)

    def get_extra_context(self, request, instance):
        return {
            **super().get_extra_context(request, instance),
            **deprecation_context(self.model),
            **type_links(request.user, self.model),
            'related': related_fields(request, instance),
        }


class CustomObjectEditView(WritingMixin, generic.ObjectEditView):
    def bind(self, model):
        super().bind(model)
        self.form = get_form_class(model)

    def post(self, request, *args, **kwargs):
        if FOLLOW in request.POST and htmx_partial(request):
            return self._refuse(request) or self._follow(request, self.get_object(**kwargs))
        return super().post(request, *args, **kwargs)

    def _follow(self, request, instance):
        """Answer what has been typed so far with the rows of fields whose conditions have changed; nothing is saved."""
        # As NetBox calls the inputs of a dialog.
        prefix = 'quickadd' if request.GET.get('_quickadd') else None
        form = self.form(data=request.POST, files=request.FILES, instance=instance, prefix=prefix)
        restrict_form_fields(form, request.user)
        form.follow()
        return HttpResponse(''.join(form.changed_rows()))


class CustomObjectDeleteView(RestorableObjectsMixin, TypeFromURLMixin, generic.ObjectDeleteView):
    """NetBox's view, which asks the model for everything it needs."""

    def _get_dependent_objects(self, obj):
        """Leave custom objects to the panel of `delete_preview`, which names none that the user may not view."""
        with hiding_protectors():
            found = super()._get_dependent_objects(obj)
        return {model: objects for model, objects in found.items() if not hasattr(model, '_type_id')}


class CustomObjectBulkImportView(ImportsTogetherMixin, WritingMixin, CheckedImportMixin, generic.BulkImportView):
    def bind(self, model):
        super().bind(model)
        self.model_form = get_import_form_class(model)


class LinkEditsMixin:
    """For the bulk edit page: links are added and removed, and those stay that the user may not view."""

    def _update_objects(self, form, request):
        asked = self.references & {*request.POST.getlist('_nullify'), *form.changed_data}
        # Read before NetBox sets the attributes.
        stored = self.model.objects.filter(pk__in=form.cleaned_data['pk']).prefetch_related(*asked) if asked else ()
        self.hidden_targets, self.wanted_links = hidden_targets_of_all(list(stored), asked), {}
        return super()._update_objects(form, request)

    def pre_save_operations(self, form, obj):
        """Keep the targets that the user may not view in references that are emptied or replaced."""
        super().pre_save_operations(form, obj)
        for field, hidden in self.hidden_targets.get(obj.pk, {}).items():
            if field.name in obj._m2m_values:
                obj._m2m_values[field.name] += hidden
            elif not field_type_of(field).many and getattr(obj, field.name) is None:
                setattr(obj, field.name, hidden[0])
        wanted = self.wanted_links[obj.pk] = {}
        for field in surfaced_fields(self.model):
            if changes_links(form, field):
                present = obj._m2m_values.get(field.name)
                present = list(getattr(obj, field.name).all()) if present is None else present
                wanted[field.name] = obj._m2m_values[field.name] = wanted_links(form, field, present)

    def post_save_operations(self, form, obj):
        super().post_save_operations(form, obj)
        for field, hidden in self.hidden_targets.get(obj.pk, {}).items():
            if field_type_of(field).many:
                getattr(obj, field.name).add(*hidden)
        for name, wanted in self.wanted_links[obj.pk].items():
            getattr(obj, name).set(wanted)


class CustomObjectBulkEditView(
    EditErrorsMixin, LinkEditsMixin, EditsTogetherMixin, WritingMixin, BulkEditMixin, generic.BulkEditView
):
    def bind(self, model):
        super().bind(model)
        self.filterset = get_filterset_class(model)
        self.table = get_table_class(model).of_selection
        self.form = get_bulk_edit_form_class(model)
        self.references = {field.name for field in surfaced_fields(model) if field_type_of(field).is_reference}


class CustomObjectBulkDeleteView(
    DeletesTogetherMixin, RestorableObjectsMixin, TypeFromURLMixin, generic.BulkDeleteView
):
    def bind(self, model):
        super().bind(model)
        self.filterset = get_filterset_class(model)
        self.table = get_table_class(model).of_selection
