"""
Migration operations with which models change without losing data; see docs/operations/migration-operations.md.

For migrations of any app, so it may import ddl and Django only. What is retired stays in the database, never dropped.
"""

import copy
import logging

from django.db.backends.utils import truncate_name
from django.db.migrations.operations.base import OperationCategory
from django.db.migrations.operations.fields import AddField, FieldOperation
from django.db.migrations.operations.models import ModelOperation
from django.db.models import NOT_PROVIDED, Model
from django.utils import timezone
from psycopg import sql

from ..ddl.introspect import retired_comment
from ..ddl.upkeep.missed_rows import has_empty_rows, release_deleted
from ..ddl.upkeep.not_null import not_null_statements

__all__ = ('AddStagedColumn', 'FinalizeStagedColumn', 'RetireFieldColumn', 'RetireModelTable', 'SetModelBases')

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.evolution')


class SetModelBases(ModelOperation):
    """
    Set what a model is derived from in the state of migrations, and leave its table alone.

    With it, a model leaves multi-table inheritance: its pointer to the parent stays as an ordinary field. Django's
    autodetector never looks at bases, so without it the state keeps the fields of the parent for ever.
    """

    category = OperationCategory.ALTERATION

    def __init__(self, name: str, bases: tuple):
        """
        Args:
            name: the model
            bases: classes, or 'app_label.model' for concrete models
        """
        self.bases = tuple(base.lower() if isinstance(base, str) else base for base in bases)
        super().__init__(name)

    def state_forwards(self, app_label, state):
        state.models[app_label, self.name_lower].bases = self.bases
        state.reload_model(app_label, self.name_lower)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        pass

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        pass

    def describe(self):
        names = (base if isinstance(base, str) else base.__name__ for base in self.bases)
        return f'Set bases of {self.name} to {", ".join(names)}'

    @property
    def migration_name_fragment(self):
        return f'{self.name_lower}_bases'


class AddStagedColumn(AddField):
    """
    Add a field that needs a value, where no default fits all rows: the column may be empty, the field may not.

    Forms and serializers ask for the value; rows get one when they are next edited, or by a data migration. Then
    `FinalizeStagedColumn` makes PostgreSQL insist on it.
    """

    def __init__(self, model_name, name, field):
        """
        Raises:
            ValueError: the field needs no staging
        """
        if field.null or field.many_to_many or field.has_default() or field.db_default is not NOT_PROVIDED:
            raise ValueError(f'{model_name}.{name} may be empty or has a default: use AddField.')
        super().__init__(model_name, name, field)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        field = to_state.apps.get_model(app_label, self.model_name)._meta.get_field(self.name)
        field.null = True
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            field.null = False

    def describe(self):
        return f'Add field {self.name} to {self.model_name}, staged'


