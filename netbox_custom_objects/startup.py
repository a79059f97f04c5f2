"""What `ready()` does beyond NetBox's own: a list of registrations. Must never query."""

from importlib import import_module

from django.apps import apps
from django.core.signals import request_started


def forget_models_at_start_up(sender, **kwargs) -> None:
    """
    Receiver of the first request: have Django list the models once more.

    Another plugin may have asked for the list while plugins were starting up, without the types (see get_models).
    """
    request_started.disconnect(forget_models_at_start_up)
    apps.get_models.cache_clear()


def register() -> None:
    """Register checks, system jobs, what NetBox keeps per model, and our part of netbox-branching where that is on."""
    request_started.connect(forget_models_at_start_up)
    import_module(f'{__package__}.checks')
    import_module(f'{__package__}.evolution').register()
    import_module(f'{__package__}.services.upkeep.repair')
    import_module(f'{__package__}.services.upkeep.purge')
    import_module(f'{__package__}.services.deleted.visible').register()
    import_module(f'{__package__}.jobs')
    import_module(f'{__package__}.search').register()
    import_module(f'{__package__}.views.registration').register()
    import_module(f'{__package__}.navigation').register()
    registered = import_module(f'{__package__}.models.registered')
    for signal in registered.INHERITED_SIGNALS:
        signal.connect(registered.pass_on)
    if apps.is_installed('netbox_branching'):
        # Imported here alone: without netbox-branching the room must not be entered (invariant I3).
        import_module(f'{__package__}.branching').register()
