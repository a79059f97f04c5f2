"""
Registers a type with NetBox's registries of tabs and filtersets.

What is entered resolves the type anew at each use: entries outlive the classes, and serve all branches. This runs at
start-up, hence names views and filtersets by path, as NetBox does for its own feature views.
"""

from django.apps import apps
from django.utils.module_loading import import_string

from netbox.models.features import ChangeLoggingMixin
from netbox.registry import registry
from utilities.views import register_model_view

from ..constants import APP_LABEL
from ..definitions import model_name
from ..runtime.classes.known_types import on_new_type

TABS = [
    {'name': name, 'view': f'{APP_LABEL}.views.objects.features.{view}', 'path': name, 'detail': True, 'kwargs': {}}
    for name, view in (
        ('contacts', 'CustomObjectContactsView'),
        ('journal', 'CustomObjectJournalView'),
        ('changelog', 'CustomObjectChangeLogView'),
    )
]
for _name, _view, _path in (
    ('configcontext', 'objects.features.CustomObjectConfigContextView', 'config-context'),
    ('custom_objects', 'linked.CustomObjectLinkedView', 'custom-objects'),
):
    _view = f'{APP_LABEL}.views.{_view}'
    TABS.append({'name': _name, 'view': _view, 'path': _path, 'detail': True, 'kwargs': {}})


def register() -> None:
    """Have each type entered that this process sees, and the tab "Custom Objects" for every other model."""
    on_new_type(register_type)
    for app in apps.get_app_configs():
        for model in app.get_models():
            if issubclass(model, ChangeLoggingMixin) and model._meta.app_label != APP_LABEL:
                register_model_view(model, 'custom_objects', path='custom-objects', kwargs={'model': model})(
                    f'{APP_LABEL}.views.linked.LinkedObjectsView'
                )


def register_type(type_id: int) -> None:
    """Enter a type; entering it again changes nothing."""
    name = model_name(type_id)

    def filterset(*args, **kwargs):
        build = import_string(f'{APP_LABEL}.filtersets.get_filterset_class')
        return build(apps.get_model(APP_LABEL, name))(*args, **kwargs)

    registry['views'][APP_LABEL][name] = TABS
    registry['filtersets'][f'{APP_LABEL}.{name}'] = filterset
