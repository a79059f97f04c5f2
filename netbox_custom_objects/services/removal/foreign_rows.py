"""
Rows of NetBox and of other plugins that refer to some content types: found in the catalog, and deleted.

The catalog knows every table, installed or not; Django would send signals, and write change records of its own.
"""

from collections import Counter
from dataclasses import dataclass

from psycopg import sql

from ...ddl.target import Target

_REFERENCES_SQL = """
    SELECT r.relname, a.attname, NOT a.attnotnull, f.attname
    FROM pg_constraint o
    JOIN pg_class r ON r.oid = o.conrelid
    JOIN pg_class t ON t.oid = o.confrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = %s
    JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = o.conkey[1]
    JOIN pg_attribute f ON f.attrelid = o.confrelid AND f.attnum = o.confkey[1]
    WHERE o.contype = 'f' AND t.relname = %s AND r.relnamespace = n.oid
    ORDER BY 1, 2
"""


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
            cursor.execute(_REFERENCES_SQL, [self.target.schema, table])
            for referrer, column, nullable, key in cursor.fetchall():
                refers = sql.SQL('{} IN (SELECT {} FROM {} WHERE {})').format(
                    sql.Identifier(column), sql.Identifier(key), self._named(table), condition
                )
                if nullable:
                    query = sql.SQL('UPDATE {} SET {} = NULL WHERE {}')
                    cursor.execute(query.format(self._named(referrer), sql.Identifier(column), refers))
                else:
                    below.delete(referrer, refers)
            cursor.execute(sql.SQL('DELETE FROM {} WHERE {}').format(self._named(table), condition))
            self.deleted[table] += cursor.rowcount

    def _named(self, table: str) -> sql.Identifier:
        return sql.Identifier(self.target.schema, table)
