"""
Forms: of types, of their fields, and of custom objects.

NetBox's object selector looks a model's filter form up by name in this module: `Table5ModelFilterForm` is built on
demand, see `__getattr__`.
"""

from ..runtime.lookup import model_of_surface
from .constraints import CustomObjectTypeConstraintForm
from .fields import CustomObjectTypeFieldBulkEditForm, CustomObjectTypeFieldForm, CustomObjectTypeFieldImportForm
from .filters import CustomObjectTypeFieldFilterForm, CustomObjectTypeFilterForm, get_filter_form_class
from .objects import get_bulk_edit_form_class, get_form_class, get_import_form_class
from .types import CustomObjectTypeBulkEditForm, CustomObjectTypeForm, CustomObjectTypeImportForm

__all__ = (
    'CustomObjectTypeBulkEditForm',
    'CustomObjectTypeConstraintForm',
    'CustomObjectTypeFieldBulkEditForm',
    'CustomObjectTypeFieldFilterForm',
    'CustomObjectTypeFieldForm',
    'CustomObjectTypeFieldImportForm',
    'CustomObjectTypeFilterForm',
    'CustomObjectTypeForm',
    'CustomObjectTypeImportForm',
    'get_bulk_edit_form_class',
    'get_filter_form_class',
    'get_form_class',
    'get_import_form_class',
)


def __getattr__(name: str):
    return get_filter_form_class(model_of_surface(name, 'FilterForm', __name__))
