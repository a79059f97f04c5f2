"""
Tells NetBox's registries of tabs and filtersets about a type.

What is entered resolves the type anew at each use: entries outlive the classes, and serve all branches.
"""

from django.apps import apps

from netbox.registry import registry

from ..constants import APP_LABEL
from ..definitions import model_name
from ..filtersets import get_filterset_class
from ..runtime.known_types import on_new_type

# Named as NetBox names its own feature views: by path, imported when first shown.
TABS = [
    {'name': name, 'view': f'{APP_LABEL}.views.features.{view}', 'path': name, 'detail': True, 'kwargs': {}}
    for name, view in (
        ('contacts', 'CustomObjectContactsView'),
        ('journal', 'CustomObjectJournalView'),
        ('changelog', 'CustomObjectChangeLogView'),
    )
]


def register() -> None:
    """Have each type entered that this process sees."""
    on_new_type(register_type)


def register_type(type_id: int) -> None:
    """Enter a type; entering it again changes nothing."""
    name = model_name(type_id)

    def filterset(*args, **kwargs):
        return get_filterset_class(apps.get_model(APP_LABEL, name))(*args, **kwargs)

    registry['views'][APP_LABEL][name] = TABS
    registry['filtersets'][f'{APP_LABEL}.{name}'] = filterset
