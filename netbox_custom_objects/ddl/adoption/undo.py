"""
The way back: gives the tables of one type the names and the shape that the vendor plugin (0.7.1) expects.

May import what runs DDL. Must be called inside a transaction that holds the right to change definitions. Unlike a
take-over it reads rows, to fill what may not be empty there and to check foreign keys.
"""

from collections.abc import Mapping

from psycopg import sql

from ..locks import with_retries
from ..target import Target
from .catalog import FoundTable, read_sequence, read_tables
from .layout import VendorField, VendorType, automatic_name, cut, link_target_constraint, primary_key_name
from .steps import Steps

_ON_DELETE = {'cascade': 'CASCADE', 'protect': 'RESTRICT'}
_DEFERRED = sql.SQL('DEFERRABLE INITIALLY DEFERRED')
# Types of columns whose unique constraint the vendor accompanies with an index for patterns, and that index's order.
_PATTERNS = {'text': 'varchar_pattern_ops', 'url': 'varchar_pattern_ops', 'select': 'varchar_pattern_ops'}
_PATTERNS['longtext'] = 'text_pattern_ops'
OWNERS = 'users_owner'


def give_back(target: Target, vendor_type: VendorType, targets: Mapping[int, str]) -> None:
    """
    Turn the tables of a type into the vendor's. In a branch, which has no constraints, names alone change.

    Args:
        target: main or a branch
        vendor_type: the type; the vendor plugin knows all of its fields
        targets: the table that each plain reference leads to, by field id, as it is called when all is done

    Raises:
        SchemaLocked: a table was in use for too long; nothing has happened
        IntegrityError: a link leads to a row that is not there
    """
    with_retries(target, vendor_type.table, lambda: _Return(target, vendor_type, targets).run())


