"""
Where the rows of a document go: into the database, or, for a preview, nowhere.

May import services. What applying refuses, `Tried` must refuse as well.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import replace
from itertools import count

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone

from core.models import ObjectType
from extras.models import CustomFieldChoiceSet

from ...constants import APP_LABEL
from ...ddl.introspect import introspect
from ...ddl.spec import Schema
from ...ddl.target import Target
from ...definitions import (
    CONDITIONS,
    ChoiceSetRef,
    ConstraintDefinition,
    FieldDefinition,
    TypeDefinition,
    model_name,
)
from ...exceptions import SchemaChangeRefused
from ...field_types.shared.choice_sets import offered
from ...models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ...models.counters import last_pk, next_schema_id
from ...models.rows.convert import constraint_definition, field_definition
from ...models.rows.loader import load_definitions, type_definition
from ...models.validation.computed import refuse_read_field
from ...models.validation.conditions import refuse_field_of_conditions
from ...models.validation.constraints import refuse_used_field
from ...models.validation.rollups import refuse_counted_field
from ...services.preview import Preview
from ...services.reconcile import Postponed, plan_of
from ...services.rules import refuse_used_choices, run_protection_rules
from ...services.staged.guard import refuse_while_staged
from .picture import Picture


class Storage(ABC):
    """Reads and writes the rows of one schema; `picture` shows them as they are by now."""

    def __init__(self, alias: str):
        self.alias = alias
        self.picture = Picture(alias, self.prepare)

    @abstractmethod
    def prepare(self) -> None:
        """Called before classes or objects are looked at: make tables what the rows ask for."""

    def choice_set(self, pk: int) -> CustomFieldChoiceSet:
        """Return a choice set to be changed."""
        return CustomFieldChoiceSet.objects.get(pk=pk)

    @abstractmethod
    def type(self, pk: int) -> CustomObjectType:
        """Return a type to be changed."""

    @abstractmethod
    def field(self, pk: int) -> CustomObjectTypeField | None:
        """Return a field to be changed, None if it is gone."""

    @abstractmethod
    def save_choice_set(self, row: CustomFieldChoiceSet) -> None: ...

    @abstractmethod
    def save_type(self, row: CustomObjectType, is_new: bool, last_schema_id: int = 0) -> None:
        """Write a type; no other field of it is given a schema id up to the last one."""

    @abstractmethod
    def save_field(self, row: CustomObjectTypeField, is_new: bool, targets: list | None) -> None:
        """Write a field with the targets that it has if it is polymorphic."""

    @abstractmethod
    def delete_field(self, row: CustomObjectTypeField) -> None: ...

    @abstractmethod
    def constraint(self, pk: int) -> CustomObjectTypeConstraint | None:
        """Return a constraint to be changed, None if it is gone."""

    @abstractmethod
    def save_constraint(self, row: CustomObjectTypeConstraint, is_new: bool) -> None: ...

    @abstractmethod
    def delete_constraint(self, row: CustomObjectTypeConstraint) -> None: ...

    def step(self) -> AbstractContextManager:
        """Return a block that leaves nothing behind if it fails."""
        return nullcontext()

    def finish(self) -> Iterator[tuple[int, SchemaChangeRefused]]:
        """Make the tables that are missing, and yield (id of a type, reason) where that is refused."""
        yield from ()


# What says how a field looks, and which values the application takes; tables do not follow from it.
_APART_FROM_TABLES = {
    'label', 'description', 'group_name', 'weight', 'comments', 'primary', 'context', 'filter_logic', 'ui_visible',
    'ui_editable', 'in_list', 'is_cloneable', *CONDITIONS,
}  # fmt: skip


def _leaves_tables(before: CustomObjectTypeField | None, row: CustomObjectTypeField) -> bool:
    """Whether an edit of a field is about nothing that tables follow from."""
    if before is None:
        return False
    names = {field.attname for field in row._meta.concrete_fields if field.editable} - _APART_FROM_TABLES
    return all(getattr(row, name) == getattr(before, name) for name in names)


class Written(Storage):
    """Writes rows. The columns of fields that are added come all at once: a type is reconciled when it is complete."""

    def __init__(self, alias: str):
        super().__init__(alias)
        self.postponed = Postponed()

    def prepare(self):
        for type_id in self.postponed.types(self.alias):
            self.postponed.catch_up(self.alias, type_id)

    def type(self, pk):
        return CustomObjectType.objects.get(pk=pk)

    def field(self, pk):
        return CustomObjectTypeField.objects.filter(pk=pk).first()

    def step(self):
        return transaction.atomic(using=self.alias)

    def save_choice_set(self, row):
        row.save()

    def save_type(self, row, is_new, last_schema_id=0):
        if is_new:
            with self.postponed:
                row.save()
            self.picture.new_types.add(row.pk)
        else:
            self.postponed.catch_up(self.alias, row.pk)
            row.save()
        if last_schema_id > row.next_schema_id:
            next_schema_id(row.pk, last_schema_id - 1)
        self.picture.put(row)

    def save_field(self, row, is_new, targets):
        if is_new:
            with self.postponed:
                row.save(force_insert=True)
                if targets is not None:
                    row.related_object_types.set(targets)
        elif targets is None and _leaves_tables(self.picture.before(row), row):
            # Hundreds of fields may be reordered at once.
            with self.postponed:
                row.save()
        else:
            self.postponed.catch_up(self.alias, row.custom_object_type_id)
            row.save()
            if targets is not None:
                row.related_object_types.set(targets)
        self.picture.put(row)

    def delete_field(self, row):
        self.postponed.catch_up(self.alias, row.custom_object_type_id)
        pk = row.pk
        row.delete()
        row.pk = pk
        self.picture.remove(row)

    def constraint(self, pk):
        return CustomObjectTypeConstraint.objects.filter(pk=pk).first()

    def save_constraint(self, row, is_new):
        self.postponed.catch_up(self.alias, row.custom_object_type_id)
        row.save()
        self.picture.put(row)

    def delete_constraint(self, row):
        self.postponed.catch_up(self.alias, row.custom_object_type_id)
        pk = row.pk
        row.delete()
        row.pk = pk
        self.picture.remove(row)

    def finish(self):
        for type_id in self.postponed.types(self.alias):
            try:
                with self.step():
                    self.postponed.catch_up(self.alias, type_id)
            except SchemaChangeRefused as error:
                yield type_id, error


class Tried(Storage):
    """
    Writes nothing and locks nothing. New rows get the keys that would come next, and plans go into `preview`.

    What is validated in a block of `using()` sees the choice sets as they would be.
    """

    def __init__(self, alias: str):
        super().__init__(alias)
        self.target = Target.for_alias(alias)
        self.preview = Preview()
        self._keys = {
            model: count(last_pk(model) + 1)
            for model in (
                CustomObjectType,
                CustomObjectTypeField,
                CustomObjectTypeConstraint,
                CustomFieldChoiceSet,
                ContentType,
            )
        }
        self._before = {(type(row), row.pk): row for row in self._rows()}
        self._definitions = load_definitions(alias)
        self._fields = {pk: {f.id: f for f in found.fields} for pk, found in self._definitions.items()}
        self._constraints: dict[int, dict[int, ConstraintDefinition]] = {
            pk: {constraint.id: constraint for constraint in found.constraints}
            for pk, found in self._definitions.items()
        }
        self._actual: dict[int, Schema] = {}
        # Types that are planned when they are complete, in this order: fields are added.
        self._growing: dict[int, None] = {}
        self._choice_sets: dict = {}

    def _rows(self):
        yield from self.picture.types.values()
        for rows in (*self.picture.fields.values(), *self.picture.constraints.values()):
            yield from rows.values()

    def prepare(self):
        """The tables stay as they are, and so do the classes."""

    def using(self):
        """Return a block in which validation sees choice sets as they would be."""
        return offered(self._choice_sets)

    def type(self, pk):
        return copy(self._before[CustomObjectType, pk])

    def field(self, pk):
        return copy(self._before[CustomObjectTypeField, pk])

    def save_choice_set(self, row):
        refuse_used_choices(row, DEFAULT_DB_ALIAS)
        if row.pk is None:
            row.pk = next(self._keys[CustomFieldChoiceSet])
        row.last_updated = timezone.now()
        self._choice_sets[ChoiceSetRef(row.pk, str(row.last_updated))] = row

    def save_type(self, row, is_new, last_schema_id=0):
        if row.pk is None:
            row.pk = next(self._keys[CustomObjectType])
            row.object_type = ObjectType(
                pk=next(self._keys[ContentType]), app_label=APP_LABEL, model=model_name(row.pk)
            )
            self.picture.new_types.add(row.pk)
        self.picture.put(row, is_stored=False)
        self._definitions[row.pk] = type_definition(row)

    def save_field(self, row, is_new, targets):
        if row.pk is None:
            row.pk = next(self._keys[CustomObjectTypeField])
        fields, definition = self._fields.setdefault(row.custom_object_type_id, {}), field_definition(row)
        if is_new:
            self._growing[row.custom_object_type_id] = None
        else:
            self._plan(row.custom_object_type_id, {**fields, row.pk: definition})
        fields[row.pk] = definition
        self.picture.put(row, is_stored=False)

    def delete_field(self, row):
        run_protection_rules(row, row._meta.label_lower)
        row.set_edit_context(surroundings=self.picture)
        refuse_used_field(row, self.alias)
        refuse_read_field(row, self.alias)
        refuse_counted_field(row, self.alias)
        refuse_field_of_conditions(row, self.alias)
        fields = self._fields[row.custom_object_type_id]
        self._plan(row.custom_object_type_id, {pk: found for pk, found in fields.items() if pk != row.pk})
        del fields[row.pk]
        self.picture.remove(row)

    def constraint(self, pk):
        return copy(self._before[CustomObjectTypeConstraint, pk])

    def save_constraint(self, row, is_new):
        if row.pk is None:
            row.pk = next(self._keys[CustomObjectTypeConstraint])
        self._enforce(row.custom_object_type_id, {row.pk: constraint_definition(row)})
        self.picture.put(row, is_stored=False)

    def delete_constraint(self, row):
        run_protection_rules(row, row._meta.label_lower)
        constraints = self._constraints.get(row.custom_object_type_id, {})
        constraints.pop(row.pk, None)
        self._enforce(row.custom_object_type_id, {})
        self.picture.remove(row)

    def _enforce(self, type_id: int, constraints: dict[int, ConstraintDefinition]) -> None:
        """Note what would be done so that more constraints are enforced."""
        self._constraints.setdefault(type_id, {}).update(constraints)
        self._plan(type_id, self._fields.get(type_id, {}))

    def finish(self):
        for type_id in sorted(self.picture.new_types | self._growing.keys()):
            fields = self._fields.get(type_id, {})
            try:
                if type_id in self.picture.new_types:
                    self._note(type_id, fields, Schema())
                else:
                    self._plan(type_id, fields)
            except SchemaChangeRefused as error:
                yield type_id, error

    def _plan(self, type_id: int, fields: dict[int, FieldDefinition]) -> None:
        """Note what would be done to the tables of a type that exists; a new one is planned when it is complete."""
        if type_id in self.picture.new_types:
            return
        if type_id not in self._actual:
            self._actual[type_id] = introspect(self.target, type_id)
        self._note(type_id, fields, self._actual[type_id])

    def _note(self, type_id: int, fields: dict[int, FieldDefinition], actual: Schema) -> None:
        definition: TypeDefinition = self._definitions[type_id].with_fields(fields.values())
        definition = replace(definition, constraints=tuple(self._constraints.get(type_id, {}).values()))
        plan = plan_of(definition, actual)
        refuse_while_staged(self.alias, type_id, plan)
        self.preview.note(self.target, type_id, plan, actual)
