"""
An app registry that knows a few models of its own, and asks the global one for everything else.

May import django only. Keeps core models ignorant of ours: nothing that is registered here shows in `django.apps.apps`
or in the relation tree of a core model (proven, 1.1).
"""

from django.apps import apps as global_apps
from django.apps.registry import Apps


class IsolatedApps(Apps):
    """
    A registry of the models whose lower-case names are given.

    `get_models` must return own models only: Django's Options writes relation trees onto every model it returns.
    """

    def __init__(self, own_names: frozenset[str], app_label: str):
        # Set first: Apps.__init__ clears caches, which asks for the models.
        self.own_names = own_names
        self.own_label = app_label
        super().__init__(())
        # Options.app_config looks the plugin's configuration up here.
        self.app_configs = global_apps.app_configs

    def get_models(self, include_auto_created=False, include_swapped=False):
        return [
            model
            for model in self.all_models[self.own_label].values()
            if include_auto_created or not model._meta.auto_created
        ]

    # Apps.clear_cache() expects the functools.cache of the method that we replace.
    get_models.cache_clear = lambda: None

    def get_model(self, app_label, model_name=None, require_ready=True):
        if model_name is None:
            app_label, model_name = app_label.split('.')
        if app_label == self.own_label and model_name.lower() in self.own_names:
            return self.get_registered_model(app_label, model_name)
        return global_apps.get_model(app_label, model_name, require_ready)

    def get_registered_model(self, app_label, model_name):
        if app_label == self.own_label and model_name.lower() in self.own_names:
            model = self.all_models[app_label].get(model_name.lower())
            if model is None:
                # Not built yet: models that refer to it wait in this registry's list of pending operations.
                raise LookupError(f'{app_label}.{model_name}')
            return model
        return global_apps.get_registered_model(app_label, model_name)

    def register_model(self, app_label, model):
        # Like Apps.register_model, but caches are expired once, when the island is complete.
        self.all_models[app_label][model._meta.model_name] = model
        self.do_pending_operations(model)