class _Return:
    def __init__(self, target: Target, vendor_type: VendorType, targets: Mapping[int, str]):
        self.target, self.type, self.targets = target, vendor_type, targets
        self.steps = Steps(target)
        self.found = read_tables(target, vendor_type.tables.values())
        self.editor = target.connection.SchemaEditorClass(target.connection)

    def run(self) -> None:
        ours = self.found[self.type.table]
        self._values(ours)
        self._drop_indexes()
        sequences = self._set_sequences_aside()
        self.steps.rename_columns(ours.name, {move.ours: move.vendor for move in self.type.columns}, ours.columns)
        self.steps.rename_tables({new: old for old, new in self.type.tables.items()}, self.found)
        self.steps.rename_indexes({f'{new}_pkey': primary_key_name(old) for old, new in self.type.tables.items()})
        for name in self.type.tables:
            if self.target.is_main:
                self.steps.number_by_itself(name, sequences[self.type.tables[name]])
            self.steps.comment(name, None)
        for move in self.type.columns:
            self.steps.comment(ours.name, None, move.vendor)
        self._base()
        for item in self.type.fields:
            self._link(item) if item.is_link else self._field(item)

    def _values(self, table: FoundTable) -> None:
        """Fill what may not be empty with the vendor, and narrow what is narrower there."""
        for item in self.type.fields:
            for move in item.columns:
                if item.type == 'url' and move.ours.endswith('_title'):
                    self._never_null(table.name, move.ours, '')
                if table.columns[move.ours].type != move.type:
                    self.steps.set_type(table.name, move.ours, move.type)
        if self.type.config_context_enabled:
            self._never_null(table.name, '_config_context_generation', 0)

    def _never_null(self, table: str, column: str, value) -> None:
        self.steps.run(
            'UPDATE {table} SET {column} = {value} WHERE {column} IS NULL',
            table=table,
            column=column,
            value=sql.Literal(value),
        )
        self.steps.set_not_null(table, column)

    def _drop_indexes(self) -> None:
        for table in self.found.values():
            for index in table.indexes:
                if not index.is_primary:
                    self.steps.drop_index(table.name, index)

    def _set_sequences_aside(self) -> dict:
        found = {name: read_sequence(self.target, name) for name in self.found}
        if not self.target.is_main:
            return found
        return {
            name: sequence and self.steps.set_aside(sequence, number)
            for number, (name, sequence) in enumerate(found.items())
        }

    def _base(self) -> None:
        table = self.type.table
        self._foreign_key(table, 'owner_id', OWNERS, self._name(table, 'owner_id', suffix=f'_fk_{OWNERS}_id'))
        if self.type.config_context_enabled:
            self._check(table, '_config_context_generation')

    def _field(self, item: VendorField) -> None:
        table, names = self.type.table, [move.vendor for move in item.columns]
        if item.type == 'object' and item.is_polymorphic:
            self._index(f'co_{self.type.id}_{item.name}_gfk', table, *names)
            self._index(self._name(table, names[0]), table, names[0])
            self._check(table, names[1])
            return
        if item.unique:
            self._unique(automatic_name(table, names[0], 'key'), table, names[0])
            if order := _PATTERNS.get(item.type):
                self._index(self._name(table, names[0], suffix='_like'), table, names[0], order=order)
        elif item.type == 'object':
            self._index(self._name(table, names[0]), table, names[0])
        if item.type == 'object' and item.id in self.targets:
            action = sql.SQL('ON DELETE {} NOT VALID').format(sql.SQL(_ON_DELETE.get(item.on_delete, 'SET NULL')))
            self._foreign_key(table, names[0], self.targets[item.id], cut(f'{table}_{item.name}_id_fk'), action)

    def _link(self, item: VendorField) -> None:
        table, keys = item.link_table, item.link_keys
        for column in keys:
            self.steps.set_not_null(table, column)
        self._unique(self._name(table, *keys, suffix='_uniq'), table, *keys)
        if item.is_polymorphic:
            self._index(f'co_{self.type.id}_{item.name}_pgfk', table, *keys[1:])
            for column in keys[1:]:
                self._check(table, column)
            return
        for column in keys:
            self._index(self._name(table, column), table, column)
        name = self._name(table, 'source_id', suffix=f'_fk_{self.type.table}_id')
        self._foreign_key(table, 'source_id', self.type.table, name)
        if item.id in self.targets:
            action = sql.SQL('ON DELETE CASCADE {}').format(_DEFERRED)
            self._foreign_key(table, 'target_id', self.targets[item.id], link_target_constraint(table), action)

    # One object of the catalog each.

    def _name(self, table: str, *columns: str, suffix: str = '') -> str:
        """Return the name that Django makes for an index or constraint, as the vendor's model classes would have it."""
        return self.editor._create_index_name(table, list(columns), suffix=suffix)

    def _index(self, name: str, table: str, *columns: str, order: str = '') -> None:
        parts = [sql.SQL('{} {}').format(sql.Identifier(column), sql.SQL(order)) for column in columns]
        self.steps.run(
            'CREATE INDEX {name} ON {table} ({columns})', name=name, table=table, columns=sql.SQL(', ').join(parts)
        )

    def _unique(self, name: str, table: str, *columns: str) -> None:
        self._constraint(table, name, sql.SQL('UNIQUE ({})').format(sql.SQL(', ').join(map(sql.Identifier, columns))))

    def _check(self, table: str, column: str) -> None:
        if self.target.is_main:
            name = automatic_name(table, column, 'check')
            self._constraint(table, name, sql.SQL('CHECK ({} >= 0)').format(sql.Identifier(column)))

    def _foreign_key(self, table: str, column: str, to: str, name: str, action: sql.Composable = _DEFERRED) -> None:
        if self.target.is_main:
            definition = sql.SQL('FOREIGN KEY ({}) REFERENCES {} (id) {}').format(
                sql.Identifier(column), sql.Identifier(self.target.schema, to), action
            )
            self._constraint(table, name, definition)

    def _constraint(self, table: str, name: str, definition: sql.Composable) -> None:
        self.steps.run(
            'ALTER TABLE {table} ADD CONSTRAINT {name} {definition}', table=table, name=name, definition=definition
        )
