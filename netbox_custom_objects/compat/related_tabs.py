"""The tab of custom objects that refer to an object, for models that are made later than NetBox starts."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps

from netbox.models.features import ChangeLoggingMixin
from utilities.views import ViewTab, get_view, register_model_view

from ..constants import APP_LABEL
from ..views.linked import LinkedObjectsView, count_linked

NAME = 'custom_objects'


def register_tabs() -> None:
    """Give the tab to every model that is there now and lacks it; NetBox's start has done so already."""
    others = (config for config in apps.get_app_configs() if config.label != APP_LABEL)
    models = (model for config in others for model in config.get_models())
    register_combined_tabs(model for model in models if issubclass(model, ChangeLoggingMixin))


def register_combined_tabs(model_classes: Iterable[type], label: Any = 'Custom Objects', weight: int = 2000) -> None:
    """Give the tab to models that lack it; one that a model has stays as it is."""
    for model in model_classes:
        if get_view(model, NAME) is None:
            view = make_co_combined_view(label, weight)
            register_model_view(model, NAME, path='custom-objects', kwargs={'model': model})(view)


def make_co_combined_view(label: Any = 'Custom Objects', weight: int = 2000) -> type[LinkedObjectsView]:
    """Return a view of the tab with a label and a place among the tabs of its own."""
    tab = ViewTab(label=label, badge=count_linked, hide_if_empty=True, weight=weight)
    return type('CombinedTabView', (LinkedObjectsView,), {'__module__': __name__, 'tab': tab})
