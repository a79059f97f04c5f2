"""
REST endpoints of the plugin, below `/api/plugins/custom-objects/`.

The endpoints of objects come last: their first segment is any slug.
"""

from django.urls import path

from netbox.api.routers import NetBoxRouter

from ..runtime.extensions import api_urlpatterns
from . import views

router = NetBoxRouter()
router.APIRootView = views.RootView
router.register('custom-object-types', views.CustomObjectTypeViewSet, basename='customobjecttype')
router.register('custom-object-type-fields', views.CustomObjectTypeFieldViewSet, basename='customobjecttypefield')
router.register(
    'custom-object-type-constraints', views.CustomObjectTypeConstraintViewSet, basename='customobjecttypeconstraint'
)
router.register('deleted', views.DeletedViewSet, basename='deleted')
router.register('staged-changes', views.StagedChangeViewSet, basename='stagedchange')
router.register(r'(?P<custom_object_type>[-a-zA-Z0-9_]+)', views.CustomObjectViewSet, basename='customobject')

urlpatterns = [
    *api_urlpatterns,
    path('linked-objects/', views.LinkedObjectsView.as_view(), name='linked-objects'),
    path(
        'custom-object-type-fields/<int:pk>/staged-changes/',
        views.FieldStagedChangesViewSet.as_view({'post': 'start'}),
        name='customobjecttypefield-staged-changes',
    ),
    path(
        'custom-object-type-fields/<int:pk>/choices/',
        views.FieldChoicesView.as_view(),
        name='customobjecttypefield-choices',
    ),
    path('deleted/objects/', views.DeletedObjectsViewSet.as_view({'get': 'list'}), name='deleted-objects'),
    path(
        'deleted/objects/restore/',
        views.DeletedObjectsViewSet.as_view({'post': 'restore'}),
        name='deleted-objects-restore',
    ),
    path('schema/export/', views.SchemaExportView.as_view(), name='schema-export'),
    path('schema/preview/', views.SchemaPreviewView.as_view(), name='schema-preview'),
    path('schema/apply/', views.SchemaApplyView.as_view(), name='schema-apply'),
    path('job-reports/<int:pk>/', views.JobReportView.as_view(), name='job-reports'),
    *router.urls,
]
