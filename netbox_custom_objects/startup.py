"""What `ready()` does beyond NetBox's own: a list of registrations. Must never query."""

from importlib.util import find_spec

from django.apps import apps


def register() -> None:
    """Register this plugin's optional parts."""
    if apps.is_installed('netbox_branching') and find_spec('netbox_branching'):
        from .branching import register as register_branching

        register_branching()
