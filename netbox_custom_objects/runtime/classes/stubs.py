"""
Stubs: what a flag-less `apps.get_models()` lists for dynamic types.

NetBox's change log shows only records of models in that list (core/querysets.py: valid_models).
"""

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction

from ...constants import APP_LABEL
from ...definitions import type_id_from_model_name
from .ghost import ghost
from .known_types import note_types


def stub_models() -> list[type]:
    """Return the ghost of every type that has a content type; none while the database cannot be asked."""
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        with transaction.atomic(using=DEFAULT_DB_ALIAS):
            with connection.cursor() as cursor:
                cursor.execute('SELECT to_regclass(%s)', [ContentType._meta.db_table])
                if cursor.fetchone()[0] is None:
                    return []
            names = ContentType.objects.using(DEFAULT_DB_ALIAS).filter(app_label=APP_LABEL, model__startswith='table')
            type_ids = [type_id_from_model_name(name) for name in names.values_list('model', flat=True)]
    except DatabaseError:
        # `netbox check` and `collectstatic` run without a database.
        return []
    known = sorted(filter(None, type_ids))
    note_types(known)
    return [ghost(type_id) for type_id in known]
