"""
A target: one PostgreSQL schema reached over one Django connection. Everything in ddl/ names the one it means.

A branch's connection has `<branch schema>, <main schema>` as its search path, so that an unqualified name which the
branch lacks silently means main's table; hence every statement of ours is qualified with the target's schema.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connections

from ..settings import main_schema

MAIN_ALIAS = DEFAULT_DB_ALIAS

# netbox-branching names the connection of schema branch_x `schema_branch_x`.
BRANCH_ALIAS_PREFIX = 'schema_'


@dataclass(frozen=True, slots=True)
class Target:
    alias: str
    schema: str

    @classmethod
    def for_alias(cls, alias: str) -> 'Target':
        return cls(alias, schema_of(alias))

    @property
    def connection(self):
        return connections[self.alias]

    @property
    def is_main(self) -> bool:
        return self.alias == DEFAULT_DB_ALIAS

    def cursor(self):
        return self.connection.cursor()

    def exists(self) -> bool:
        """Whether the schema is there: that of a branch is dropped when the branch is deleted."""
        if self.is_main:
            return True
        with self.cursor() as cursor:
            cursor.execute('SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %s)', [self.schema])
            return cursor.fetchone()[0]

    def __str__(self) -> str:
        return self.schema


def schema_of(alias: str) -> str:
    """Return the schema that a connection alias writes to."""
    if alias.startswith(BRANCH_ALIAS_PREFIX):
        return alias.removeprefix(BRANCH_ALIAS_PREFIX)
    return main_schema()


@contextmanager
def separate_cursor() -> Iterator:
    """
    Open a cursor of main on a connection of its own, closed at the end of the block.

    Each statement is committed at once, whether the default connection is in a transaction or not.
    """
    connection = connections.create_connection(MAIN_ALIAS)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
