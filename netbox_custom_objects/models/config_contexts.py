"""
Config contexts of custom objects: what types that support them have besides, and which contexts apply to an object.

Built on NetBox's ConfigContextModel, which knows devices and virtual machines only: where it reads their attributes, it
is given what an object's fields say instead.
"""

from django.core.exceptions import ValidationError
from django.db import models

from extras.models import ConfigContext, ConfigContextModel

from ..choices import CustomObjectFieldTypeChoices
from ..constants import CONFIG_CONTEXT_DIMENSION_FIELDS
from ..field_types.json import validate_storable


class SourceData:
    """Reads the data of the contexts that apply to an object, unless its queryset annotated them under this name."""

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        found = sources_of(instance)
        if found is None:
            return []
        return ConfigContext.objects.get_for_object(found, aggregate_data=True) or []


class ConfigContextObject(ConfigContextModel):
    """What objects of types with config contexts have besides: NetBox's columns and methods."""

    # NetBox fills and empties the cache of devices and virtual machines alone; here the column stays empty. Objects
    # that were made while the type had no config contexts have no generation.
    _config_context_generation = models.PositiveBigIntegerField(default=0, null=True, blank=True, editable=False)
    config_context_data = SourceData()

    class Meta:
        abstract = True

    def get_config_context(self) -> dict:
        """Return the data of all contexts that apply, by weight, and of the object itself, merged again."""
        return self.render_config_context()

    def clean(self):
        super().clean()
        try:
            validate_storable(self.local_context_data)
        except ValidationError as error:
            raise ValidationError({'local_context_data': error}) from error


# Attributes that fields cannot be called by; older ones may be.
CONFIG_CONTEXT_NAMES = frozenset(dir(ConfigContextObject)) - frozenset(dir(models.Model))


class Sources:
    """An object as ConfigContextQuerySet.get_for_object() looks at it."""

    def __init__(self, instance, names):
        self.instance = instance
        self.tags = instance.tags
        for name in CONFIG_CONTEXT_DIMENSION_FIELDS:
            setattr(self, name, getattr(instance, name) if name in names else None)

    def get_config_context(self) -> dict:
        return self.instance.get_config_context()


def sources_of(instance) -> Sources | None:
    """Return what contexts are found by, None if the type has no field for that: local data are all there is then."""
    names = dimensions(type(instance))
    return Sources(instance, names) if names else None


def dimensions(model) -> tuple[str, ...]:
    """Return the names of the fields of a type by which contexts apply to its objects: `site`, `tenant`, ..."""
    return tuple(
        field.name
        for field in model._surfaced_fields()
        if field.type == CustomObjectFieldTypeChoices.TYPE_OBJECT
        and field.target is not None
        and field.target.label == CONFIG_CONTEXT_DIMENSION_FIELDS.get(field.name)
    )
