"""What a take-over of the vendor plugin's installation and its undoing are compared by, and what tests do to it."""

import io
import re

from django.core.management import call_command
from django.db import connection

from tests.support.catalog import read_catalog

INITIAL = '0001_squashed_0018_initial'


def shape():
    """The catalog, without the names of what the contract leaves unnamed; and the names that it gives."""
    ours, definitions = (read_catalog(prefix) for prefix in ('custom_objects_', 'netbox_custom_objects_'))
    constraints, indexes = ours.pop('constraints'), ours.pop('indexes')
    ours['constraints'] = sorted((table, definition, valid) for table, _, definition, valid in constraints)
    ours['indexes'] = sorted((table, re.sub(r' INDEX \S+ ON ', ' INDEX ON ', text)) for table, _, text in indexes)
    names = {row[1] for row in [*constraints, *indexes]}
    return ours, definitions, names


def rows():
    """What the tables hold, whatever their columns are called."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^custom_objects_'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*), md5(string_agg(t::text, \'|\' ORDER BY id)) FROM "{table}" t')
            found[table] = cursor.fetchone()
    return found


def run(*arguments):
    """Return the exit status of the command and what it printed."""
    out = io.StringIO()
    try:
        call_command('adopt_custom_objects', *arguments, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def execute(query):
    with connection.cursor() as cursor:
        cursor.execute(query)


def branch(status):
    """Return the statement that makes a branch."""
    return f"""
        INSERT INTO netbox_branching_branch (created, custom_field_data, description, comments, name, schema_id, status,
            applied_migrations)
        VALUES (now(), '{{}}', '', '', 'Rebuild', 'abcd1234', '{status}', '{{}}')
    """
