"""
Converts the column of a large table step by step, while old and new processes continue to read and write it.

Beside the column stand the next one, which a trigger keeps filled, and whether each value survived. After the switch
the trigger fills the former column in reverse, so that the way back is as short. What is dropped here can be computed
again or says the same as what stays; values are only ever retired.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql

from ...definitions import type_id_from_table_name
from ...definitions.names import (
    FORMER,
    NEXT,
    SURVIVES,
    column_with,
    former_column_name,
    next_unique_name,
    staging_name,
    unique_name,
)
from ..conversion import EXAMPLE_LENGTH, as_text, conversion, survives
from ..introspect import introspect, retired_comment
from ..locks import with_retries
from ..notation import notation_of
from ..operations import AddColumn, Operation
from ..render import render
from ..spec import Column
from ..target import Target
from ..upkeep.column_limit import refuse_without_room
from .reads import has_column, index_is_valid

# Milliseconds to wait for a table at a time: those who want it meanwhile queue behind us.
PATIENCE = 300

_FUNCTION = """
    CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql {settings} AS $staged$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NEW.{source} IS NOT DISTINCT FROM OLD.{source} AND NEW.{survives} IS NOT NULL THEN
                RETURN NEW;
            END IF;
        END IF;
        BEGIN
            NEW.{survives} := {condition};
            NEW.{result} := CASE WHEN NEW.{survives} THEN {expression} END;
        EXCEPTION WHEN OTHERS THEN
            -- The write must not fail: which values do not survive is found afterwards.
            NEW.{survives} := false;
            NEW.{result} := NULL;
        END;
        RETURN NEW;
    END
    $staged$
"""
# Branches that were made while the change was under way may have copies of the trigger, which call the same function.
_DROP_COPIES = """
    DO $staged$
    DECLARE
        copied record;
    BEGIN
        FOR copied IN
            SELECT tgname, tgrelid::regclass AS place FROM pg_trigger
            WHERE tgfoid = to_regprocedure({signature}) AND tgrelid IS DISTINCT FROM to_regclass({own_table})
        LOOP
            EXECUTE format('DROP TRIGGER %I ON %s', copied.tgname, copied.place);
        END LOOP;
    END
    $staged$
