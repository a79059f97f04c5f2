"""
Registers views and filtersets of types with NetBox, and lets types inherit what is registered for all of them.

NetBox's hooks ask a model for its app label and its name only. What stands in for the model of a filterset has nothing
else: it outlives the classes, and serves all branches. This runs at start-up, hence names views and filtersets by path,
as NetBox does for its own feature views.
"""

from collections.abc import Callable
from types import SimpleNamespace

from django.apps import apps
from django.utils.module_loading import import_string

from netbox.models.features import ChangeLoggingMixin
from netbox.registry import registry
from utilities.filtersets import register_filterset
from utilities.views import register_model_view

from ..constants import APP_LABEL, COMMON_MODEL
from ..definitions import model_name
from ..models import CustomObject
from ..models.registered import Registered
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
    """Stands in for the filterset class of a type, which is looked up for each use."""

    def __init__(self, model):
        self._meta = SimpleNamespace(model=model)

    def __call__(self, *args, **kwargs):
        build = import_string(f'{APP_LABEL}.filtersets.get_filterset_class')
        return build(apps.get_model(APP_LABEL, self._meta.model._meta.model_name))(*args, **kwargs)


def register() -> None:
    """Register the tabs of all types, have each type inherit them, and the tab "Custom Objects" for other models."""
    for name, path, view in TABS:
        register_model_view(CustomObject, name, path=path)(f'{APP_LABEL}.views.{view}')
    on_new_type(register_type)
    for app in apps.get_app_configs():
        for model in app.get_models():
            if issubclass(model, ChangeLoggingMixin) and model._meta.app_label != APP_LABEL:
                register_model_view(model, 'custom_objects', path='custom-objects', kwargs={'model': model})(
                    f'{APP_LABEL}.views.linked.LinkedObjectsView'
                )


def register_type(type_id: int) -> None:
    """Register a type, and keep what other plugins have registered for it already; to be called once for each."""
    name = model_name(type_id)
    _inherit(registry['views'][APP_LABEL], name, COMMON_MODEL, lambda view: (view['name'], view['detail']))
    _inherit(
        registry['plugins']['template_extensions'],
        f'{APP_LABEL}.{name}',
        f'{APP_LABEL}.{COMMON_MODEL}',
        lambda extension: extension,
    )
    if f'{APP_LABEL}.{name}' not in registry['filtersets']:
        register_filterset(
            FilterSetOfType(SimpleNamespace(_meta=SimpleNamespace(app_label=APP_LABEL, model_name=name)))
        )


def _inherit(registered: dict, name: str, common: str, name_of: Callable) -> None:
    registered[name] = Registered(registered.get(name, []), lambda: registered.get(common, []), name_of)
