"""
Registers a type's views and filterset with NetBox.

NetBox's hooks ask a model for its app label and its name only. What stands in for the model here has nothing else: it
outlives the classes, and serves all branches. This runs at start-up, hence names views and filtersets by path, as
NetBox does for its own feature views.
"""

from types import SimpleNamespace

from django.apps import apps
from django.utils.module_loading import import_string

from netbox.models.features import ChangeLoggingMixin
from utilities.filtersets import register_filterset
from utilities.views import register_model_view

from ..constants import APP_LABEL
from ..definitions import model_name
from ..runtime.classes.known_types import on_new_type

# (name, path, view) of each tab of an object.
TABS = (
    ('contacts', 'contacts', 'objects.features.CustomObjectContactsView'),
    ('journal', 'journal', 'objects.features.CustomObjectJournalView'),
    ('changelog', 'changelog', 'objects.features.CustomObjectChangeLogView'),
    ('configcontext', 'config-context', 'objects.features.CustomObjectConfigContextView'),
    ('custom_objects', 'custom-objects', 'linked.CustomObjectLinkedView'),
)


class FilterSetOfType:
    """Stands in for the filterset class of a type, which is resolved anew at each use."""

    def __init__(self, model):
        self._meta = SimpleNamespace(model=model)

    def __call__(self, *args, **kwargs):
        build = import_string(f'{APP_LABEL}.filtersets.get_filterset_class')
        return build(apps.get_model(APP_LABEL, self._meta.model._meta.model_name))(*args, **kwargs)


def register() -> None:
    """Have each type registered that this process sees, and the tab "Custom Objects" for every other model."""
    on_new_type(register_type)
    for app in apps.get_app_configs():
        for model in app.get_models():
            if issubclass(model, ChangeLoggingMixin) and model._meta.app_label != APP_LABEL:
                register_model_view(model, 'custom_objects', path='custom-objects', kwargs={'model': model})(
                    f'{APP_LABEL}.views.linked.LinkedObjectsView'
                )


def register_type(type_id: int) -> None:
    """Register a type; to be called once for each."""
    model = SimpleNamespace(_meta=SimpleNamespace(app_label=APP_LABEL, model_name=model_name(type_id)))
    for name, path, view in TABS:
        register_model_view(model, name, path=path)(f'{APP_LABEL}.views.{view}')
    register_filterset(FilterSetOfType(model))
