"""Pages of custom objects: list, detail, add, edit, delete and their bulk forms, for all types."""

from netbox.object_actions import AddObject, BulkDelete, BulkEdit, BulkImport
from netbox.views import generic

from ..filtersets import get_filterset_class
from ..forms import get_bulk_edit_form_class, get_filter_form_class, get_form_class, get_import_form_class
from ..tables import get_table_class
from .base import TypeFromURLMixin
from .export import ExportObjects, ImportableExportMixin
from .panels import get_layout


class CustomObjectListView(ImportableExportMixin, TypeFromURLMixin, generic.ObjectListView):
    actions = (AddObject, BulkImport, ExportObjects, BulkEdit, BulkDelete)

    def bind(self, model):
        super().bind(model)
        self.table = get_table_class(model)
        self.filterset = get_filterset_class(model)
        self.filterset_form = get_filter_form_class(model)


class CustomObjectView(TypeFromURLMixin, generic.ObjectView):
    template_name = 'netbox_custom_objects/customobject.html'

    def bind(self, model):
        super().bind(model)
        self.layout = get_layout(model)


class CustomObjectEditView(TypeFromURLMixin, generic.ObjectEditView):
    def bind(self, model):
        super().bind(model)
        self.form = get_form_class(model)


class CustomObjectDeleteView(TypeFromURLMixin, generic.ObjectDeleteView):
    """NetBox's view, which asks the model for everything it needs."""


class CustomObjectBulkImportView(TypeFromURLMixin, generic.BulkImportView):
    def bind(self, model):
        super().bind(model)
        self.model_form = get_import_form_class(model)


class CustomObjectBulkEditView(TypeFromURLMixin, generic.BulkEditView):
    def bind(self, model):
        super().bind(model)
        self.filterset = get_filterset_class(model)
        self.table = get_table_class(model)
        self.form = get_bulk_edit_form_class(model)


class CustomObjectBulkDeleteView(TypeFromURLMixin, generic.BulkDeleteView):
    def bind(self, model):
        super().bind(model)
        self.filterset = get_filterset_class(model)
        self.table = get_table_class(model)
