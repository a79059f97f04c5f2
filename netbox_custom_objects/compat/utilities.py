"""Functions that scripts and plugins import from `netbox_custom_objects.utilities`."""

from collections.abc import Iterable

from django.apps import apps
from django.db.models import Model, QuerySet

from netbox.plugins import get_installed_plugins
from utilities.views import get_viewname as get_netbox_viewname

from ..constants import APP_LABEL, TABLE_MODEL_RE
from ..field_types.polymorphic.keys import key_of, visible_keys
from ..runtime.classes.isolated_apps import IsolatedApps


def extract_cot_id_from_model_name(model_name: str) -> str | None:
    """Return the id of a type as text, derived from the lower-case name of its class: `table27model` -> '27'."""
    match = TABLE_MODEL_RE.match(model_name)
    return match[1] if match else None


def generate_model(*args, **kwargs) -> type[Model]:
    """
    Return a model class that Django does not register; the arguments are those of `type()`.

    The classes of types are made otherwise: take them from `CustomObjectType.get_model()`.
    """
    name, bases, attributes = args
    meta = attributes.get('Meta')
    label = getattr(meta, 'app_label', APP_LABEL)
    options = {'app_label': label, 'apps': IsolatedApps(frozenset((name.lower(),)), label)}
    meta = type('Meta', (meta,) if meta else (), options)
    return type(bases[0])(name, bases, {'__module__': f'{APP_LABEL}.models', **attributes, 'Meta': meta}, **kwargs)


def get_viewname(model, action: str | None = None, rest_api: bool = False) -> str:
    """
    Return the name of a view of a model or object, to be reversed.

    Those of custom objects want the slug of their type as the argument `custom_object_type`.
    """
    if getattr(model, '_type_id', None) is None:
        return get_netbox_viewname(model, action, rest_api)
    if rest_api:
        return f'plugins-api:{APP_LABEL}-api:customobject-{action or "detail"}'
    return f'plugins:{APP_LABEL}:customobject{f"_{action}" if action else ""}'


def is_branching_enabled() -> bool:
    return 'netbox_branching' in get_installed_plugins()


def restrict_to_viewable(user, objects: QuerySet | Iterable[Model]) -> QuerySet | list[Model]:
    """Return those of some objects, of any models, that a user may view; a queryset for a queryset."""
    if isinstance(objects, QuerySet):
        return objects.restrict(user, 'view')
    objects = [obj for obj in objects if obj is not None]
    visible = visible_keys(user, objects)
    return [obj for obj in objects if key_of(obj) in visible]


class AppsProxy:
    """Django's registry of apps, which finds the classes of types by itself."""

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        return getattr(apps, name)
