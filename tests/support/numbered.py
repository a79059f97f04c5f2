"""Types whose objects hold numbers, written in one statement."""

from django.db import connection

from tests.support.factories import make_type


def make_numbered(rows, type='text', name='thing'):
    """Create a type with the text field `value`, and objects with the numbers from 1 on, far to the right in it."""
    made = make_type(name, fields=[{'name': 'value', 'type': type}])
    field = made.fields.get()
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {made.get_database_table_name()} (f_{field.pk})'
            ' SELECT lpad(number::text, 200) FROM generate_series(1, %s) number',
            [rows],
        )
    return field
