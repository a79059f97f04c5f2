"""
What types that the current schema does not have were called: the change log knows it as long as it keeps records.

May import NetBox's change log. Costs one query per request that asks for such a name, none otherwise.
"""

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.utils.translation import gettext as _

from core.choices import ObjectChangeActionChoices
from core.models import ObjectChange
from netbox.context import query_cache

from ...constants import APP_LABEL
from ...definitions import class_name
from ..context import current_alias

_CACHE_KEY = f'{APP_LABEL}.gone_types'


def name_of_gone_type(type_id: int) -> str:
    """Return the last name of a type, marked as deleted; the name of its class where no record tells it."""
    cache = query_cache.get()
    known = {} if cache is None else cache[_CACHE_KEY]
    if current_alias() not in known:
        known[current_alias()] = _deleted_types()
    name = known[current_alias()].get(type_id)
    return class_name(type_id).capitalize() if name is None else _('{name} (deleted)').format(name=name)


def _deleted_types() -> dict[int, str]:
    """Return the names of deleted types by their ids: what the current schema deleted comes before what main did."""
    found: dict[int, str] = {}
    try:
        types = ContentType.objects.get_by_natural_key(APP_LABEL, 'customobjecttype')
        for alias in dict.fromkeys((DEFAULT_DB_ALIAS, current_alias())):
            records = ObjectChange.objects.using(alias).filter(
                changed_object_type_id=types.pk, action=ObjectChangeActionChoices.ACTION_DELETE
            )
            found |= dict(records.order_by('time').values_list('changed_object_id', 'object_repr'))
    except (DatabaseError, ContentType.DoesNotExist):
        # A name is asked for inside of errors, too.
        return {}
    return found
