"""
NetBox plugin: object types that users define at runtime, each backed by a PostgreSQL table of its own.

This module is imported by NetBox's settings, before any app is loaded: it may import netbox.plugins,
constants and early at its top and everything else inside functions only.
"""

from netbox.plugins import PluginConfig

from . import early
from .constants import DEFAULT_SETTINGS

__version__ = '1.0.0a1'


class CustomObjectsConfig(PluginConfig):
    """Registers the plugin with NetBox, and resolves dynamic model names for Django's app registry."""

    name = 'netbox_custom_objects'
    verbose_name = 'Custom Objects'
    description = 'Object types defined by users, with full branching support'
    version = __version__
    author = 'The netbox-custom-objects authors'
    base_url = 'custom-objects'
    min_version = '4.7.0'
    max_version = '4.7.99'
    default_settings = DEFAULT_SETTINGS
    middleware = (
        f'{__name__}.middleware.ReplacedViewsMiddleware',
        f'{__name__}.views.bounds.BoundedInputMiddleware',
        f'{__name__}.views.delete_preview.DeletePreviewMiddleware',
    )
    serializer_resolver = 'api.serializers.serializer_resolver'
    graphql_schema = 'graphql.schema.schema'
    graphql_type_extensions = 'graphql.extensions.type_extensions'

    def get_model(self, model_name, require_ready=True):
        """
        Return a model class of this app; dynamic ones (`table<id>model`, link models) as the current context sees them.

        Raises:
            LookupError: the model does not exist, and never did
        """
        try:
            return super().get_model(model_name, require_ready)
        except LookupError:
            if not self.apps.models_ready:
                raise
            from .runtime.classes.registry import resolve

            return resolve(model_name)

    def get_models(self, include_auto_created=False, include_swapped=False):
        """
        Yield the static models, and for a call without flags a stub per dynamic type as well.

        Only such calls mean "every model there is" (the core change log decides by one which records to show). Those
        that build relation graphs or migrations pass a flag, and must never see a dynamic class (proven, 1.1). While
        plugins are starting up, one class stands for all types, so that nothing is asked of the database.
        """
        yield from super().get_models(include_auto_created, include_swapped)
        if include_auto_created or include_swapped or self._is_registering:
            return
        if self.apps.ready:
            from .runtime.classes.stubs import stub_models

            yield from stub_models()
        else:
            from .runtime.classes.any_object import any_object

            yield any_object()

    # Whether NetBox is registering the models of this app: it would give the one class tabs that it has already.
    _is_registering = False

    def get_jinja_context(self):
        """Return what config templates and export templates see of ours besides the filters: the objects by type."""
        from .jinja_env import CustomObjectsNamespace

        return {'custom_objects': CustomObjectsNamespace()}

    def ready(self):
        self._is_registering = True
        super().ready()
        self._is_registering = False
        from . import startup

        startup.register()


early.connect()

config = CustomObjectsConfig
