"""
Which schema a custom object is read from and written to.

Custom objects follow their definitions: if an administrator exempts the definition models from branching, the objects
are exempt with them, so that rows and columns never live in different schemas.
"""

from django.db import DEFAULT_DB_ALIAS

from netbox.plugins import get_plugin_config
from netbox_branching.contextvars import active_branch

from ..constants import APP_LABEL
from ..models.change_data import by_key

_DEFINITIONS = {f'{APP_LABEL}.customobjecttype', f'{APP_LABEL}.customobjecttypefield'}


def current_alias() -> str:
    """Return the alias of the active branch, or the default one."""
    branch = active_branch.get()
    return DEFAULT_DB_ALIAS if branch is None or is_exempt() else branch.connection_name


def supports_branching(model: type) -> bool | None:
    """Answer netbox-branching for dynamic models and link tables; leave all others to its own rules."""
    if model._meta.app_label != APP_LABEL or not is_dynamic(model):
        return None
    return not is_exempt()


def migrate_record(model: type, data: dict) -> dict | None:
    """Return change data of a custom object keyed by payload keys, None if nothing changes."""
    if model._meta.app_label != APP_LABEL or not data or not getattr(model, '_payload_names', None):
        return None
    keyed = by_key(model, data)
    return None if keyed.keys() == data.keys() else keyed


def is_dynamic(model: type) -> bool:
    """Whether a model belongs to a type: its objects' class, or the class of a link table."""
    return hasattr(model, '_type_id') or bool(model._meta.auto_created and not model._meta.managed)


def is_exempt() -> bool:
    """Whether the setting `exempt_models` of netbox-branching names the definition models, or the whole plugin."""
    exempt = set(get_plugin_config('netbox_branching', 'exempt_models') or ())
    return f'{APP_LABEL}.*' in exempt or bool(exempt & _DEFINITIONS)
