"""
Numbers drawn outside of transactions' isolation: primary keys ahead of an INSERT, and schema ids.

Both come from the main schema, so that main and all branches never hand out the same number.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections

from ..constants import APP_LABEL
from ..definitions import model_name, table_name
from ..settings import main_schema

_TAKEN_SQL = """
    SELECT EXISTS (SELECT 1 FROM pg_class WHERE relkind = 'r' AND relname ~ %s)
        OR EXISTS (SELECT 1 FROM django_content_type WHERE app_label = %s AND model = %s)
"""
SCHEMA_ID_TABLE = 'netbox_custom_objects_schemaidcounter'


def next_pk(model: type) -> int:
    """Return the next value of the sequence behind `model`'s primary key; gaps are fine."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        table = f'"{main_schema()}"."{model._meta.db_table}"'
        cursor.execute('SELECT nextval(pg_get_serial_sequence(%s, %s))', [table, model._meta.pk.column])
        return cursor.fetchone()[0]


@contextmanager
def new_until_stored(instance, *attributes: str) -> Iterator[None]:
    """If a new object is not stored after all, take its key and these attributes from it: it is still a new one."""
    kept = {name: getattr(instance, name) for name in ('pk', *attributes)} if instance._state.adding else {}
    try:
        yield
    except BaseException:
        for name, value in kept.items():
            setattr(instance, name, value)
        if kept:
            instance._state.adding = True
        raise


def last_pk(model: type) -> int:
    """Return the last primary key that the sequence of `model` has given, 0 if none; nothing is drawn."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        table = f'"{main_schema()}"."{model._meta.db_table}"'
        cursor.execute('SELECT pg_get_serial_sequence(%s, %s)', [table, model._meta.pk.column])
        cursor.execute(f'SELECT last_value FROM {cursor.fetchone()[0]}')
        return cursor.fetchone()[0]


def next_type_id(model: type) -> int:
    """
    Return an id for a new type that no type has had whose table or content type is still there.

    Numbers begin again if our own tables were removed and those of types were left: their rows, and the permissions for
    them, must not be a new type's.
    """
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        while True:
            pk = next_pk(model)
            cursor.execute(_TAKEN_SQL, [f'^{table_name(pk)}(_f_[0-9]+)?$', APP_LABEL, model_name(pk)])
            if not cursor.fetchone()[0]:
                return pk


def next_schema_id(type_id: int, at_least: int = 0) -> int:
    """
    Return a schema id that no field of the type has had in any branch.

    Args:
        type_id: id of the type
        at_least: highest schema id already known, e.g. from an imported document
    """
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{main_schema()}"."{SCHEMA_ID_TABLE}" AS counter (type_id, value) VALUES (%s, %s) '
            'ON CONFLICT (type_id) DO UPDATE SET value = greatest(counter.value, %s) + 1 RETURNING value',
            [type_id, at_least + 1, at_least],
        )
        return cursor.fetchone()[0]
