"""
The columns that tables have besides those of fields: those of the model base, and those of config contexts.

Read off the model at start-up, so that a mixin which NetBox gives a new column reaches tables and classes alike. Until
then, and wherever no model is loaded, they are what the base has at the time of writing (a convention test compares).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from ..ddl.spec import Column
from ..definitions import TypeDefinition

# How Django and PostgreSQL's format_type() spell the same types.
_SPELLINGS = (('varchar', 'character varying'), (', ', ','))
_TIME = {'time': 'time without time zone'}


@dataclass(frozen=True, slots=True)
class BaseColumn:
    """
    One column of the model base.

    `column.fill` is what existing rows get when it is added. `required` columns are NOT NULL for Django, and nullable
    in the database until they are finalized (services for that are in evolution/).
    """

    column: Column
    required: bool = False
    indexed: bool = False
    field_class: str = ''

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def staged(self) -> bool:
        """Whether rows that exist when the column is added have no value, though one is required."""
        return self.required and self.column.fill is None

    def snapshot(self) -> dict[str, Any]:
        """Return what `schema_document` remembers of the column (contract, chapter 12)."""
        return {'name': self.name, 'null': not self.required, 'field_class': self.field_class}


_STAMP = 'timestamp with time zone'
BASE_COLUMNS = (
    BaseColumn(Column('id', 'bigint'), required=True, field_class='BigAutoField'),
    BaseColumn(Column('created', _STAMP), field_class='DateTimeField'),
    BaseColumn(Column('last_updated', _STAMP), field_class='DateTimeField'),
    BaseColumn(Column('owner_id', 'bigint'), indexed=True, field_class='ForeignKey'),
)
CONFIG_CONTEXT_COLUMNS = (
    BaseColumn(Column('_config_context_data', 'jsonb'), field_class='JSONField'),
    BaseColumn(Column('_config_context_generation', 'bigint', fill=0), field_class='PositiveBigIntegerField'),
    BaseColumn(Column('local_context_data', 'jsonb'), field_class='JSONField'),
)
_current = BASE_COLUMNS


def base_columns(definition: TypeDefinition | None = None) -> tuple[BaseColumn, ...]:
    """Return the columns that every type's table needs now, or that of one type, without those of its fields."""
    with_contexts = definition is not None and definition.config_context_enabled
    return (*_current, *CONFIG_CONTEXT_COLUMNS) if with_contexts else _current


def use_base_columns(columns: Iterable[BaseColumn]) -> None:
    """Make every type's table need these columns; called at start-up."""
    global _current
    _current = tuple(columns)


def base_columns_of(model: type[models.Model]) -> tuple[BaseColumn, ...]:
    """Return the columns of a model that has no fields but those of the base. Must not query."""
    return tuple(_base_column(field) for field in model._meta.concrete_fields)


def _base_column(field: models.Field) -> BaseColumn:
    column = Column(field.column, _spelled(field.db_type(connection)), fill=_fill(field))
    return BaseColumn(
        column,
        required=not field.null,
        indexed=field.db_index and not field.primary_key,
        field_class=type(field).__name__,
    )


def _spelled(db_type: str) -> str:
    spelled = db_type.split(' GENERATED')[0]
    for ours, theirs in _SPELLINGS:
        spelled = spelled.replace(ours, theirs)
    return _TIME.get(spelled, spelled)


def _fill(field: models.Field) -> Any:
    """Return what Django's migrations would put into existing rows; None if nothing."""
    if field.primary_key or field.null and not field.has_default():
        return None
    if field.has_default():
        value = field.get_default()
        return value if isinstance(field, models.JSONField) else field.get_prep_value(value)
    return '' if field.blank and field.empty_strings_allowed and not field.remote_field else None
