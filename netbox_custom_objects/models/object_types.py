"""
The ContentType and ObjectType rows of dynamic types.

They live in the main schema only, are shared by all branches, and are never deleted: change records, journal entries
and ghosts of retired types refer to them (host-facts 8, trap 4).
"""

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS

from core.models import ObjectType
from netbox.models.features import get_model_features

from ..constants import APP_LABEL
from ..definitions import model_name


def ensure_object_type(type_id: int, model: type) -> ObjectType:
    """
    Return the ObjectType of a custom object type, creating it or refreshing its features.

    Must be called before the first row of the type exists, on the default connection: a branch connection that found
    none would insert a second one and wait for this one's transaction for ever (host-facts 7.2).

    Args:
        type_id: id of the type
        model: the abstract base of all dynamic models, whose mixins tell the features
    """
    features = get_model_features(model)
    object_types = ObjectType.objects.using(DEFAULT_DB_ALIAS)
    object_type = object_types.filter(app_label=APP_LABEL, model=model_name(type_id)).first()
    if object_type is None:
        object_type = object_types.create(
            app_label=APP_LABEL, model=model_name(type_id), public=True, features=features
        )
        # A miss may be cached on another connection's ContentType (host-facts 2.1).
        ContentType.objects.clear_cache()
    elif set(object_type.features) != set(features):
        object_type.features = features
        object_type.save(using=DEFAULT_DB_ALIAS)
    return object_type
