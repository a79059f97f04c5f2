"""
The revision token: one number per PostgreSQL schema that changes whenever a definition in that schema does.

Written by statement triggers on the definition tables (migration 0002), which branching copies into every branch;
read here. Tokens are drawn from a sequence, so that a number that was rolled back is never used again.
"""

from django.db import DEFAULT_DB_ALIAS, connections, models

from ..ddl.target import Target
from ..settings import main_schema

REVISION_TABLE = 'netbox_custom_objects_revision'
TOKEN_SEQUENCE = 'netbox_custom_objects_revision_token_seq'
DEFINITION_TABLE = 'netbox_custom_objects_customobjecttype'

# A schema without a row has not changed since it was made.
UNCHANGED = 0

_installed = False


class Revision(models.Model):
    """One row per schema that has seen a change; never change-logged, never copied into a branch."""

    schema = models.CharField(max_length=63, primary_key=True)
    token = models.BigIntegerField()

    class Meta:
        db_table = REVISION_TABLE

    _netbox_private = True

    def __str__(self):
        return f'{self.schema}: {self.token}'


class SchemaIdCounter(models.Model):
    """The highest schema id handed out per type, in main and all branches (see `counters`)."""

    type_id = models.BigIntegerField(primary_key=True)
    value = models.IntegerField()

    _netbox_private = True

    def __str__(self):
        return f'{self.type_id}: {self.value}'


def read_token(target: Target) -> int:
    """Return the target's token, UNCHANGED if nothing changed there yet or if the plugin is not migrated."""
    if not is_installed(target):
        return UNCHANGED
    with target.cursor() as cursor:
        cursor.execute(f'SELECT token FROM "{main_schema()}"."{REVISION_TABLE}" WHERE schema = %s', [target.schema])
        row = cursor.fetchone()
    return row[0] if row else UNCHANGED


def bump_all_tokens() -> None:
    """Give main and every branch a new token: something outside of the definition tables changed."""
    if not is_installed(Target.for_alias(DEFAULT_DB_ALIAS)):
        return
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        schema = main_schema()
        # All schemas that hold definitions: a branch that has not changed yet has no row.
        cursor.execute(
            f'INSERT INTO "{schema}"."{REVISION_TABLE}" (schema, token) '
            'SELECT n.nspname, nextval(%s) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace '
            "WHERE c.relname = %s AND c.relkind = 'r' "
            'ON CONFLICT (schema) DO UPDATE SET token = excluded.token',
            [f'"{schema}"."{TOKEN_SEQUENCE}"', DEFINITION_TABLE],
        )


def forget_schema(schema: str) -> None:
    """Drop the token of a schema that no longer exists."""
    Revision.objects.using(DEFAULT_DB_ALIAS).filter(schema=schema).delete()


def is_installed(target: Target) -> bool:
    """Whether the migrations have run; asked once, and until they have (`netbox migrate` on an empty database)."""
    global _installed
    if not _installed:
        with target.cursor() as cursor:
            cursor.execute('SELECT to_regclass(%s)', [f'"{main_schema()}"."{REVISION_TABLE}"'])
            _installed = cursor.fetchone()[0] is not None
    return _installed
