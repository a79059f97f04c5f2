"""
The frozen values: one TypeDefinition per type, one FieldDefinition per field.

May import the standard library only. Must never hold a row, a model class or a connection: what a definition knows is
enough to compile a table, to build a model class and to draw every surface.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, make_dataclass, replace
from functools import cached_property
from typing import Any

from .names import column_name, link_table_name, model_name, table_name, type_id_from_model_name

APP_LABEL = 'netbox_custom_objects'
# The attributes of a field by which a rollup is calculated.
ROLLUP_ATTRIBUTES = ('referring_field_id', 'aggregate', 'aggregated_field_id', 'condition')
KEY_RE = re.compile(r'\$(\d+)')
# Attributes of a field that are conditions: expressions over the fields of the same object.
CONDITIONS = ('required_if', 'visible_if', 'editable_if')


def read_ids(expression: str) -> frozenset[int]:
    """Return the ids of the fields that a stored expression names by key; those in its texts and comments, too."""
    return frozenset(map(int, KEY_RE.findall(expression)))


def ids_read_by(field) -> frozenset[int]:
    """
    Return the ids of the fields that the values of a field are calculated from.

    Args:
        field: anything with the attributes of a CustomObjectTypeField
    """
    ids = {field.referring_field_id, field.aggregated_field_id} - {None}
    return read_ids(field.expression) | read_ids(field.condition) | ids


def with_names(expression: str, names: Mapping[int, str]) -> str:
    """Return a stored expression for people to read, with names of fields by their ids in place of keys."""
    return KEY_RE.sub(lambda found: names.get(int(found[1]), found[0]), expression)


@dataclass(frozen=True, slots=True)
class TargetRef:
    """An object type that a field refers to, by natural key, e.g. `TargetRef('dcim', 'site')`."""

    app_label: str
    model: str

    @property
    def label(self) -> str:
        return f'{self.app_label}.{self.model}'

    @property
    def type_id(self) -> int | None:
        """The id of the custom object type that is meant, or None for a model of NetBox or another plugin."""
        return type_id_from_model_name(self.model) if self.app_label == APP_LABEL else None


@dataclass(frozen=True, slots=True)
class ChoiceSetRef:
    """A choice set and the state it was last seen in, so that editing its choices makes a new definition."""

    id: int
    version: str


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One field of a type. Attribute names are those of CustomObjectTypeField; JSON values are canonical text."""

    id: int
    type_id: int
    name: str
    type: str
    payload_key: str
    label: str = ''
    description: str = ''
    group_name: str = ''
    primary: bool = False
    context: bool = False
    required: bool = False
    unique: bool = False
    indexed: bool = False
    default_json: str | None = None
    # Where it takes its default from, as stored (`definitions.paths`).
    default_from: str = ''
    validation_regex: str = ''
    validation_minimum: int | None = None
    validation_maximum: int | None = None
    choice_set: ChoiceSetRef | None = None
    is_polymorphic: bool = False
    targets: tuple[TargetRef, ...] = ()
    related_object_filter_json: str | None = None
    related_object_filter_enforced: bool = False
    related_name: str = ''
    on_delete_behavior: str = 'set_null'
    search_weight: int = 500
    filter_logic: str = 'loose'
    ui_visible: str = 'always'
    ui_editable: str = 'yes'
    weight: int = 100
    is_cloneable: bool = False
    deprecated: bool = False
    # How it was called before, in this schema: history, and no part of what the field is.
    former_names: tuple[str, ...] = field(default=(), compare=False, repr=False)
    # What the items of an array are: the name of another type of field.
    element_type: str = ''
    deprecated_since: str = ''
    scheduled_removal: str = ''
    # None: as many as there always were (field_types.number).
    decimal_digits: int | None = None
    decimal_places: int | None = None
    unit: str = ''
    max_length: int | None = None
    suggest_values: bool = False
    number_template: str = ''
    restart_yearly: bool = False
    # How its values are calculated, as stored (with keys such as `$7` for fields), and what they are.
    expression: str = ''
    result_type: str = ''
    # When an object needs a value, when forms ask for it, and when it can be changed; as stored.
    required_if: str = ''
    visible_if: str = ''
    editable_if: str = ''
    # Whether lists show it by default; None: if there is room.
    in_list: bool | None = None
    # What a rollup makes of the objects that refer to an object by a field, and meet a condition.
    referring_field_id: int | None = None
    aggregate: str = ''
    aggregated_field_id: int | None = None
    condition: str = ''
    # The fields that its values are calculated from. For an expression, the type's definition sees to it; for a
    # rollup, which reads fields of another type, `with_rollups`.
    reads: tuple['FieldDefinition', ...] = field(default=(), compare=False, repr=False)

    @property
    def is_required(self) -> bool:
        """Whether every object needs a value: a deprecated field cannot be given one, and conditions may hide it."""
        return self.required and not self.deprecated and not self.visible_if

    @property
    def has_conditions(self) -> bool:
        return bool(self.required_if or self.visible_if or self.editable_if)

    @property
    def input_mode(self) -> str:
        """`ui_editable` as forms obey it: a deprecated field can be read at most."""
        return 'no' if self.deprecated and self.ui_editable == 'yes' else self.ui_editable

    @property
    def ids_read(self) -> frozenset[int]:
        """Ids of the fields that its values are calculated from, and of the field by which objects refer to it."""
        return ids_read_by(self)

    def read(self, field_id: int | None) -> 'FieldDefinition | None':
        """Return one of the fields that its values are calculated from, None if it is not there."""
        return next((found for found in self.reads if found.id == field_id), None)

    @property
    def display_label(self) -> str:
        """The shown name: the label, or the name with spaces for underscores and a capital first letter."""
        text = self.label or self.name.replace('_', ' ')
        return text[:1].upper() + text[1:]

    @property
    def default(self) -> Any:
        return None if self.default_json is None else json.loads(self.default_json)

    @property
    def related_object_filter(self) -> dict | None:
        return None if self.related_object_filter_json is None else json.loads(self.related_object_filter_json)

    @property
    def target(self) -> TargetRef | None:
        """The single target of a non-polymorphic reference."""
        return self.targets[0] if self.targets and not self.is_polymorphic else None

    @property
    def sort_key(self) -> tuple[str, int, str]:
        return self.group_name, self.weight, self.name

    def column(self, suffix: str = '') -> str:
        return column_name(self.id, suffix)

    @property
    def link_table(self) -> str:
        return link_table_name(self.type_id, self.id)