class FinalizeStagedColumn(FieldOperation):
    """
    Make PostgreSQL refuse rows without a value in a column that was added staged.

    In a migration with `atomic = False` the rows are read while others write to the table.
    """

    category = OperationCategory.ALTERATION

    def __init__(self, model_name, name):
        super().__init__(model_name, name)

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            table, column = model._meta.db_table, model._meta.get_field(self.name).column
            check = truncate_name(f'{table}_{column}_filled', schema_editor.connection.ops.max_name_length())
            for statement in not_null_statements(sql.Identifier(table), column, check):
                schema_editor.execute(statement.as_string(), None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            field = model._meta.get_field(self.name)
            loose = copy.copy(field)
            loose.null = True
            schema_editor.alter_field(model, field, loose)

    def describe(self):
        return f'Require a value in field {self.name} on {self.model_name}'

    @property
    def migration_name_fragment(self):
        return f'finalize_{self.model_name_lower}_{self.name_lower}'


class RetireFieldColumn(FieldOperation):
    """
    Make migrations forget a field, and keep its column with its values, marked as retired.

    Backwards the field is there again with its values. Rows that were added meanwhile get its default; if it has none,
    the column may be empty, as after `AddStagedColumn`.
    """

    category = OperationCategory.REMOVAL

    def __init__(self, model_name, name):
        super().__init__(model_name, name)

    def state_forwards(self, app_label, state):
        field = state.models[app_label, self.model_name_lower].fields[self.name]
        if field.many_to_many or field.primary_key:
            raise ValueError(f'{self.model_name}.{self.name} cannot be retired: no column of its own, or primary key.')
        state.remove_field(app_label, self.model_name_lower, self.name)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _loosen(schema_editor, model, model._meta.get_field(self.name), mark=True)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _tighten(schema_editor, model, model._meta.get_field(self.name), mark=True)

    def describe(self):
        return f'Retire field {self.name} of {self.model_name}; its column stays'

    @property
    def migration_name_fragment(self):
        return f'retire_{self.model_name_lower}_{self.name_lower}'


class RetireModelTable(ModelOperation):
    """
    Make migrations forget a model, and keep its table with its rows, marked as retired.

    Foreign keys that leave the table are dropped, or they would forbid to delete what the rows refer to; backwards they
    are there again, and references to what was deleted meanwhile are empty.
    """

    category = OperationCategory.REMOVAL

    def __init__(self, name):
        super().__init__(name)

    def state_forwards(self, app_label, state):
        state.remove_model(app_label, self.name_lower)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for model in self._tables(from_state.apps, app_label, schema_editor):
            for field in _foreign_keys(model):
                _loosen(schema_editor, model, field)
            comment = model._meta.db_table_comment or ''
            schema_editor.alter_db_table_comment(model, comment, retired_comment(_now(), comment))

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for model in self._tables(to_state.apps, app_label, schema_editor):
            schema_editor.alter_db_table_comment(model, None, model._meta.db_table_comment)
            for field in _foreign_keys(model):
                _tighten(schema_editor, model, field)

    def references_model(self, name, app_label):
        # What the model refers to is not known here.
        return True

    def describe(self):
        return f'Retire model {self.name}; its table stays'

    @property
    def migration_name_fragment(self):
        return f'retire_{self.name_lower}'

    def _tables(self, apps, app_label: str, schema_editor) -> list[type[Model]]:
        """Return the model, and those of the links that Django made for it."""
        model = apps.get_model(app_label, self.name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return []
        links = (field.remote_field.through for field in model._meta.local_many_to_many)
        return [model, *(link for link in links if link._meta.auto_created)]


def _foreign_keys(model: type[Model]) -> list:
    return [field for field in model._meta.local_fields if field.remote_field and field.db_constraint]


def _now() -> str:
    return timezone.now().isoformat(timespec='seconds')


def _loose(field, mark: bool):
    """Return a field as its column is while it is retired: it demands nothing of rows, and nothing of other tables."""
    loose = copy.copy(field)
    loose.null = not field.primary_key
    if field.remote_field:
        loose.db_constraint = False
    if mark:
        loose.db_comment = retired_comment(_now(), field.db_comment or '')
    return loose


def _loosen(schema_editor, model: type[Model], field, mark=False) -> None:
    schema_editor.alter_field(model, field, _loose(field, mark))


def _tighten(schema_editor, model: type[Model], field, mark=False) -> None:
    """Make a column demand again what its field says, as far as its rows allow."""
    wanted = copy.copy(field)
    # Statements that are only shown have no rows.
    if not schema_editor.collect_sql:
        if field.remote_field and field.db_constraint and not field.primary_key:
            target = field.target_field
            release_deleted(
                schema_editor.connection,
                (model._meta.db_table, field.column),
                (target.model._meta.db_table, target.column),
            )
        empty = not field.null and has_empty_rows(schema_editor.connection, model._meta.db_table, field.column)
        if empty and not field.has_default():
            wanted.null = True
            logger.warning('%s has rows without a value, so its column may be empty', field)
    schema_editor.alter_field(model, _loose(field, mark), wanted)
