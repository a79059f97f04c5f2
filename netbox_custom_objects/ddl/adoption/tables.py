"""
Turns the tables of one type of the vendor plugin into ours, by writes of the catalog alone.

May import what runs DDL. Must be called inside a transaction that holds the right to change definitions; what is left
to do afterwards, such as an index that the vendor does not have, is the difference that `diff` finds.
"""

from ...definitions import is_field_column, sequence_name
from ...exceptions import SchemaLocked
from ..locks import holders, with_retries
from ..spec import Schema
from ..target import Target
from .catalog import FoundIndex, FoundTable, read_sequence, read_tables
from .layout import VendorType
from .steps import Steps

# What the comment of a type's table says besides, so that the way back knows whom it concerns.
MARK = 'taken over'


def adopt(target: Target, vendor_type: VendorType, desired: Schema) -> None:
    """
    Give the tables of a type the names and the shape of ours; nothing that a row holds is read or written.

    Foreign keys and checks go, `id` draws from a sequence in the main schema, indexes are matched by definition.

    Args:
        target: main or a branch
        vendor_type: the type, whose tables must be as the layout says
        desired: what its definition compiles to

    Raises:
        SchemaLocked: a table was in use for too long; nothing has happened
    """
    try:
        with_retries(target, vendor_type.table, lambda: _Adoption(target, vendor_type, desired).run())
    except SchemaLocked as error:
        raise _named(target, vendor_type, error) from error


def _named(target: Target, vendor_type: VendorType, error: SchemaLocked) -> SchemaLocked:
    """Return an error that names the table which is really in use: links, or the table that a foreign key leads to."""
    found = read_tables(target, vendor_type.tables)
    names = [*found, *(name for table in found.values() for name in table.referenced)]
    busy = ((name, holders(target, name)) for name in dict.fromkeys(names))
    return next((SchemaLocked(name, sessions) for name, sessions in busy if sessions), error)


def is_marked(table: FoundTable) -> bool:
    """Whether a table was taken over from the vendor plugin, and not made by ours."""
    return table.comment.endswith(f'({MARK})')


class _Adoption:
    def __init__(self, target: Target, vendor_type: VendorType, desired: Schema):
        self.target, self.type, self.desired = target, vendor_type, desired
        self.steps = Steps(target)
        self.found = read_tables(target, vendor_type.tables)

    def run(self) -> None:
        for table in self.found.values():
            # Checks say that ids are not negative, foreign keys what `runtime.inbound.references` looks after.
            self.steps.drop_constraints(table, 'f', 'c')
        self._columns(self.found[self.type.table])
        sequences = self._set_sequences_aside()
        self.steps.rename_tables(self.type.tables, self.found)
        self._indexes()
        for old, new in self.type.tables.items():
            self.steps.number_by_sequence(new, sequence_name(new), sequences[old])
        self._comments()

    def _columns(self, table: FoundTable) -> None:
        moves = {move.vendor: move.ours for move in self.type.columns}
        self.steps.rename_columns(table.name, moves, table.columns)
        for move in self.type.columns:
            if table.columns[move.vendor].type != move.our_type:
                self.steps.set_type(table.name, move.ours, move.our_type)
        self.renamed = moves
        base = {column.name for column in self.desired.table(table.name).columns if not is_field_column(column.name)}
        for column in table.columns.values():
            # Our own columns of fields may be empty, and one without a field is never filled.
            if column.not_null and column.name not in base:
                self.steps.allow_null(table.name, moves.get(column.name, column.name))

    def _set_sequences_aside(self) -> dict:
        sequences = {name: read_sequence(self.target, name) for name in self.found}
        return {
            name: self.steps.set_aside(sequence, number) if sequence and sequence.is_identity else sequence
            for number, (name, sequence) in enumerate(sequences.items())
        }

    def _indexes(self) -> None:
        """Rename the indexes that the definition asks for, and drop the others."""
        moves: dict[str, str] = {}
        for old, new in self.type.tables.items():
            for index in self.found[old].indexes:
                name = f'{new}_pkey' if index.is_primary else self._wanted_name(index, new)
                if name is None or name in moves.values():
                    self.steps.drop_index(new, index)
                else:
                    moves[index.name] = name
        self.steps.rename_indexes(moves)

    def _wanted_name(self, index: FoundIndex, table: str) -> str | None:
        """Return what an index is called where the definition asks for it, None where it does not."""
        renamed = self.renamed if table == self.type.table else {}
        columns = tuple(renamed.get(name, name) for name in index.columns)
        for wanted in self.desired.table(table).indexes:
            if index.is_plain and wanted.columns == columns and wanted.unique == index.is_unique:
                return wanted.name
        return None

    def _comments(self) -> None:
        for table in self.desired.tables:
            self.steps.comment(table.name, f'{table.comment} ({MARK})')
            for column in table.columns:
                if column.comment:
                    self.steps.comment(table.name, column.comment, column.name)
