"""
Ghosts: always-empty classes that stand for types which the current schema does not have.

`ContentType.model_class()` must not be None for a type that lives in another branch or was retired: change log pages,
provisioning, diffs and stale-content-type removal all dereference it (proven, 1.3).
"""

from functools import cache

from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist, ObjectNotUpdated
from django.db import DatabaseError
from django.utils.functional import lazy

from ...constants import APP_LABEL
from ...definitions import TypeDefinition, class_name, model_name
from ...models.objects import CustomObject
from ...models.types import CustomObjectType
from .gone_types import name_of_gone_type
from .isolated_apps import IsolatedApps
from .managers import CustomObjectManager

last_name = lazy(name_of_gone_type, str)


@cache
def exceptions_of(type_id: int) -> dict[str, type[Exception]]:
    """Return the exception classes that all generations of a type share."""
    name = class_name(type_id)
    return {
        'DoesNotExist': type('DoesNotExist', (ObjectDoesNotExist,), {'__qualname__': f'{name}.DoesNotExist'}),
        'MultipleObjectsReturned': type(
            'MultipleObjectsReturned', (MultipleObjectsReturned,), {'__qualname__': f'{name}.MultipleObjectsReturned'}
        ),
        'NotUpdated': type('NotUpdated', (ObjectNotUpdated, DatabaseError), {'__qualname__': f'{name}.NotUpdated'}),
    }


def _action_url(cls, action=None, rest_api=False, kwargs=None):
    """Return the URL that the type would have, None for its endpoints: NetBox tells clients that there are none."""
    return None if rest_api else CustomObject._get_action_url.__func__(cls, action, rest_api, kwargs)


@cache
def ghost(type_id: int) -> type[CustomObject]:
    """
    Return the ghost of a type: base fields, no rows.

    Its table is that of the type definitions, which exists in every schema and which branching copies anyway.
    """
    definition = TypeDefinition(type_id, model_name(type_id), slug=model_name(type_id))
    meta = type(
        'Meta',
        (),
        {
            'apps': IsolatedApps(frozenset((model_name(type_id),)), APP_LABEL),
            'app_label': APP_LABEL,
            'db_table': CustomObjectType._meta.db_table,
            'managed': False,
            'ordering': ('id',),
            'verbose_name': last_name(type_id),
            'verbose_name_plural': last_name(type_id),
            'base_manager_name': 'objects',
            'default_manager_name': 'objects',
        },
    )
    model = type(CustomObject)(
        class_name(type_id),
        (CustomObject,),
        {
            '__module__': 'netbox_custom_objects.models',
            'Meta': meta,
            'objects': CustomObjectManager(),
            'clone_fields': (),
            '_type_id': type_id,
            '_definition': definition,
            '_payload_names': {},
            '_storage': frozenset(),
            '_is_ghost': True,
            '_get_action_url': classmethod(_action_url),
            # System checks would look for the table.
            'check': classmethod(lambda cls, **kwargs: []),
        },
    )
    for name, exception in exceptions_of(type_id).items():
        setattr(model, name, exception)
    return model
