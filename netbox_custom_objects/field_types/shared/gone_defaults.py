"""
Which defaults name objects that are gone: asked once in a request, as objects are made by the hundred.

May import NetBox's context. Must be told of deletions, after which it is asked again; outside of a request, always.
"""

from collections.abc import Callable
from functools import wraps

from django.apps import apps
from django.db import router

from netbox.context import query_cache

from ...constants import APP_LABEL

_CACHE_KEY = f'{APP_LABEL}.gone_defaults'


def once_a_request(is_default_gone: Callable) -> Callable:
    """Return the method of a field type whose answer is remembered, for each field, default and schema."""

    @wraps(is_default_gone)
    def remembered(self, field) -> bool:
        if (cache := query_cache.get()) is None or field.default_json is None:
            return is_default_gone(self, field)
        alias = router.db_for_read(apps.get_model(APP_LABEL, 'customobjecttype'))
        known, key = cache[_CACHE_KEY], (alias, field.id, field.type, field.default_json)
        if key not in known:
            known[key] = is_default_gone(self, field)
        return known[key]

    return remembered


def forget_gone_defaults() -> None:
    """Ask again for all of them: an object was deleted."""
    if (cache := query_cache.get()) is not None:
        cache.pop(_CACHE_KEY, None)