"""


class Unfinished(Exception):
    """Some rows have not been converted yet, or cannot be."""


@dataclass(frozen=True, slots=True)
class StagedColumn:
    """
    A column that is being converted.

    Attributes:
        target: where
        table: its table
        column: its name, before and after
        old_type: its type, as format_type() spells it
        new_type: the type it is to have
    """

    target: Target
    table: str
    column: str
    old_type: str
    new_type: str

    @property
    def next(self) -> str:
        return column_with(self.column, NEXT)

    @property
    def former(self) -> str:
        return column_with(self.column, FORMER)

    def expand(self) -> None:
        """
        Add the next column, and keep it filled from now on. Can be repeated: what was filled is thrown away.

        Raises:
            SchemaLocked: the table is in use for too long
            NoColumnsLeft: it can have no more columns
        """
        # The next one, and one that tells which values survive.
        refuse_without_room(self.target, [AddColumn(self.table, Column(self.next, self.new_type))] * 2)
        self._change(
            *self._drop_all(),
            ('ALTER TABLE {table} ADD COLUMN {next} {new_type}, ADD COLUMN {survives} boolean', {}),
            *self._trigger(self.column, self.next, self.old_type, self.new_type),
        )

    def fill(self, after: int, size: int) -> tuple[int | None, int]:
        """
        Convert the values of the next rows, in one statement; rows that another session is writing are skipped.

        Args:
            after: the primary key after which to begin
            size: how many rows to look at

        Returns:
            (the last primary key that was looked at, None if there are no more; how many rows were converted)
        """
        with self.target.cursor() as cursor:
            cursor.execute(
                self._sql('SELECT max(id) FROM (SELECT id FROM {table} WHERE id > %s ORDER BY id LIMIT %s) span'),
                [after, size],
            )
            (last,) = cursor.fetchone()
            if last is None:
                return None, 0
            # The trigger does the work. Waiting for one row would keep others locked meanwhile.
            cursor.execute(
                self._sql(
                    'WITH span AS MATERIALIZED (SELECT id FROM {table} WHERE id > %s AND id <= %s'
                    ' AND {survives} IS NULL ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)'
                    ' UPDATE {table} t SET {survives} = NULL FROM span WHERE t.id = span.id'
                ),
                [after, last],
            )
            return last, cursor.rowcount

    def is_filled(self) -> bool:
        """Return whether every row was looked at."""
        return not self._value('SELECT EXISTS (SELECT 1 FROM {table} WHERE {survives} IS NULL)')

    def index_offenders(self) -> None:
        """Build the index that makes the last check before a switch a matter of no time; outside a transaction."""
        name = staging_name(self.table, self.column)
        if index_is_valid(self.target, name):
            return
        with self.target.cursor() as cursor:
            cursor.execute(self._sql('DROP INDEX CONCURRENTLY IF EXISTS {check}'))
            cursor.execute(
                self._sql('CREATE INDEX CONCURRENTLY {check_name} ON {table} (id) WHERE {survives} IS NOT TRUE')
            )

    def count_offenders(self) -> int:
        return self._value('SELECT count(*) FROM {table} WHERE {survives} IS NOT TRUE')

    def offenders(self, limit: int, reverse: bool = False) -> list[tuple[int, str]]:
        """
        Return (primary key, text) of values that do not survive, the first ones by primary key.

        Args:
            limit: how many at most
            reverse: after the switch, when it is the old type that cannot hold them
        """
        text = as_text(sql.Identifier(self.column), self.new_type if reverse else self.old_type)
        query = self._sql(
            'SELECT id, left({text}, {length}) FROM {table} WHERE {survives} IS NOT TRUE ORDER BY id LIMIT %s',
            text=text,
            length=sql.Literal(EXAMPLE_LENGTH),
        )
        with self.target.cursor() as cursor:
            cursor.execute(query, [limit])
            return cursor.fetchall()

    def is_switched(self) -> bool:
        return has_column(self.target, self.table, self.former)

    def switch(self, comment: str, unique: bool, drop: Iterable[Operation] = ()) -> None:
        """
        Put the next column in the place of the present one, which is kept filled as the former one.

        Must be called inside the transaction that writes the field's row.

        Args:
            comment: what the column's comment is from now on
            unique: whether a unique index has been built on the next column
            drop: steps that drop what would stay with the former column

        Raises:
            Unfinished: rows have come that are not converted
            SchemaLocked: the table is in use for too long
        """
        steps = [
            *self._rendered(drop),
            *self._drop_indexes(),
            ('ALTER TABLE {table} RENAME COLUMN {column} TO {former}', {}),
            ('ALTER TABLE {table} RENAME COLUMN {next} TO {column}', {}),
            ('ALTER TABLE {table} ALTER COLUMN {former} DROP NOT NULL', {}),
            ('COMMENT ON COLUMN {table}.{column} IS {comment}', {'comment': sql.Literal(comment)}),
            *self._trigger(self.column, self.former, self.new_type, self.old_type),
        ]
        self._change(*steps, *self._take_unique(unique), check=True)

    def switch_back(self, unique: bool, drop: Iterable[Operation] = ()) -> None:
        """
        Put the former column back in its place; what was computed of it is dropped.

        Must be called inside the transaction that writes the field's row.

        Args:
            unique: whether a unique index has been built on the former column
            drop: as for `switch`

        Raises:
            Unfinished: values were written that the old type cannot hold
            SchemaLocked: the table is in use for too long
        """
        steps = [
            *self._rendered(drop),
            *self._drop_indexes(),
            ('ALTER TABLE {table} RENAME COLUMN {column} TO {next}', {}),
            ('ALTER TABLE {table} RENAME COLUMN {former} TO {column}', {}),
            *self._take_unique(unique),
            *self._drop_all(keep_unique=True),
        ]
        self._change(*steps, check=True)

    def finish(self, change_id: int, at: str) -> None:
        """
        Retire the former column under a name of its own: purge drops it when it has been kept for long enough.

        Args:
            change_id: of the staged change
            at: ISO timestamp to mark it with
        """
        name = former_column_name(int(self.column.split('_')[1]), change_id)
        parts = {
            'retired': sql.Identifier(name),
            'comment': sql.Literal(retired_comment(at, f'{self.column} as {self.old_type}')),
        }
        self._change(
            *self._drop_trigger(),
            ('ALTER TABLE {table} DROP COLUMN IF EXISTS {survives}', {}),
            ('ALTER TABLE {table} RENAME COLUMN {former} TO {retired}', parts),
            ('COMMENT ON COLUMN {table}.{retired} IS {comment}', parts),
        )

    def cancel(self) -> None:
        """Drop everything but the column itself; must not be called once the columns have been switched."""
        self._change(*self._drop_all())

    def _trigger(self, source: str, result: str, old_type: str, new_type: str):
        value = sql.SQL('NEW.{}').format(sql.Identifier(source))
        varies = any(notation_of(type_).varies for type_ in (old_type, new_type))
        settings = ('TimeZone', 'DateStyle', 'IntervalStyle') if varies else ()
        parts = {
            'source': sql.Identifier(source),
            'result': sql.Identifier(result),
            'condition': sql.SQL('coalesce({}, true)').format(survives(value, old_type, new_type)),
            'expression': conversion(value, old_type, new_type),
            # The writing session may have another time zone; the stored value must not depend on it.
            'settings': sql.SQL(' ').join(
                sql.SQL('SET {} FROM CURRENT').format(sql.Identifier(name)) for name in settings
            ),
        }
        yield from self._drop_trigger()
        yield _FUNCTION, parts
        yield (
            'CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()',
            {},
        )

    def _drop_trigger(self):
        for statement in drop_trigger(self.target, self.table, self.column):
            yield '{made}', {'made': statement}

    def _rendered(self, operations: Iterable[Operation]):
        for operation in operations:
            for statement in render(operation, self.target):
                yield '{made}', {'made': statement}

    def _drop_all(self, keep_unique: bool = False):
        yield from self._drop_trigger()
        if not keep_unique:
            yield 'DROP INDEX IF EXISTS {next_unique}', {}
        yield 'ALTER TABLE {table} DROP COLUMN IF EXISTS {next}, DROP COLUMN IF EXISTS {survives}', {}

    def _drop_indexes(self):
        # By what they are, not by name: tables that were taken over have names of their own.
        table = introspect(self.target, type_id_from_table_name(self.table)).table(self.table)
        for index in table.indexes:
            # Those that the field needs besides a unique one are built by a job afterwards (services.upkeep.deferred).
            if self.column in index.columns:
                name = sql.Identifier(index.name)
                qualified = sql.Identifier(self.target.schema, index.name)
                yield 'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}', {'name': name}
                yield 'DROP INDEX IF EXISTS {qualified}', {'qualified': qualified}

    def _take_unique(self, unique: bool):
        if unique:
            name = sql.Identifier(unique_name(self.table, self.column))
            yield 'ALTER INDEX {next_unique} RENAME TO {unique}', {'unique': name}

    def _change(self, *steps, check: bool = False) -> None:
        def work():
            with self.target.cursor() as cursor:
                cursor.execute(self._sql('LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE'))
                if check and self._value('SELECT EXISTS (SELECT 1 FROM {table} WHERE {survives} IS NOT TRUE)'):
                    raise Unfinished
                for statement, parts in steps:
                    cursor.execute(self._sql(statement, **parts))

        with_retries(self.target, self.table, work, at_most=PATIENCE)

    def _value(self, statement: str):
        with self.target.cursor() as cursor:
            cursor.execute(self._sql(statement))
            return cursor.fetchone()[0]

    def _sql(self, statement: str, **parts) -> sql.Composed:
        schema, name = self.target.schema, staging_name(self.table, self.column)
        names = {
            'table': sql.Identifier(schema, self.table),
            'column': sql.Identifier(self.column),
            'next': sql.Identifier(self.next),
            'former': sql.Identifier(self.former),
            'survives': sql.Identifier(column_with(self.column, SURVIVES)),
            'new_type': sql.SQL(self.new_type),
            'function': sql.Identifier(schema, name),
            'trigger': sql.Identifier(name),
            'check': sql.Identifier(schema, name),
            'check_name': sql.Identifier(name),
            'next_unique': sql.Identifier(schema, next_unique_name(self.table, self.column)),
        }
        return sql.SQL(statement).format(**names, **parts)


def drop_trigger(target: Target, table: str, column: str) -> list[sql.Composed]:
    """Return the statements that drop the trigger of a staged change and its function, wherever it was copied to."""
    name = staging_name(table, column)
    function, place = sql.Identifier(target.schema, name), sql.Identifier(target.schema, table)
    return [
        sql.SQL('DROP TRIGGER IF EXISTS {} ON {}').format(sql.Identifier(name), place),
        sql.SQL(_DROP_COPIES).format(
            signature=sql.Literal(f'{function.as_string()}()'), own_table=sql.Literal(place.as_string())
        ),
        sql.SQL('DROP FUNCTION IF EXISTS {}()').format(function),
    ]


def take_unique(target: Target, table: str, column: str, columns: Iterable[str]) -> None:
    """
    Give the unique index that was built beforehand the name by which the one over `columns` goes.

    Must be called inside the transaction that writes the field's row.
    """
    _run(
        target,
        table,
        sql.SQL('ALTER INDEX {} RENAME TO {}').format(
            sql.Identifier(target.schema, next_unique_name(table, column)), sql.Identifier(unique_name(table, *columns))
        ),
    )


def drop_next_unique(target: Target, table: str, column: str) -> None:
    """Drop the unique index that was built beforehand, if there is one."""
    name = sql.Identifier(target.schema, next_unique_name(table, column))
    _run(target, table, sql.SQL('DROP INDEX IF EXISTS {}').format(name))


def _run(target: Target, table: str, statement: sql.Composable) -> None:
    def work():
        with target.cursor() as cursor:
            cursor.execute(statement)

    with_retries(target, table, work, at_most=PATIENCE)
