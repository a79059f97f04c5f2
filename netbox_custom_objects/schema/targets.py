"""
How documents name the types that a field refers to: `dcim/site`, or `custom-objects/<slug>`.

May import models. What a name means is looked up in the current schema.
"""

from core.models import ObjectType

from ..constants import APP_LABEL
from ..definitions import type_id_from_model_name
from ..field_types.polymorphic.keys import model_of, target_of
from .format import CUSTOM_OBJECTS_APP_LABEL_SLUG


class TargetNames:
    """Object types by the names that documents give them, and back; each is looked up once."""

    def __init__(self, slugs: dict[int, str]):
        """
        Args:
            slugs: the slugs of custom object types, by type id
        """
        self._slugs = slugs
        self._found: dict[str, ObjectType | None] = {}

    def name(self, object_type: ObjectType) -> str | None:
        """Return the name of an object type, None if it is a custom object type that does not exist here."""
        type_id = type_id_of(object_type)
        if type_id is None:
            return f'{object_type.app_label}/{object_type.model}'
        slug = self._slugs.get(type_id)
        return slug and f'{CUSTOM_OBJECTS_APP_LABEL_SLUG}/{slug}'

    def find(self, name: str) -> ObjectType | None:
        """Return what a name means, None if there is nothing of that name here; of types, see `add`."""
        if name not in self._found:
            app_label, _, model = name.partition('/')
            found = ObjectType.objects.filter(app_label=app_label, model=model).first()
            is_there = found is not None and type_id_of(found) is None and model_of(target_of(found.pk)) is not None
            self._found[name] = found if is_there else None
        return self._found[name]

    def add(self, custom_object_type) -> None:
        """Note a type, which fields can refer to from now on."""
        self._found[type_name(custom_object_type.slug)] = custom_object_type.object_type


def type_name(slug: str) -> str:
    """Return the name of a custom object type as a target."""
    return f'{CUSTOM_OBJECTS_APP_LABEL_SLUG}/{slug}'


def type_id_of(object_type: ObjectType) -> int | None:
    """Return the id of the custom object type that is meant, None if it is a model of NetBox or of a plugin."""
    return type_id_from_model_name(object_type.model) if object_type.app_label == APP_LABEL else None
