"""What `netbox migrate` prints about the tables of types."""

from django.db import connection

from tests.support.factories import make_type
from tests.support.processes import run_new_netbox


def test_each_sentence_is_printed_once(fresh_database):
    """NetBox configures no logging by default: what is logged as a warning stands on the terminal, too."""
    thing = make_type('thing', fields=[('title', 'text')])
    table = thing.get_database_table_name()
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE {table} ADD COLUMN surplus integer, ALTER COLUMN created TYPE text')
        cursor.execute(f'DROP INDEX IF EXISTS {table}_created_idx')
    done = run_new_netbox('migrate', '--no-input', database=fresh_database.name)
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if 'main, thing' in line]
    assert done.returncode == 0
    assert len(set(lines)) == 2
    assert len(lines) == 2, lines
