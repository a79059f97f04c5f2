"""
Rows of NetBox and of other plugins that refer to some content types: found in the catalog, and deleted.

The catalog knows every table, installed or not; Django would send signals, and write change records of its own.
"""

from collections import Counter
from dataclasses import dataclass

from psycopg import sql

from ...ddl.target import Target
from ...ddl.upkeep.foreign_keys import foreign_keys_to


@dataclass(slots=True)
class ForeignRows:
    """Deletes rows with the rows that refer to them; references that may be null are cleared instead. Counts both."""

    target: Target
    # By table.
    deleted: Counter
    # Already on the way: rows may refer to rows of their own table.
    path: tuple[str, ...] = ()

    def delete(self, table: str, condition: sql.Composable) -> None:
        """
        Delete some rows of a table.

        Args:
            table: its name, in the schema of the target
            condition: SQL about the columns of this table alone
        """
        if table in self.path:
            return
        below = ForeignRows(self.target, self.deleted, (*self.path, table))
        with self.target.cursor() as cursor:
            cursor.execute(sql.SQL('SELECT EXISTS (SELECT 1 FROM {} WHERE {})').format(self._named(table), condition))
            if not cursor.fetchone()[0]:
                return
            for found in foreign_keys_to(self.target, table):
                column = sql.Identifier(found.column)
                refers = sql.SQL('{} IN (SELECT {} FROM {} WHERE {})').format(
                    column, sql.Identifier(found.key), self._named(table), condition
                )
                if found.nullable:
                    query = sql.SQL('UPDATE {} SET {} = NULL WHERE {}')
                    cursor.execute(query.format(self._named(found.table), column, refers))
                else:
                    below.delete(found.table, refers)
            cursor.execute(sql.SQL('DELETE FROM {} WHERE {}').format(self._named(table), condition))
            self.deleted[table] += cursor.rowcount

    def _named(self, table: str) -> sql.Identifier:
        return sql.Identifier(self.target.schema, table)
