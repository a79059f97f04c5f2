"""
Statements that name a hundred tables, parsed and planned once per database connection instead of once per page.

May import Django and psycopg. Must not be used behind a pooler that changes connections between transactions.
"""

from collections.abc import Sequence

from django.db import connections
from psycopg import RawCursor
from psycopg.types.numeric import Int8


class PreparedCursor(RawCursor):
    """Prepares each statement where it was not yet, which Django's connections are told not to."""

    def execute(self, query, params=None, **kwargs):
        # Django sets None, which also overrules `prepare`, for the sake of poolers.
        before, self.connection.prepare_threshold = self.connection.prepare_threshold, 0
        try:
            return super().execute(query, params, prepare=True, **kwargs)
        finally:
            self.connection.prepare_threshold = before


def fetch_prepared(alias: str, statement: str, params: Sequence[int]) -> list[tuple]:
    """
    Execute a statement that will be executed often, and return its rows.

    It is prepared unless DISABLE_SERVER_SIDE_CURSORS says that a pooler hands out connections per transaction (Django's
    documentation, "Transaction pooling and server-side cursors"): there, it would be prepared on another one.

    Args:
        alias: connection alias
        statement: SQL with `$1` for the first parameter; psycopg keeps the last hundred of a connection
        params: as many integers
    """
    connection = connections[alias]
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    pooled = connection.settings_dict.get('DISABLE_SERVER_SIDE_CURSORS')
    # Raw: psycopg would look for each `%s` in 10,000 characters, every time.
    made = (RawCursor if pooled else PreparedCursor)(connection.connection)
    # As connection.cursor() does, with another class: statements are counted and logged, errors are Django's.
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(made) as cursor:
        # Of one type whatever their size: small and large ids share a statement.
        cursor.execute(statement, [Int8(value) for value in params])
        return cursor.fetchall()
