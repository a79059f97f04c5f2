"""
Makes the end of `migrate` quick in tests: NetBox writes what it knows of each model again, in a thousand statements.

Here the rows of an app are read at once, and NetBox writes them if one of them is to be changed, or is missing.
"""

import weakref

from django.db.models.signals import post_migrate

from core.models import ObjectType
from core.signals import update_object_types
from netbox.models.features import get_model_features, model_is_public


def update_those_that_differ(sender, **kwargs):
    """Take the place of NetBox's receiver."""
    rows = ObjectType.objects.filter(app_label=sender.label).values_list('model', 'public', 'features')
    stored = {model: (public, features) for model, public, features in rows}
    wanted = {
        model._meta.model_name: (model_is_public(model), get_model_features(model)) for model in sender.get_models()
    }
    if any(stored.get(name) != values for name, values in wanted.items()):
        update_object_types(sender, **kwargs)


def install():
    """Replace NetBox's receiver where it stands, as others come after it."""
    for index, (key, receiver, *others) in enumerate(post_migrate.receivers):
        if isinstance(receiver, weakref.ref) and receiver() is update_object_types:
            post_migrate.receivers[index] = (key, weakref.ref(update_those_that_differ), *others)
            post_migrate.sender_receivers_cache.clear()
            return
    raise LookupError('NetBox has no receiver that updates object types after a migration.')
