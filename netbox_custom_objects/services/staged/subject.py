"""
The subject of a staged change: the field's row as it is, and as it will be.

May import models and runtime. Must never write.
"""

from dataclasses import dataclass

from ...ddl.executor import is_catalog_only
from ...ddl.introspect import introspect
from ...ddl.operations import AlterColumnType, DropCheck, DropColumn, DropIndex, Operation
from ...ddl.spec import Column
from ...ddl.staging.filling import StagedColumn
from ...ddl.target import Target
from ...definitions import constraint_id_from_name, read_ids
from ...exceptions import ObjectGone
from ...field_types import FIELD_TYPES
from ...models import CustomObjectTypeField, StagedChange
from ...models.concurrency import meeting
from ...models.rows.convert import PLAIN_ATTRIBUTES, field_definition
from ...models.rows.loader import load_definitions
from ...models.validation.constraints import fields_read
from ...runtime.classes.registry import world

# What limits values: if it changes, what is stored is held against it.
LIMITS = ('choice_set', 'validation_regex', 'validation_minimum', 'validation_maximum', 'max_length')


@dataclass(frozen=True, slots=True)
class Subject:
    """
    Attributes:
        change: the change
        field: the row of the field as it is now
        column: the conversion of its column, None if that stays as it is
    """

    change: StagedChange
    field: CustomObjectTypeField
    column: StagedColumn | None

    @classmethod
    def of(cls, change: StagedChange) -> 'Subject | None':
        """Return what a change is about, None if the field is gone."""
        field = CustomObjectTypeField.objects.using(change.alias).filter(pk=change.field_id).first()
        if field is None:
            return None
        target, table, column = cls.place_of(change)
        old, new = (_column_type(field, values) for values in (change.former, change.wanted))
        converts = old != new and not is_catalog_only(AlterColumnType(table, Column(column, old), new_type=new))
        return cls(change, field, StagedColumn(target, table, column, old, new) if converts else None)

    @classmethod
    def of_existing(cls, change: StagedChange) -> 'Subject':
        """Return what a change is about; raise ObjectGone if another request has deleted the field."""
        subject = cls.of(change)
        if subject is None:
            raise meeting(ObjectGone())
        return subject

    @staticmethod
    def place_of(change: StagedChange) -> tuple[Target, str, str]:
        """Return the target, the table and the column."""
        return Target.for_alias(change.alias), change.table, change.column

    @property
    def target(self) -> Target:
        return Target.for_alias(self.change.alias)

    @property
    def table(self) -> str:
        return self.change.table

    @property
    def unique_columns(self) -> dict[str, str]:
        """The columns that hold the value as it is, with their types."""
        definition, field_type = field_definition(self.field), self.field.field_type
        names = field_type.get_unique_columns(definition)
        return {column.name: column.type for column in field_type.get_columns(definition) if column.name in names}

    @property
    def builds_unique(self) -> bool:
        """Whether the change needs a unique index that is not there."""
        return self._after('unique') and (self.column is not None or not self.was_unique)

    @property
    def was_unique(self) -> bool:
        return self._before('unique')

    @property
    def becomes_required(self) -> bool:
        return self._after('required') and not self._before('required') and not self.field.deprecated

    @property
    def limits_values(self) -> bool:
        """Whether values that can be stored may be none that the field can have."""
        field_type = FIELD_TYPES[self._after('type')]
        is_checked = field_type.needs_choice_set or field_type.checked_when_converted or self._after('max_length')
        converted = 'type' in self.change.wanted and is_checked
        return converted or any(self.change.wanted.get(name) not in (None, '') for name in LIMITS)

    def dropped_readers(self) -> list[Operation]:
        """
        Return the steps that drop what PostgreSQL derives from the column, which would stay with the former one.

        Constraints and computed fields; reconciling adds them again, in a large table by a job.
        """
        definition = load_definitions(self.change.alias, self.change.type_id)[self.change.type_id]
        table = introspect(self.target, self.change.type_id).table(self.table)
        computed = {
            field.id: field for field in definition.fields if self.change.field_id in read_ids(field.expression)
        }
        read = {self.change.field_id, *computed}
        constraints = {found.id for found in definition.constraints if not read.isdisjoint(fields_read(found))}
        columns = {field.column() for field in computed.values()}
        return [
            *(DropCheck(table.name, check) for check in table.checks
              if constraint_id_from_name(check.name) in constraints),
            *(DropIndex(table.name, index) for index in table.indexes
              if constraint_id_from_name(index.constraint) in constraints),
            *(DropColumn(table.name, column) for column in table.columns
              if column.generated and column.name in columns),
        ]  # fmt: skip

    def has(self, values: dict) -> bool:
        """Return whether the field's row has these values, {attribute: value} as the change stores them."""
        return all(stored_value(self.field, name) == value for name, value in values.items())

    def field_with(self, values: dict) -> CustomObjectTypeField:
        """Return the field's row, read again, with other values; its snapshot is that of the stored one."""
        field = CustomObjectTypeField.objects.using(self.change.alias).filter(pk=self.change.field_id).first()
        if field is None:
            raise meeting(ObjectGone())
        field.snapshot()
        for name, value in values.items():
            set_value(field, name, value)
        # So that validation does not take it for an edit that the change stands in the way of.
        field.set_edit_context(is_staged=True)
        return field

    def fill_value(self):
        """
        Return the value that objects without one are given.

        Raises:
            ValidationError: the field cannot hold it
        """
        field = self.field_with(self.change.wanted)
        definition = field_definition(field)
        model_field = field.field_type.get_model_field(definition)
        model_field.set_attributes_from_name(field.name)
        return model_field.clean(field.field_type.to_python(definition, self.change.fill), None)

    def objects(self):
        """Return the objects of the type, None if their class has no attribute for the field."""
        model = world(self.change.alias).model(self.change.type_id)
        if not self.field.field_type.is_surfaced(field_definition(self.field), model._payload_names):
            return None
        return model.objects.using(self.change.alias)

    def empty_objects(self):
        """Return the objects without a value."""
        objects = self.objects()
        if objects is None:
            model = world(self.change.alias).model(self.change.type_id)
            return model.objects.using(self.change.alias).none()
        return objects.filter(self.field.field_type.get_empty_condition(field_definition(self.field)))

    def _before(self, name: str):
        return self.change.former.get(name, getattr(self.field, name))

    def _after(self, name: str):
        return self.change.wanted.get(name, getattr(self.field, name))


def _column_type(field: CustomObjectTypeField, values: dict) -> str:
    """Return the type of a field's column, with other values of attributes."""
    definition = field_definition(field, **{name: values[name] for name in values if name in PLAIN_ATTRIBUTES})
    return FIELD_TYPES[definition.type].get_column_type(definition)


def stored_value(field: CustomObjectTypeField, name: str):
    """Return an attribute of a field as a change stores it."""
    return field.choice_set_id if name == 'choice_set' else getattr(field, name)


def set_value(field: CustomObjectTypeField, name: str, value) -> None:
    """Set an attribute of a field from what a change stores."""
    setattr(field, 'choice_set_id' if name == 'choice_set' else name, value)
