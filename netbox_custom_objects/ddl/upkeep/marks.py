"""
Carries the marks of retired tables and columns into a new branch.

Retired columns and tables are marked by their comments, and retired columns may have a default (ddl.render).
netbox-branching's copies of main's tables lack both: columns of deleted fields would look like those of existing fields
in the branch.
"""

from ..target import Target

_MARKS_SQL = r"""
    SELECT CASE WHEN a.attname IS NULL
           THEN format('COMMENT ON TABLE %%I.%%I IS %%L', o.nspname, t.relname, d.description)
           ELSE format('COMMENT ON COLUMN %%I.%%I.%%I IS %%L', o.nspname, t.relname, a.attname, d.description) END,
           format('ALTER TABLE %%I.%%I ALTER COLUMN %%I SET DEFAULT ', o.nspname, t.relname, a.attname)
           || pg_get_expr(f.adbin, f.adrelid)
    FROM pg_description d
    JOIN pg_class s ON d.classoid = 'pg_class'::regclass AND s.oid = d.objoid AND s.relkind = 'r'
    JOIN pg_namespace n ON n.oid = s.relnamespace AND n.nspname = %s
    JOIN pg_class t ON t.relname = s.relname AND t.relkind = 'r'
    JOIN pg_namespace o ON o.oid = t.relnamespace AND o.nspname = %s
    LEFT JOIN pg_attribute a ON a.attrelid = s.oid AND a.attnum = d.objsubid AND a.attnum > 0
    LEFT JOIN pg_attrdef f ON f.adrelid = s.oid AND f.adnum = a.attnum
    WHERE s.relname ~ '^custom_objects_\d+(_f_\d+)?$' AND d.description LIKE 'retired %%'
"""


def copy_retired_marks(main: Target, schema: str) -> None:
    """
    Mark in a branch's schema what is retired in main's; one query when nothing is.

    Args:
        main: the target to copy from, over whose connection the statements run
        schema: the branch's schema, with copies of main's tables
    """
    with main.cursor() as cursor:
        cursor.execute(_MARKS_SQL, [main.schema, schema])
        for statements in cursor.fetchall():
            for statement in filter(None, statements):
                cursor.execute(statement)
