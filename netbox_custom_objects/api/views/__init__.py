"""Endpoints of types, fields and objects."""

from .background import JobReportView
from .choices import FieldChoicesView
from .constraints import CustomObjectTypeConstraintViewSet
from .deleted import DeletedObjectsViewSet, DeletedViewSet
from .documents import SchemaApplyView, SchemaExportView, SchemaPreviewView
from .fields import CustomObjectTypeFieldViewSet
from .linked import LinkedObjectsView
from .objects import CustomObjectViewSet
from .root import RootView
from .staged import FieldStagedChangesViewSet, StagedChangeViewSet
from .types import CustomObjectTypeViewSet

__all__ = (
    'CustomObjectTypeConstraintViewSet',
    'CustomObjectTypeFieldViewSet',
    'CustomObjectTypeViewSet',
    'CustomObjectViewSet',
    'DeletedObjectsViewSet',
    'DeletedViewSet',
    'FieldChoicesView',
    'FieldStagedChangesViewSet',
    'JobReportView',
    'LinkedObjectsView',
    'RootView',
    'SchemaApplyView',
    'SchemaExportView',
    'SchemaPreviewView',
    'StagedChangeViewSet',
)
