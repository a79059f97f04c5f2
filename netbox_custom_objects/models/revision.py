"""
The revision token: one number per PostgreSQL schema that changes whenever a definition in that schema does.

Written by statement triggers on the definition tables (migration 0002), which branching copies into every branch;
read here. Tokens are drawn from a sequence, so that a number that was rolled back is never used again.
"""

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.migrations.recorder import MigrationRecorder

from ..constants import APP_LABEL
from ..ddl.target import Target
from ..settings import main_schema

REVISION_TABLE = 'netbox_custom_objects_revision'
TOKEN_SEQUENCE = 'netbox_custom_objects_revision_token_seq'

# Stands in place of a schema for what all schemas have in common: the choice sets. No schema can be called so.
SHARED = '*'
# The numbers of the sequence are smaller than this power of two.
TOKEN_BITS = 63

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
    """
    Return the target's token, UNCHANGED if nothing changed there yet or if the plugin is not migrated.

    It is made of the numbers of the target's own row and of the shared one, so that a change of either changes it.
    """
    if not is_installed(target):
        return UNCHANGED
    with target.cursor() as cursor:
        cursor.execute(
            f'SELECT schema, token FROM "{main_schema()}"."{REVISION_TABLE}" WHERE schema IN (%s, %s)',
            [target.schema, SHARED],
        )
        numbers = dict(cursor.fetchall())
    return (numbers.get(SHARED, 0) << TOKEN_BITS) + numbers.get(target.schema, 0)


def bump_shared_token() -> None:
    """
    Give main and every branch another token: something outside of the definition tables changed.

    A row of its own, because a script in a branch holds the rows of main and of the branch over two connections, which
    would wait for each other for ever.
    """
    if not is_installed(Target.for_alias(DEFAULT_DB_ALIAS)):
        return
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        schema = main_schema()
        cursor.execute(
            f'INSERT INTO "{schema}"."{REVISION_TABLE}" (schema, token) VALUES (%s, nextval(%s)) '
            'ON CONFLICT (schema) DO UPDATE SET token = excluded.token',
            [SHARED, f'"{schema}"."{TOKEN_SEQUENCE}"'],
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


def lacks_migrations(target: Target) -> bool:
    """Whether a branch has yet to run migrations of this app that main has run: its definitions cannot be read then."""
    if target.is_main:
        return False
    applied, wanted = (
        {name for app, name in MigrationRecorder(connection).applied_migrations() if app == APP_LABEL}
        for connection in (target.connection, connections[DEFAULT_DB_ALIAS])
    )
    return not wanted <= applied
