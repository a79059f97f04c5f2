"""
The writes that applying a document consists of, one row each, through the models' own validation.

May import models and services. A step that fails leaves nothing behind, and can be tried again: another one may have
been in its way, as when two fields change names.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _

from core.models import ObjectType
from extras.models import CustomFieldChoiceSet

from ..definitions import CONDITIONS
from ..models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField, StagedChange
from ..services.staged import start
from .comparator import ChoiceSetDiff, ConstraintChange, COTDiff, FieldChange, FieldOp
from .errors import UNRESOLVED, Fault, InvalidDocument, Path
from .format import SCHEMA_FORMAT_VERSION, normal_constraint, normal_field, normal_type
from .rows.storage import Storage
from .targets import TargetNames

# What a field must have in common with one that was removed for its column to be used again.
_SAME = ('type', 'element_type', 'decimal_digits', 'decimal_places', 'is_polymorphic', 'related_object_type_id')
# What of an entry a type does not remember.
NOT_KEPT = ('base', 'removed_fields', 'removed_constraints')
# The key of `schema_document` that holds what was removed, by schema id.
REMOVED = 'removed'


class NotYet(Exception):
    """A step needs what an earlier one could not make; that one says why."""


@dataclass
class State:
    """What the steps of one application know together."""

    names: TargetNames
    storage: Storage
    user: Any = None
    # Types by slug, and choice sets by name, as far as they are there by now.
    types: dict[str, CustomObjectType] = field(default_factory=dict)
    choice_sets: dict[str, CustomFieldChoiceSet] = field(default_factory=dict)
    # What the document will make.
    expected: set[str] = field(default_factory=set)
    # Its entries of types, by slug.
    entries: dict[str, dict] = field(default_factory=dict)
    # {place in the document: staged change that is to begin}
    staged: dict[Path, StagedChange] = field(default_factory=dict)
    # {place in the document: primary key}
    new_fields: dict[Path, int] = field(default_factory=dict)
    # {(model, action): primary keys of rows}
    touched: dict[tuple[type, str], set[int]] = field(default_factory=dict)

    def touch(self, row, action: str) -> None:
        self.touched.setdefault((type(row), action), set()).add(row.pk)

    def may_name(self, row: CustomObjectTypeField) -> bool:
        """Whether the user may view a field, or the document makes it."""
        if self.user is None or row.pk in self.touched.get((CustomObjectTypeField, 'add'), ()):
            return True
        return CustomObjectTypeField.objects.restrict(self.user, 'view').filter(pk=row.pk).exists()

    def type(self, slug: str) -> CustomObjectType:
        """Return a type; raise NotYet."""
        if slug not in self.types:
            raise NotYet
        return self.types[slug]

    def fields_of(self, type_: CustomObjectType, entry: dict) -> Collection[CustomObjectTypeField]:
        """Return the fields of a type, once those that others may read have the names of its entry; raise NotYet."""
        _wait_for_names(type_.pk, entry, self)
        return self.storage.picture.fields[type_.pk].values()

    def choice_set(self, name: str, path: Path) -> CustomFieldChoiceSet:
        """Return a choice set; raise NotYet, or InvalidDocument."""
        if name not in self.choice_sets:
            if f'choice set {name}' in self.expected:
                raise NotYet
            found = CustomFieldChoiceSet.objects.filter(name=name).first()
            if found is None:
                raise _unknown(path, _('Unknown choice set: {name}.').format(name=name))
            self.choice_sets[name] = found
        return self.choice_sets[name]

    def target(self, name: str, path: Path) -> ObjectType:
        """Return what a field refers to; raise NotYet, or InvalidDocument."""
        if (found := self.names.find(name)) is not None:
            return found
        if name in self.expected:
            raise NotYet
        raise _unknown(path, _('Unknown object type: {name}.').format(name=name))


def _unknown(path: Path, message: str) -> InvalidDocument:
    return InvalidDocument([Fault(path, message, UNRESOLVED)])


class Step(ABC):
    """One write."""

    path: Path

    @abstractmethod
    def run(self, state: State) -> None:
        """Write; raise ValidationError, AbortRequest, NotYet, or InvalidDocument."""

    def make_way(self, state: State) -> bool:
        """
        Give up the name that another step may be waiting for, and return whether there is one.

        The type or field is called something else for the time until its own step.
        """
        return False


@dataclass
class WriteChoiceSet(Step):
    diff: ChoiceSetDiff

    def __post_init__(self):
        self.path = ('choice_sets', self.diff.index)

    def run(self, state):
        row = CustomFieldChoiceSet(name=self.diff.name)
        if not self.diff.is_new:
            row = state.storage.choice_set(self.diff.stored.pk)
            row.snapshot()
        for name, value in self.diff.attributes.items():
            setattr(row, name, value)
        row.clean_fields()  # by itself: what NetBox checks next expects that base choices exist
        row.full_clean()
        state.storage.save_choice_set(row)
        state.choice_sets[row.name] = row
        state.touch(row, 'add' if self.diff.is_new else 'change')


@dataclass
class WriteType(Step):
    """The row of a type, with what the document says of it."""

    diff: COTDiff
    entry: dict

    def __post_init__(self):
        self.path = ('types', self.diff.index)

    def run(self, state):
        row = CustomObjectType(slug=self.entry['slug'])
        if not self.diff.is_new:
            row = state.storage.type(self.diff.stored.pk)
            row.snapshot()
        for name, value in normal_type(self.entry).items():
            setattr(row, name, value)
        row.schema_document = self._document(row)
        row.set_edit_context(surroundings=state.storage.picture)
        row.full_clean()
        ids = [found['id'] for group in ('fields', 'removed_fields') for found in self.entry.get(group, [])]
        # So that no other field is given one of them, in main or in a branch.
        state.storage.save_type(row, self.diff.is_new, max(ids, default=0))
        state.types[row.slug] = row
        state.names.add(row)
        state.touch(row, 'add' if self.diff.is_new else 'change')

    def make_way(self, state):
        if 'name' not in self.diff.cot_changes:
            return False
        row = state.storage.type(self.diff.stored.pk)
        row.snapshot()
        row.name = f'moving_{row.pk}'
        state.storage.save_type(row, is_new=False)
        return True

    def _document(self, row) -> dict:
        """Return what the type remembers of the document: fields that are gone, and where their values are."""
        document = row.schema_document or {}
        before = (document.get('types') or [{}])[0]
        kept = {found['id'] for found in self.entry.get('fields', [])}
        gone = {found['id']: found for found in before.get('removed_fields', []) if found['id'] not in kept}
        gone |= {found['id']: found for found in self.entry.get('removed_fields', [])}
        entry = {name: value for name, value in self.entry.items() if name not in NOT_KEPT}
        if gone:
            entry['removed_fields'] = [gone[pk] for pk in sorted(gone)]
        removed = {
            str(change.schema_id): {
                'id': change.stored.pk,
                'payload_key': change.stored.payload_key,
                **{name: getattr(change.stored, name) for name in _SAME},
            }
            for change in self.diff.removes
        }
        removed = {**document.get(REMOVED, {}), **removed}
        return {
            **document,
            'schema_version': SCHEMA_FORMAT_VERSION,
            'types': [entry],
            **({REMOVED: removed} if removed else {}),
        }


@dataclass
class RemoveField(Step):
    diff: COTDiff
    change: FieldChange

    def __post_init__(self):
        self.path = ('types', self.diff.index, 'removed_fields', self.change.index)

    def run(self, state):
        row = state.storage.field(self.change.stored.pk)
        if row is not None:
            row.set_edit_context(leaving=frozenset(change.stored.pk for change in self.diff.removes))
            state.storage.delete_field(row)


@dataclass
class WriteField(Step):
    """A field that is added, or altered."""

    diff: COTDiff
    change: FieldChange
    entry: dict

    def __post_init__(self):
        self.path = ('types', self.diff.index, 'fields', self.change.index)

    @property
    def is_new(self) -> bool:
        return self.change.op == FieldOp.ADD

    def run(self, state):
        before = None
        if self.is_new:
            row = self._new(state)
        else:
            row, before = (state.storage.field(self.change.stored.pk) for _row in range(2))
            row.snapshot()
        targets = self._assign(row, state)
        if row.field_type.is_computed and row.expression:
            _wait_for_names(row.custom_object_type_id, self.entry, state)
        is_staged = before is not None and _needs_stages(row, before)
        row.set_edit_context(user=state.user, is_staged=is_staged, surroundings=state.storage.picture)
        row.full_clean()
        if is_staged and (wanted := start.split_edit(row, before)):
            state.staged[self.path] = start.prepare(before, wanted, is_valid=True)
        state.storage.save_field(row, self.is_new, targets)
        if self.is_new:
            state.new_fields[self.path] = row.pk
        state.touch(row, 'add' if self.is_new else 'change')

    def make_way(self, state):
        if not self.change.is_rename:
            return False
        row = state.storage.field(self.change.stored.pk)
        row.snapshot()
        row.name = f'moving_{row.pk}'
        state.storage.save_field(row, is_new=False, targets=None)
        return True

    def _new(self, state) -> CustomObjectTypeField:
        type_ = state.type(self.diff.slug)
        return CustomObjectTypeField(custom_object_type=type_, schema_id=self.change.schema_id)

    def _assign(self, row, state) -> list | None:
        """Set what the document says, and return the targets of a polymorphic field."""
        found = normal_field(self.change.schema_def)
        choice_set, target, targets, referring, aggregated = (
            found.pop(name)
            for name in (
                'choice_set', 'related_object_type', 'related_object_types', 'referring_field', 'aggregated_field',
            )
        )  # fmt: skip
        for name, value in found.items():
            if name not in ('id', *CONDITIONS):
                setattr(row, name, value)
        row.choice_set = state.choice_set(choice_set, (*self.path, 'choice_set')) if choice_set else None
        row.related_object_type = state.target(target, (*self.path, 'related_object_type')) if target else None
        slug, _dot, name = (referring or '').partition('.')
        row.referring_field = self._read(state, 'referring_field', slug, name) if referring else None
        row.aggregated_field = self._read(state, 'aggregated_field', slug, aggregated) if aggregated else None
        intended = [
            state.target(name, (*self.path, 'related_object_types', index)) for index, name in enumerate(targets)
        ]
        if row.is_polymorphic or intended:
            row._m2m_values = {'related_object_types': intended}
        if self.is_new:
            _reuse_column(row)
        return intended if row.is_polymorphic else None

    def _read(self, state, attribute: str, slug: str, name: str) -> CustomObjectTypeField:
        """Return the field of another type that a rollup names, once all of them have the names of the document."""
        type_ = state.types.get(slug)
        fields = state.storage.picture.fields[type_.pk].values() if type_ else ()
        if type_ and slug in state.entries:
            _wait_for_names(type_.pk, state.entries[slug], state)
        found = next((field_ for field_ in fields if field_.name == name), None)
        if found is None or not state.may_name(found):
            message = _('Unknown field: {name}.').format(name=f'{slug}.{name}')
            raise InvalidDocument([Fault((*self.path, attribute), message)])
        return found


def _wait_for_names(type_id: int, entry: dict, state: State) -> None:
    """Raise NotYet until the fields of a type that others may read have the names of its entry."""
    names = {found.schema_id: found.name for found in state.storage.picture.fields[type_id].values()}
    plain = [found for found in entry.get('fields', []) if not found.get('expression') and not found.get('aggregate')]
    if any(names.get(found['id']) != found['name'] for found in plain):
        raise NotYet


@dataclass
class WriteConditions(Step):
    """The conditions of a field, once all fields of its type are as in the document: they may read each other."""

    diff: COTDiff
    change: FieldChange
    entry: dict

    def __post_init__(self):
        self.path = ('types', self.diff.index, 'fields', self.change.index)

    def run(self, state):
        fields = state.fields_of(state.type(self.diff.slug), self.entry)
        row = copy(next(found for found in fields if found.schema_id == self.change.schema_id))
        row.snapshot()
        for name in CONDITIONS:
            setattr(row, name, normal_field(self.change.schema_def)[name])
        row.set_edit_context(user=state.user, surroundings=state.storage.picture)
        row.full_clean()
        state.storage.save_field(row, is_new=False, targets=None)
        state.touch(row, 'add' if self.change.op == FieldOp.ADD else 'change')


@dataclass
class RemoveConstraint(Step):
    diff: COTDiff
    change: ConstraintChange

    def __post_init__(self):
        self.path = ('types', self.diff.index, 'removed_constraints', self.change.index)

    def run(self, state):
        row = state.storage.constraint(self.change.stored.pk)
        if row is not None:
            state.storage.delete_constraint(row)


@dataclass
class WriteConstraint(Step):
    """A constraint that is added, or altered, once the fields of its type are what the document says."""

    diff: COTDiff
    change: ConstraintChange
    entry: dict

    def __post_init__(self):
        self.path = ('types', self.diff.index, 'constraints', self.change.index)

    def run(self, state):
        type_ = state.type(self.diff.slug)
        fields = state.fields_of(type_, self.entry)
        is_new = self.change.op == FieldOp.ADD
        row = CustomObjectTypeConstraint(custom_object_type=type_, name=self.change.name)
        if not is_new:
            row = state.storage.constraint(self.change.stored.pk)
            row.snapshot()
        found = normal_constraint(self.change.schema_def)
        row.field_ids = [self._id_of(name, fields, index) for index, name in enumerate(found.pop('fields'))]
        for name, value in found.items():
            setattr(row, name, value)
        row.set_edit_context(surroundings=state.storage.picture)
        row.full_clean()
        state.storage.save_constraint(row, is_new)
        state.touch(row, 'add' if is_new else 'change')

    def _id_of(self, name: str, fields, index: int) -> int:
        pk = next((field_.pk for field_ in fields if field_.name == name), None)
        if pk is None:
            raise _unknown((*self.path, 'fields', index), _('Unknown field: {name}.').format(name=name))
        return pk


def _reuse_column(row: CustomObjectTypeField) -> None:
    """Give a field that was removed, and is added again, the column that holds its values."""
    removed = (row.custom_object_type.schema_document or {}).get(REMOVED, {}).get(str(row.schema_id))
    if removed is None or any(getattr(row, name) != removed.get(name) for name in _SAME):
        return
    if not CustomObjectTypeField.objects.filter(pk=removed['id']).exists():
        row.pk, row.payload_key = removed['id'], removed['payload_key']


def _needs_stages(row: CustomObjectTypeField, before: CustomObjectTypeField) -> bool:
    return start.needs_stages(before, {name: getattr(row, name) for name in start.SHAPING})


def faults_of(path: Path, error: ValidationError) -> list[Fault]:
    """Return a fault for each message, under the attribute that it is about."""
    if not hasattr(error, 'error_dict'):
        return [Fault(path, message) for message in error.messages]
    return [
        Fault(path if name == NON_FIELD_ERRORS else (*path, name), message)
        for name, messages in error.message_dict.items()
        for message in messages
    ]
