"""
Addresses of all pages, below `/plugins/custom-objects/`.

The first segment of an object's address is any slug, so those patterns come last; RESERVED_SLUGS are our own segments.
"""

from django.urls import include, path, reverse_lazy
from django.views.generic import RedirectView

from utilities.urls import get_model_urls

from .constants import APP_LABEL
from .views import (
    linked,
    reference_check,  # noqa: F401  registers its views with NetBox, for get_model_urls()
)
from .views.fields import pages as field_pages  # noqa: F401  likewise
from .views.fields import preview  # noqa: F401  likewise
from .views.objects import features, links, rename
from .views.objects import pages as objects
from .views.types import designer, fields, history  # noqa: F401  likewise
from .views.types import pages as type_pages  # noqa: F401  likewise

_slug = '<str:custom_object_type>'
_object = f'{_slug}/<int:pk>'

urlpatterns = [
    path('', RedirectView.as_view(url=reverse_lazy(f'plugins:{APP_LABEL}:customobjecttype_list')), name='index'),
    path('custom-object-types/', include(get_model_urls(APP_LABEL, 'customobjecttype', detail=False))),
    path('custom-object-types/<int:pk>/', include(get_model_urls(APP_LABEL, 'customobjecttype'))),
    path('custom-object-type-fields/', include(get_model_urls(APP_LABEL, 'customobjecttypefield', detail=False))),
    path('custom-object-type-fields/<int:pk>/', include(get_model_urls(APP_LABEL, 'customobjecttypefield'))),
    path('journal-entries/add/', features.CustomJournalEntryEditView.as_view(), name='custom_journalentry_add'),
    path(f'{_slug}/', objects.CustomObjectListView.as_view(), name='customobject_list'),
    path(f'{_slug}/add/', objects.CustomObjectEditView.as_view(), name='customobject_add'),
    path(f'{_slug}/bulk-import/', objects.CustomObjectBulkImportView.as_view(), name='customobject_bulk_import'),
    path(f'{_slug}/bulk-edit/', objects.CustomObjectBulkEditView.as_view(), name='customobject_bulk_edit'),
    path(f'{_slug}/bulk-rename/', rename.CustomObjectBulkRenameView.as_view(), name='customobject_bulk_rename'),
    path(f'{_slug}/bulk-delete/', objects.CustomObjectBulkDeleteView.as_view(), name='customobject_bulk_delete'),
    path(f'{_object}/', objects.CustomObjectView.as_view(), name='customobject'),
    path(f'{_object}/edit/', objects.CustomObjectEditView.as_view(), name='customobject_edit'),
    path(f'{_object}/delete/', objects.CustomObjectDeleteView.as_view(), name='customobject_delete'),
    path(f'{_object}/journal/', features.CustomObjectJournalView.as_view(), name='customobject_journal'),
    path(f'{_object}/changelog/', features.CustomObjectChangeLogView.as_view(), name='customobject_changelog'),
    path(f'{_object}/contacts/', features.CustomObjectContactsView.as_view(), name='customobject_contacts'),
    path(
        f'{_object}/config-context/',
        features.CustomObjectConfigContextView.as_view(),
        name='customobject_configcontext',
    ),
    path(f'{_object}/custom-objects/', linked.CustomObjectLinkedView.as_view(), name='customobject_custom_objects'),
    path(f'{_object}/links/<str:field_name>/', links.CustomObjectLinksView.as_view(), name='customobject_links'),
    path(
        f'{_object}/links/<str:field_name>/<str:target>/',
        links.CustomObjectLinksView.as_view(),
        name='customobject_links',
    ),
]
