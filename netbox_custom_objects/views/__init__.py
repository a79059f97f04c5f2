"""Pages: of types, of their fields, and of custom objects. Importing this module registers those of the first two."""

from .features import (
    CustomJournalEntryEditView,
    CustomObjectChangeLogView,
    CustomObjectContactsView,
    CustomObjectJournalView,
)
from .fields import CustomObjectTypeFieldEditView
from .links import CustomObjectLinksView
from .objects import (
    CustomObjectBulkDeleteView,
    CustomObjectBulkEditView,
    CustomObjectBulkImportView,
    CustomObjectDeleteView,
    CustomObjectEditView,
    CustomObjectListView,
    CustomObjectView,
)
from .types import CustomObjectTypeView

__all__ = (
    'CustomJournalEntryEditView',
    'CustomObjectBulkDeleteView',
    'CustomObjectBulkEditView',
    'CustomObjectBulkImportView',
    'CustomObjectChangeLogView',
    'CustomObjectContactsView',
    'CustomObjectDeleteView',
    'CustomObjectEditView',
    'CustomObjectJournalView',
    'CustomObjectLinksView',
    'CustomObjectListView',
    'CustomObjectTypeFieldEditView',
    'CustomObjectTypeView',
    'CustomObjectView',
)