def field_maker(*names: str) -> Callable[..., FieldDefinition]:
    """
    Return what makes FieldDefinitions of the values of some attributes, in this order, and the others by name.

    An installation has thousands, and a frozen instance sets each of its attributes by a call. These are made as
    instances of a class that is not frozen and has the same slots, which takes a fifth of the time.
    """
    others = [item.name for item in fields(FieldDefinition) if item.name not in names]
    thawed = make_dataclass('ThawedField', [*names, *others], slots=True, eq=False)

    def make(*values, **attributes) -> FieldDefinition:
        made = thawed(*values, **attributes)
        made.__class__ = FieldDefinition
        return made

    return make


@dataclass(frozen=True, slots=True)
class ConstraintDefinition:
    """
    One constraint of a type. Attribute names are those of CustomObjectTypeConstraint; expressions are as stored.

    `type` is `unique` or `check`. A unique constraint is about the fields with these ids and, with a condition, about
    the objects that meet it; a check is about every object, and its expression must not be false.
    """

    id: int
    type_id: int
    name: str
    type: str
    field_ids: tuple[int, ...] = ()
    case_insensitive: bool = False
    nulls_distinct: bool = True
    condition: str = ''
    expression: str = ''
    message: str = ''


@dataclass(frozen=True)
class TypeDefinition:
    """One type with its fields, in display order (group, weight, name)."""

    id: int
    name: str
    slug: str
    verbose_name: str = ''
    verbose_name_plural: str = ''
    group_name: str = ''
    description: str = ''
    display_expression: str = ''
    config_context_enabled: bool = False
    fields: tuple[FieldDefinition, ...] = ()
    deprecated: bool = False
    deprecated_since: str = ''
    scheduled_removal: str = ''
    constraints: tuple[ConstraintDefinition, ...] = ()

    def __post_init__(self):
        if any(field.expression for field in self.fields):
            object.__setattr__(self, 'fields', tuple(self._with_reads(field) for field in self.fields))

    def _with_reads(self, field: FieldDefinition) -> FieldDefinition:
        """Return a field with the definitions of those that its expression reads."""
        if not field.expression:
            return field
        ids = read_ids(field.expression)
        return replace(field, reads=tuple(replace(other, reads=()) for other in self.fields if other.id in ids))

    def __hash__(self):
        # Comparing finds the rest; hashing sixty attributes of each field takes longer, for those that are the same.
        return hash((self.id, tuple([field.id for field in self.fields])))

    @property
    def table(self) -> str:
        return table_name(self.id)

    @property
    def model_name(self) -> str:
        return model_name(self.id)

    @property
    def display_name(self) -> str:
        """The shown singular name: `verbose_name`, or the name with a capital first letter (contract 2.1)."""
        return self.verbose_name or self.name[:1].upper() + self.name[1:]

    @property
    def display_name_plural(self) -> str:
        return self.verbose_name_plural or f'{self.display_name}s'

    @cached_property
    def fields_by_name(self) -> dict[str, FieldDefinition]:
        return {field.name: field for field in self.fields}

    @cached_property
    def primary_field(self) -> FieldDefinition | None:
        """The field that names an object; of several, the last in display order (contract 2.2)."""
        return next((field for field in reversed(self.fields) if field.primary), None)

    @cached_property
    def referenced_type_ids(self) -> frozenset[int]:
        """Ids of the custom object types that this type's fields refer to."""
        ids = (target.type_id for field in self.fields for target in field.targets)
        return frozenset(type_id for type_id in ids if type_id is not None)

    def with_fields(self, fields) -> 'TypeDefinition':
        return replace(self, fields=tuple(sorted(fields, key=lambda field: field.sort_key)))


def with_rollups(definitions: Mapping[int, TypeDefinition]) -> dict[int, TypeDefinition]:
    """Return the definitions of a schema, rollups among them with the fields that they read of other types."""
    if not any(item.aggregate for definition in definitions.values() for item in definition.fields):
        return dict(definitions)
    fields = {item.id: item for definition in definitions.values() for item in definition.fields}

    def completed(item: FieldDefinition) -> FieldDefinition:
        if not item.aggregate:
            return item
        return replace(item, reads=tuple(fields[pk] for pk in sorted(item.ids_read & fields.keys())))

    return {
        pk: definition.with_fields(map(completed, definition.fields))
        if any(item.aggregate for item in definition.fields)
        else definition
        for pk, definition in definitions.items()
    }
