"""Tables of so many pages that netbox-branching copies them itself."""

from django.db import connection

from tests.support.factories import make_type

# Pages of a table beyond which our own copying leaves it to netbox-branching.
SMALL = 128


def make_large(rows, type='text', name='thing'):
    """Create a type with the text field `value`, and objects with the numbers from 1 on, far to the right in it."""
    made = make_type(name, fields=[{'name': 'value', 'type': type}])
    field = made.fields.get()
    table = made.get_database_table_name()
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} (f_{field.pk}) SELECT lpad(number::text, 200) FROM generate_series(1, %s) number',
            [rows],
        )
        cursor.execute(f'ANALYZE {table}')
        cursor.execute('SELECT relpages FROM pg_class WHERE oid = %s::regclass', [table])
        assert cursor.fetchone()[0] > SMALL
    return field
