"""
The single steps of a take-over and of the way back: catalog writes on one target, in the transaction of one type.

May import psycopg, `target` and the other modules of adoption. Must never touch a row.
"""

from psycopg import sql

from ...settings import main_schema
from ..target import Target
from .catalog import FoundSequence, FoundTable, read_borrowers, read_sequence
from .layout import in_the_way

_ASIDE = 'adopting_{}'


class Steps:
    """Runs statements on the tables of one schema."""

    def __init__(self, target: Target):
        self.target = target

    def run(self, statement: str, *, params=None, **parts) -> None:
        """Run a statement whose {placeholders} are composed, or names to be quoted; `table` gets the schema, too."""
        composed = {
            name: part if isinstance(part, sql.Composable) else self._identifier(name, part)
            for name, part in parts.items()
        }
        with self.target.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(**composed), params)

    def value(self, statement: str, **parts):
        """Return the first column of the first row of a query."""
        composed = {
            name: part if isinstance(part, sql.Composable) else self._identifier(name, part)
            for name, part in parts.items()
        }
        with self.target.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(**composed))
            return cursor.fetchone()[0]

    def drop_constraints(self, table: FoundTable, *kinds: str) -> None:
        """Drop all constraints of some kinds (PostgreSQL's letters)."""
        drops = [sql.SQL('DROP CONSTRAINT {}').format(sql.Identifier(name)) for name in table.constraints_of(*kinds)]
        if drops:
            self.run('ALTER TABLE {table} {drops}', table=table.name, drops=sql.SQL(', ').join(drops))

    def rename_columns(self, table: str, moves: dict[str, str], taken) -> None:
        """Rename columns; `taken` are all that the table has now."""
        self._rename(moves, taken, lambda old, new: self._rename_column(table, old, new))

    def rename_tables(self, moves: dict[str, str], taken) -> None:
        self._rename(moves, taken, lambda old, new: self.run('ALTER TABLE {table} RENAME TO {new}', table=old, new=new))

    def rename_indexes(self, moves: dict[str, str]) -> None:
        """Rename indexes, and the constraints that they stand for."""
        self._rename(moves, moves, lambda old, new: self.run('ALTER INDEX {table} RENAME TO {new}', table=old, new=new))

    def drop_index(self, table: str, index) -> None:
        if index.of_constraint:
            self.run('ALTER TABLE {table} DROP CONSTRAINT {index}', table=table, index=index.name)
        else:
            self.run('DROP INDEX {table}', table=index.name)

    def set_type(self, table: str, column: str, type_: str) -> None:
        """Give a column a type whose values can be assigned from its own."""
        self.run(
            'ALTER TABLE {table} ALTER COLUMN {column} TYPE {type}', table=table, column=column, type=sql.SQL(type_)
        )

    def allow_null(self, table: str, column: str) -> None:
        self.run('ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL', table=table, column=column)

    def set_not_null(self, table: str, column: str) -> None:
        self.run('ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL', table=table, column=column)

    def comment(self, table: str, text: str | None, column: str | None = None) -> None:
        if column is None:
            self.run('COMMENT ON TABLE {table} IS {text}', table=table, text=sql.Literal(text))
        else:
            place = sql.Identifier(self.target.schema, table, column)
            self.run('COMMENT ON COLUMN {place} IS {text}', place=place, text=sql.Literal(text))

    # What numbers the rows.

    def set_aside(self, sequence: FoundSequence, number: int) -> FoundSequence:
        """Give a sequence a name that does not collide with others."""
        name = f'{_ASIDE.format(number)}_id_seq'
        self.run('ALTER SEQUENCE {old} RENAME TO {new}', old=_place(sequence.schema, sequence.name), new=name)
        return FoundSequence(sequence.schema, name, sequence.type, sequence.is_identity)

    def next_number(self, table: str, *sequences: FoundSequence | None) -> int:
        """Return the number after the highest that was handed out, or that a row has."""
        highest = self.value('SELECT coalesce(max(id), 0) + 1 FROM {table}', table=table)
        handed_out = [
            self.value(
                'SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM {sequence}',
                sequence=_place(found.schema, found.name),
            )
            for found in sequences
            if found is not None
        ]
        return max([highest, *handed_out])

    def number_by_sequence(self, table: str, name: str, old: FoundSequence | None) -> None:
        """
        Make a table, and its copies in other schemas, draw ids from a sequence of the main schema.

        Args:
            table: its name
            name: the sequence's name; nothing else is called so
            old: what numbers it now
        """
        main, place = main_schema(), _place(main_schema(), name)
        if old is not None and (old.schema, old.name, old.is_identity) == (main, name, False):
            return
        type_ = sql.SQL(old.type if old else 'bigint')
        exists = self.value('SELECT to_regclass({text}) IS NOT NULL', text=sql.Literal(place.as_string()))
        self.run('CREATE SEQUENCE IF NOT EXISTS {place} AS {type}', place=place, type=type_)
        new = FoundSequence(main, name, '', False) if exists else None
        number = self.next_number(table, old, new)
        self.run('SELECT setval({text}, {number}, false)', text=sql.Literal(place.as_string()), number=_literal(number))
        if old is not None and old.is_identity:
            self._redirect(old, table, place)
            self.run('ALTER TABLE {table} ALTER COLUMN id DROP IDENTITY', table=table)
        self._draw_from(self.target.schema, table, place)
        if self.target.is_main:
            self.run('ALTER SEQUENCE {place} OWNED BY {table}.id', place=place, table=table)

    def number_by_itself(self, table: str, old: FoundSequence | None) -> None:
        """Make `id` of a table an identity column; copies in other schemas follow its sequence."""
        number = self.next_number(table, old)
        self.run('ALTER TABLE {table} ALTER COLUMN id DROP DEFAULT', table=table)
        self.run('ALTER TABLE {table} ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY', table=table)
        new = read_sequence(self.target, table)
        place = _place(new.schema, new.name)
        self.run('SELECT setval({text}, {number}, false)', text=sql.Literal(place.as_string()), number=_literal(number))
        if old is not None:
            self._redirect(old, table, place)
            self.run('DROP SEQUENCE {old}', old=_place(old.schema, old.name))

    def _redirect(self, old: FoundSequence, table: str, place: sql.Identifier) -> None:
        for schema, borrower in read_borrowers(self.target, old, table):
            self._draw_from(schema, borrower, place)

    def _draw_from(self, schema: str, table: str, place: sql.Identifier) -> None:
        self.run(
            'ALTER TABLE {place} ALTER COLUMN id SET DEFAULT nextval({text})',
            place=sql.Identifier(schema, table),
            text=sql.Literal(place.as_string()),
        )

    # Names

    def _rename(self, moves: dict[str, str], taken, rename) -> None:
        """Rename everything whose name differs; by way of unused names, if a new one is in use."""
        moves = {old: new for old, new in moves.items() if old != new}
        if in_the_way(moves, taken):
            for number, old in enumerate(moves):
                rename(old, _ASIDE.format(number))
            moves = {_ASIDE.format(number): new for number, new in enumerate(moves.values())}
        for old, new in moves.items():
            rename(old, new)

    def _rename_column(self, table: str, old: str, new: str) -> None:
        self.run('ALTER TABLE {table} RENAME COLUMN {old} TO {new}', table=table, old=old, new=new)

    def _identifier(self, name: str, value: str) -> sql.Identifier:
        return sql.Identifier(self.target.schema, value) if name == 'table' else sql.Identifier(value)


def _place(schema: str, name: str) -> sql.Identifier:
    return sql.Identifier(schema, name)


def _literal(number: int) -> sql.Literal:
    return sql.Literal(number)
