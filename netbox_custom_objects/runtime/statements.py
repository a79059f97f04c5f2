"""
Statements that write many objects, which Django has none for: all columns of many rows, each with values of its own.

May import django. Django's `bulk_update` compares each row with each, for every column.
"""

import re
from collections.abc import Sequence
from itertools import batched

from django.db import connections
from django.db.models import Model

ROWS_AT_ONCE = 500
# Of a type's name: its length. A cast to it would cut values off, where an assignment refuses them.
LENGTH = re.compile(r'\([\d, ]+\)')


def update_rows(instances: Sequence[Model], using: str) -> bool:
    """
    Write objects of one type to their rows as `save` does, and read what the database calculates of them.

    Returns:
        whether that was possible: all rows were there, and no value is for PostgreSQL to compute
    """
    return all(_update(part, using) for part in batched(instances, ROWS_AT_ONCE))


def _update(instances: Sequence[Model], using: str) -> bool:
    connection, opts = connections[using], instances[0]._meta
    quoted = connection.ops.quote_name
    columns = [field for field in opts.concrete_fields if not field.generated and not field.primary_key]
    generated = [field for field in opts.concrete_fields if field.generated]
    key = quoted(opts.pk.column)
    cells = ', '.join(f'(%s)::{LENGTH.sub("", field.db_type(connection))}' for field in (opts.pk, *columns))
    names = ', '.join(quoted(field.column) for field in (opts.pk, *columns))
    assigned = ', '.join(f'{quoted(field.column)} = given.{quoted(field.column)}' for field in columns)
    returned = ', '.join(f'written.{quoted(field.column)}' for field in (opts.pk, *generated))
    rows = ', '.join([f'({cells})'] * len(instances))
    values = [
        value
        for instance in instances
        for value in (
            instance.pk,
            *(field.get_db_prep_save(field.pre_save(instance, False), connection) for field in columns),
        )
    ]
    if any(hasattr(value, 'resolve_expression') for value in values):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE {quoted(opts.db_table)} AS written SET {assigned} FROM (VALUES {rows}) AS given ({names}) '
            f'WHERE written.{key} = given.{key} RETURNING {returned}',
            values,
        )
        found = {pk: calculated for pk, *calculated in cursor.fetchall()}
    for instance in instances:
        for field, value in zip(generated, found.get(instance.pk, ())):
            setattr(instance, field.attname, _from_database(field, value, connection))
    return len(found) == len(instances)


def _from_database(field, value, connection):
    """Return a value as Django reads it."""
    column = field.get_col(field.model._meta.db_table)
    for convert in (*connection.ops.get_db_converters(column), *field.get_db_converters(connection)):
        value = convert(value, column, connection)
    return value
