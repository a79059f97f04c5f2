"""What `ready()` does beyond NetBox's own: a list of registrations. Must never query."""

from importlib import import_module

from django.apps import apps


def register() -> None:
    """Register checks, system jobs, what NetBox keeps per model, and our part of netbox-branching where that is on."""
    import_module(f'{__package__}.checks')
    import_module(f'{__package__}.evolution').register()
    import_module(f'{__package__}.services.upkeep.repair')
    import_module(f'{__package__}.services.upkeep.purge')
    import_module(f'{__package__}.jobs')
    import_module(f'{__package__}.search').register()
    import_module(f'{__package__}.views.registration').register()
    import_module(f'{__package__}.navigation').register()
    if apps.is_installed('netbox_branching'):
        # Imported here alone: without netbox-branching the room must not be entered (invariant I3).
        import_module(f'{__package__}.branching').register()
