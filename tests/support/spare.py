"""
A spare schema: making one from the tables of NetBox takes most of the time of a provisioning, and most are empty.

A branch that `Lab` provisions where there is a spare one gets that schema: netbox-branching makes only those tables of
again the tables that hold rows or have changed, and takes all other steps as usual.
"""

from contextlib import contextmanager
from unittest import mock

from django.db import connection

from netbox_branching.models import Branch, BranchEvent, branches
from netbox_branching.signals import post_deprovision

NAME = 'spare'
# The columns of a table: a hash of all of them.
_COLUMNS = """
    (SELECT sum(hashtext(concat_ws(' ', attname, atttypid, atttypmod, attnotnull)))
     FROM pg_attribute WHERE attrelid = {}.oid AND attnum > 0 AND NOT attisdropped)
"""
_FIND = f"""
    SELECT spare.relname,
        pg_relation_size(main.oid) = 0 AND pg_relation_size(spare.oid) = 0
        AND {_COLUMNS.format('main')} = {_COLUMNS.format('spare')}
    FROM pg_class spare
    LEFT JOIN pg_class main
        ON main.relname = spare.relname AND main.relkind = 'r' AND main.relnamespace = 'public'::regnamespace
    WHERE spare.relkind = 'r' AND spare.relnamespace = to_regnamespace('{NAME}')
"""


def keep_as_spare(branch) -> None:
    """Make the schema of a branch the spare one, as if there had been no branch."""
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER SCHEMA "{branch.schema_name}" RENAME TO {NAME}')
        post_deprovision.send(sender=Branch, branch=branch)
        for model in (BranchEvent, Branch):
            model.objects.all()._raw_delete('default')
            cursor.execute(f'ALTER SEQUENCE {model._meta.db_table}_id_seq RESTART')


@contextmanager
def taken(branch):
    """Let a branch that is provisioned within have the spare schema, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND)
        found = dict(cursor.fetchall())
    # Types have changed, and netbox-branching creates the table of changes differently.
    kept = {name for name, is_same in found.items() if is_same and not name.startswith(('custom_objects_', 'core_'))}
    if not kept:
        yield
        return
    replicated, create = branches.get_tables_to_replicate, f'CREATE SCHEMA "{branch.schema_name}"'
    others = ', '.join(f'{NAME}."{name}"' for name in found.keys() - kept)

    def rename(execute, sql, params, many, context):
        if sql == create:
            execute(f'DROP TABLE {others} CASCADE', None, many, context)
            sql = f'ALTER SCHEMA {NAME} RENAME TO "{branch.schema_name}"'
        return execute(sql, params, many, context)

    def to_replicate():
        return [table for table in replicated() if table not in kept]

    connection.execute_wrappers.append(rename)
    try:
        with mock.patch.object(branches, 'get_tables_to_replicate', to_replicate):
            yield
    finally:
        connection.execute_wrappers.remove(rename)
