"""
The writes that a design consists of, one row each, through the forms and the models' own validation.

May import the steps of documents. A step is tried again while others make way for it, each time from the start; what
fails is noted on its form.
"""

from abc import abstractmethod
from contextlib import nullcontext
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from utilities.exceptions import AbortRequest

from ...definitions import CONDITIONS
from ...exceptions import ConcurrentChange, SchemaLocked
from ...models import CustomObjectType, StagedChange
from ...services.dependents import updating_dependents
from ...services.staged import start
from ..rows.storage import Storage
from ..steps import NotYet, Step
from .model import Design, is_changed


@dataclass
class Progress:
    """What the steps of one design know together."""

    design: Design
    storage: Storage
    user: Any
    # Whether what is written stays.
    is_kept: bool
    type: CustomObjectType | None = None
    # {(model, action): primary keys of rows}
    touched: dict[tuple[type, str], set[int]] = field(default_factory=dict)
    # The changes of large tables that are to begin, by the keys of the rows.
    staged: dict[str, StagedChange] = field(default_factory=dict)

    def touch(self, row, action: str) -> None:
        self.touched.setdefault((type(row), action), set()).add(row.pk)


class FormStep(Step):
    """A write of what one form is about."""

    path = ()

    def __init__(self, form):
        self.form = form

    def run(self, state):
        """Note on the form what prevents it, which the caller is not interested in."""
        try:
            self.write(state)
        except (SchemaLocked, ConcurrentChange, NotYet):
            raise
        except ValidationError as error:
            self.form.note(error)
            raise ValidationError('') from error
        except AbortRequest as error:
            self.form.note(error.message)
            raise ValidationError('') from error

    @abstractmethod
    def write(self, state: Progress) -> None:
        """Write; raise ValidationError, AbortRequest or NotYet."""

    def validated(self, state: Progress):
        """Return the row of the form, validated against what has been written so far."""
        row = self.form.instance
        row.set_edit_context(user=state.user, surroundings=state.storage.picture)
        self.form.full_clean()
        if self.form.errors:
            raise NotYet
        # The form leaves out constraints on attributes that it does not ask for, such as the type.
        row.validate_constraints()
        return row


class SaveType(FormStep):
    def write(self, state):
        self.form.start_over()
        row = self.validated(state)
        is_new = row._state.adding
        row._changelog_message = self.form.cleaned_data.get('changelog_message', '')
        if is_new or is_changed(row, state.storage.picture.before(row)):
            state.storage.save_type(row, is_new)
            state.touch(row, 'add' if is_new else 'change')
        if state.is_kept and (is_new or 'tags' in self.form.changed_data):
            # Its tags.
            self.form.save(commit=False)
            self.form.save_m2m()
            state.touch(row, 'add' if is_new else 'change')
        state.type = row


class SaveField(FormStep):
    """A field that is added, or edited; its conditions come later."""

    def write(self, state):
        if state.type is None:
            raise NotYet
        self.form.start_over()
        row = self.form.instance
        is_new = row._state.adding
        row.custom_object_type = state.type
        row._changelog_message = state.type._changelog_message
        row = self.validated(state)
        targets = self._targets(row)
        if self.form.staged_change is not None:
            start.split_edit(row, state.storage.field(row.pk))
            state.staged[self.form.prefix] = self.form.staged_change
        if is_new or targets is not None or is_changed(row, state.storage.picture.before(row)):
            updates = state.is_kept and self.form.cleaned_data.get('update_dependents')
            with updating_dependents(row, state.user) if updates else nullcontext():
                state.storage.save_field(row, is_new, targets)
            state.touch(row, 'add' if is_new else 'change')

    def make_way(self, state):
        row = self.form.pristine
        if row._state.adding or row.name == self.form.data.get(self.form.add_prefix('name')):
            return False
        row = state.storage.field(row.pk)
        row.snapshot()
        row.name = f'moving_{row.pk}'
        state.storage.save_field(row, is_new=False, targets=None)
        return True

    def _targets(self, row) -> list | None:
        """Return the types that a polymorphic field may refer to, None if they stay as they are."""
        if not row.is_polymorphic:
            return None
        wanted = row.intended_targets()
        if row._state.adding:
            return wanted
        stored = {target.pk for target in row.related_object_types.db_manager(row._state.db).all()}
        return None if stored == {target.pk for target in wanted} else wanted


class SaveConditions(FormStep):
    """The conditions of a field, once the fields are there that they may read, in other rows."""

    def write(self, state):
        pk = self.form.instance.pk
        fields = state.storage.picture.fields[state.type.pk] if state.type else {}
        if pk not in fields or self.form.errors:
            raise NotYet
        row = copy(fields[pk])
        row.snapshot()
        for name in CONDITIONS:
            setattr(row, name, self.form.conditions.get(name, ''))
        if all(getattr(row, name) == getattr(fields[pk], name) for name in CONDITIONS):
            return
        row._changelog_message = state.type._changelog_message
        row.set_edit_context(user=state.user, surroundings=state.storage.picture)
        row.full_clean()
        if any(getattr(row, name) != getattr(fields[pk], name) for name in CONDITIONS):
            state.storage.save_field(row, is_new=False, targets=None)
            state.touch(row, 'add' if self.form.pristine._state.adding else 'change')


class SaveConstraint(FormStep):
    def write(self, state):
        if state.type is None:
            raise NotYet
        self.form.start_over()
        self.form.fields_by_key = state.design.keys()
        row = self.form.instance
        is_new = row._state.adding
        row.custom_object_type = state.type
        row._changelog_message = state.type._changelog_message
        row = self.validated(state)
        if is_new or is_changed(row, state.storage.picture.before(row)):
            state.storage.save_constraint(row, is_new)
            state.touch(row, 'add' if is_new else 'change')


class RemoveField(FormStep):
    def write(self, state):
        self.form.start_over()
        row = state.storage.field(self.form.instance.pk)
        if row is not None:
            leaving = frozenset(form.instance.pk for form in state.design.removed_fields)
            row.set_edit_context(user=state.user, leaving=leaving)
            row._changelog_message = state.type._changelog_message if state.type else ''
            state.storage.delete_field(row)


class RemoveConstraint(FormStep):
    def write(self, state):
        self.form.start_over()
        row = state.storage.constraint(self.form.instance.pk)
        if row is not None:
            row._changelog_message = state.type._changelog_message if state.type else ''
            state.storage.delete_constraint(row)


def steps_of(design: Design) -> list[FormStep]:
    """Return the steps in the order in which they usually succeed."""
    # What reads other fields comes after them, wherever it is shown.
    fields = sorted(design.fields, key=lambda form: 'expression' in form.fields)
    return [
        SaveType(design.type_form),
        *map(RemoveConstraint, design.removed_constraints),
        *map(SaveField, fields),
        *map(SaveConditions, [form for form in fields if form.has_conditions]),
        *map(RemoveField, design.removed_fields),
        *map(SaveConstraint, design.constraints),
    ]
