"""
Access to PLUGINS_CONFIG['netbox_custom_objects'] and to the few host settings that we depend on.

May import django.conf and netbox.plugins only.
"""

from django.conf import settings as django_settings

from netbox.plugins import get_plugin_config

from .constants import APP_LABEL, DEFAULT_MULTIOBJECT_DISPLAY


def get(name: str):
    """Return a setting of this plugin, or its default (constants.DEFAULT_SETTINGS)."""
    return get_plugin_config(APP_LABEL, name)


def multiobject_display() -> int:
    """Return how many targets of one field are shown before an ellipsis; the default if the setting is unusable."""
    value = get('max_multiobject_display')
    return value if is_positive(value) else DEFAULT_MULTIOBJECT_DISPLAY


def is_positive(value) -> bool:
    """Whether a setting is a positive whole number."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def main_schema() -> str:
    """Return the PostgreSQL schema that holds NetBox's own tables (netbox-branching names it `main_schema`)."""
    return django_settings.PLUGINS_CONFIG.get('netbox_branching', {}).get('main_schema', 'public')
