"""
Addresses of all pages, below `/plugins/custom-objects/`.

The first segment of an object's address is any slug, so those patterns come last; RESERVED_SLUGS are our own segments.
"""

from django.urls import include, path, reverse_lazy
from django.views.generic import RedirectView

from utilities.urls import get_model_urls

from .constants import APP_LABEL
from .views import linked, register_pages
from .views.objects import deleted, features, importing, links, pages, registered, rename

register_pages()

_slug = '<str:custom_object_type>'
_constraint = 'customobjecttypeconstraint'
_object = f'{_slug}/<int:pk>'

urlpatterns = [
    path('', RedirectView.as_view(url=reverse_lazy(f'plugins:{APP_LABEL}:customobjecttype_list')), name='index'),
    path('custom-object-types/import-errors/<int:pk>/', importing.ImportErrorsView.as_view(), name='import_errors'),
    path('custom-object-types/', include(get_model_urls(APP_LABEL, 'customobjecttype', detail=False))),
    path('custom-object-types/<int:pk>/', include(get_model_urls(APP_LABEL, 'customobjecttype'))),
    path(
        'custom-object-type-constraints/',
        include(get_model_urls(APP_LABEL, 'customobjecttypeconstraint', detail=False)),
    ),
    path('custom-object-type-constraints/<int:pk>/', include(get_model_urls(APP_LABEL, 'customobjecttypeconstraint'))),
    path('custom-object-type-fields/', include(get_model_urls(APP_LABEL, 'customobjecttypefield', detail=False))),
    path('custom-object-type-fields/<int:pk>/', include(get_model_urls(APP_LABEL, 'customobjecttypefield'))),
    path('journal-entries/add/', features.CustomJournalEntryEditView.as_view(), name='custom_journalentry_add'),
    path(f'{_slug}/', pages.CustomObjectListView.as_view(), name='customobject_list'),
    path(f'{_slug}/add/', pages.CustomObjectEditView.as_view(), name='customobject_add'),
    path(f'{_slug}/bulk-import/', pages.CustomObjectBulkImportView.as_view(), name='customobject_bulk_import'),
    path(f'{_slug}/bulk-edit/', pages.CustomObjectBulkEditView.as_view(), name='customobject_bulk_edit'),
    path(f'{_slug}/bulk-rename/', rename.CustomObjectBulkRenameView.as_view(), name='customobject_bulk_rename'),
    path(f'{_slug}/bulk-delete/', pages.CustomObjectBulkDeleteView.as_view(), name='customobject_bulk_delete'),
    path(f'{_slug}/deleted/', deleted.DeletedObjectsView.as_view(), name='customobject_deleted'),
    path(f'{_object}/', pages.CustomObjectView.as_view(), name='customobject'),
    path(f'{_object}/edit/', pages.CustomObjectEditView.as_view(), name='customobject_edit'),
    path(f'{_object}/delete/', pages.CustomObjectDeleteView.as_view(), name='customobject_delete'),
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
    # What other plugins have registered.
    path(f'{_object}/<path:path>/', registered.RegisteredView.as_view(), name='customobject_registered'),
    path(f'{_slug}/<path:path>/', registered.RegisteredView.as_view(), name='customobject_registered'),
]
