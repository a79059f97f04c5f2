"""CustomObjectObjectType: the object types that a field may refer to."""

from django.db import models

from core.models import ObjectType

from ..constants import APP_LABEL, COMMON_MODEL


class CustomObjectObjectTypeManager(models.Manager):
    def get_queryset(self):
        """NetBox's and plugins' own public models, and those of custom types, whichever schema they are in."""
        found = super().get_queryset().filter(models.Q(public=True) | models.Q(app_label=APP_LABEL))
        return found.exclude(app_label=APP_LABEL, model=COMMON_MODEL)


class CustomObjectObjectType(ObjectType):
    """A proxy of ObjectType whose display name is that of the custom object type where there is one."""

    objects = CustomObjectObjectTypeManager()

    class Meta:
        proxy = True

    _netbox_private = True

    def __str__(self):
        return f'{self.app_label} > {self.name}' if self.app_label != APP_LABEL else str(self.name)
