"""
The class that stands for the objects of all types, of those made later too: `netbox_custom_objects.customobject`.

Other plugins register panels, tabs and columns per model. What they register for this one, every type inherits (see
`models.registered`). It has no rows and no pages of its own, and no field can refer to it.
"""

from functools import cache

from django.db import models
from django.urls import NoReverseMatch
from django.utils.translation import gettext_lazy as _

from utilities.querysets import RestrictedQuerySet

from ...constants import APP_LABEL, COMMON_MODEL
from ...models.objects import CustomObject
from ...models.types import CustomObjectType
from .isolated_apps import IsolatedApps


class NoObjects(models.Manager.from_queryset(RestrictedQuerySet)):
    """Finds nothing, and asks the database for nothing."""

    use_in_migrations = False

    def get_queryset(self):
        return super().get_queryset().none()


def _no_page(cls, *args, **kwargs):
    raise NoReverseMatch(f'{cls._meta.label} has no pages.')


@cache
def any_object() -> type[CustomObject]:
    """Return the class. Its table is that of the type definitions, as a ghost's is."""
    meta = {
        'apps': IsolatedApps(frozenset((COMMON_MODEL,)), APP_LABEL),
        'app_label': APP_LABEL,
        'db_table': CustomObjectType._meta.db_table,
        'managed': False,
        'verbose_name': _('custom object'),
        'verbose_name_plural': _('custom objects'),
        'base_manager_name': 'objects',
        'default_manager_name': 'objects',
    }
    return type(CustomObject)('CustomObject', (CustomObject,), {
        '__module__': 'netbox_custom_objects.models',
        'Meta': type('Meta', (), meta),
        'objects': NoObjects(),
        'clone_fields': (),
        'custom_object_type_id': None,
        'custom_object_type': None,
        # Not to be offered where an object type is chosen.
        '_netbox_private': True,
        # System checks would look for the table.
        'check': classmethod(lambda cls, **kwargs: []),
        '_get_action_url': classmethod(_no_page),
    })  # fmt: skip
