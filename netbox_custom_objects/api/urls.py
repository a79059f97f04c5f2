"""
REST endpoints of the plugin, below `/api/plugins/custom-objects/`.

The endpoints of objects come last: their first segment is any slug.
"""

from netbox.api.routers import NetBoxRouter

from . import views

router = NetBoxRouter()
router.APIRootView = views.RootView
router.register('custom-object-types', views.CustomObjectTypeViewSet, basename='customobjecttype')
router.register('custom-object-type-fields', views.CustomObjectTypeFieldViewSet, basename='customobjecttypefield')
router.register(r'(?P<custom_object_type>[-a-zA-Z0-9_]+)', views.CustomObjectViewSet, basename='customobject')

urlpatterns = router.urls
