"""
Compares a document with the current schema: types by slug, fields by id and never by name, choice sets by name.

May import models. Nothing is written, and a document that has been checked (`reading.check`) is taken for granted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext as _

from extras.models import CustomFieldChoiceSet

from ..constants import APP_LABEL
from ..definitions import CONDITIONS, model_name
from ..models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField, StagedChange
from ..models.staged_change import STAGED_ATTRIBUTES
from ..runtime.context import current_alias
from .errors import Fault
from .exporter import Snapshot, base_of, choice_set_attributes, choice_set_entry, type_attributes
from .format import SCHEMA_FORMAT_VERSION, changes, normal_choice_set, normal_constraint, normal_field, normal_type
from .reading import check
from .rollups import NAMING
from .targets import type_name


class FieldOp(StrEnum):
    ADD = 'add'
    ALTER = 'alter'
    REMOVE = 'remove'


@dataclass(slots=True)
class FieldChange:
    """What applying a document does to one field."""

    op: FieldOp
    schema_id: int
    # What it is called now; None if it is new.
    db_name: str | None
    # The field in the document.
    schema_def: dict
    # {attribute: [now, in the document]}
    changed_attrs: dict[str, list] = field(default_factory=dict)
    # Its place in the list of fields, or of removed fields.
    index: int = 0
    # The field as it is stored; None if it is new.
    stored: CustomObjectTypeField | None = field(default=None, repr=False, compare=False)

    @property
    def is_rename(self) -> bool:
        return 'name' in self.changed_attrs

    @property
    def changes_conditions(self) -> bool:
        """Whether it sets conditions, or takes some away."""
        if self.op == FieldOp.ADD:
            return any(self.schema_def.get(name) for name in CONDITIONS)
        return not self.changed_attrs.keys().isdisjoint(CONDITIONS)

    @property
    def is_type_change(self) -> bool:
        return 'type' in self.changed_attrs

    @property
    def is_destructive(self) -> bool:
        return self.op == FieldOp.REMOVE


@dataclass(slots=True)
class ConstraintChange:
    """What applying a document does to one constraint."""

    op: FieldOp
    name: str
    # The constraint in the document; of one that is removed, nothing.
    schema_def: dict = field(default_factory=dict)
    # {attribute: [now, in the document]}
    changed_attrs: dict[str, list] = field(default_factory=dict)
    # Its place in the list of constraints, or of removed constraints.
    index: int = 0
    stored: CustomObjectTypeConstraint | None = field(default=None, repr=False, compare=False)


@dataclass(slots=True)
class COTDiff:
    """What applying a document does to one type."""

    name: str
    slug: str
    is_new: bool
    # {attribute: [now, in the document]}; of a new type, nothing is now.
    cot_changes: dict[str, list] = field(default_factory=dict)
    field_changes: list[FieldChange] = field(default_factory=list)
    constraint_changes: list[ConstraintChange] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    # Whether the type is another one than the document was made from.
    has_moved: bool = False
    index: int = 0
    stored: CustomObjectType | None = field(default=None, repr=False, compare=False)

    @property
    def has_changes(self) -> bool:
        return self.is_new or bool(self.cot_changes or self.field_changes or self.constraint_changes)

    @property
    def has_destructive_changes(self) -> bool:
        return any(change.is_destructive for change in self.field_changes)

    def _of(self, op: FieldOp) -> list[FieldChange]:
        return [change for change in self.field_changes if change.op == op]

    @property
    def adds(self) -> list[FieldChange]:
        return self._of(FieldOp.ADD)

    @property
    def removes(self) -> list[FieldChange]:
        return self._of(FieldOp.REMOVE)

    @property
    def alters(self) -> list[FieldChange]:
        return self._of(FieldOp.ALTER)


@dataclass(slots=True)
class ChoiceSetDiff:
    """What applying a document does to one choice set."""

    name: str
    is_new: bool
    changes: dict[str, list] = field(default_factory=dict)
    has_moved: bool = False
    index: int = 0
    attributes: dict[str, Any] = field(default_factory=dict, repr=False)
    stored: CustomFieldChoiceSet | None = field(default=None, repr=False, compare=False)

    @property
    def has_changes(self) -> bool:
        return self.is_new or bool(self.changes)


@dataclass(slots=True)
class Comparison:
    """A document and the current schema, side by side."""

    document: dict
    diffs: list[COTDiff]
    choice_sets: list[ChoiceSetDiff]
    # What the reader may not be told of.
    faults: list[Fault] = field(default_factory=list)

    @property
    def has_changes(self) -> bool:
        return any(found.has_changes for found in (*self.diffs, *self.choice_sets))

    @property
    def destructive_slugs(self) -> list[str]:
        return [diff.slug for diff in self.diffs if diff.has_destructive_changes]

    @property
    def moved(self) -> list[str]:
        return [found.name for found in (*self.choice_sets, *self.diffs) if found.has_moved and found.has_changes]


def diff_document(doc: dict) -> list[COTDiff]:
    """Return what applying a document would do to each of its types."""
    check(doc)
    return compare(doc).diffs


def diff_cot(type_def: dict) -> COTDiff:
    """Return what applying the entry of one type would do to it."""
    return diff_document({'schema_version': SCHEMA_FORMAT_VERSION, 'types': [type_def]})[0]


def compare(document: dict, user=None) -> Comparison:
    """
    Compare a document with the current schema.

    Args:
        document: one that has been checked
        user: what this user may not view is a fault where the document mentions it; None for everything
    """
    entries = document['types']
    stored = CustomObjectType.objects.filter(slug__in=[entry['slug'] for entry in entries])
    snapshot = Snapshot(stored)
    reader = _Reader(user, snapshot)
    by_slug = {type_.slug: type_ for type_ in snapshot.types.values()}
    under_way = _under_way(snapshot.types)
    known = [(entry, by_slug[entry['slug']]) for entry in entries if entry['slug'] in by_slug]
    # Of all types of the document: rollups name fields of others.
    names = {pk: name for entry, type_ in known for pk, name in _names_in(entry, snapshot.fields[type_.pk]).items()}
    diffs = []
    for index, entry in enumerate(entries):
        type_ = by_slug.get(entry['slug'])
        diff = COTDiff(entry['name'], entry['slug'], type_ is None, index=index, stored=type_)
        if type_ is None:
            diff.field_changes = [
                FieldChange(FieldOp.ADD, found['id'], None, found, index=place)
                for place, found in enumerate(entry.get('fields', []))
            ]
            diff.constraint_changes = [
                ConstraintChange(FieldOp.ADD, found['name'], found, index=place)
                for place, found in enumerate(entry.get('constraints', []))
            ]
        elif reader.may_view_type(type_, ('types', index, 'slug')):
            _compare_type(diff, entry, names, snapshot, reader, under_way)
            _compare_constraints(diff, entry, snapshot, reader)
        else:
            diff.stored = None  # its name may be another one than the document's
        diffs.append(diff)
    choice_sets = [
        _compare_choice_set(found, index, reader) for index, found in enumerate(document.get('choice_sets', []))
    ]
    return Comparison(document, diffs, choice_sets, reader.faults)


class _Reader:
    """What a user may view of what a document mentions; notes a fault for everything else."""

    def __init__(self, user, snapshot: Snapshot):
        self.faults: list[Fault] = []
        self.user = user
        # What REST calls types that the user may not view, by the names that documents give them.
        self.hidden: dict[str, str] | None = None
        self.types, self.fields, self.constraints, self.choice_sets = (
            None if user is None else set(rows.restrict(user, 'view').values_list('pk', flat=True))
            for rows in (
                CustomObjectType.objects.filter(pk__in=snapshot.types),
                CustomObjectTypeField.objects.filter(custom_object_type__in=snapshot.types),
                CustomObjectTypeConstraint.objects.filter(custom_object_type__in=snapshot.types),
                CustomFieldChoiceSet.objects.all(),
            )
        )

    def may_view_type(self, type_, path) -> bool:
        return self._check(self.types, type_, path, _('A type with this slug exists, and you may not view it.'))

    def may_view_field(self, field_, path) -> bool:
        return self._check(self.fields, field_, path, _('A field with this id exists, and you may not view it.'))

    def may_view_constraint(self, constraint, path) -> bool:
        message = _('A constraint with this name exists, and you may not view it.')
        return self._check(self.constraints, constraint, path, message)

    def may_view_choice_set(self, choice_set, path) -> bool:
        message = _('A choice set of this name exists, and you may not view it.')
        return self._check(self.choice_sets, choice_set, path, message)

    def shown(self, changed: dict[str, list], rolled_up: int | None) -> dict[str, list]:
        """
        Return changes of a field that name hidden types as REST does: by the model, without the slug.

        Args:
            changed: {attribute: [now, in the document]}
            rolled_up: the id of the type that a rollup reads
        """
        if self.hidden is None:
            rows = CustomObjectType.objects.none()
            if self.user is not None:
                visible = CustomObjectType.objects.restrict(self.user, 'view')
                rows = CustomObjectType.objects.exclude(pk__in=visible.values('pk'))
            self.hidden = {
                type_name(slug): f'{APP_LABEL}.{model_name(pk)}' for pk, slug in rows.values_list('pk', 'slug')
            }
        if 'related_object_type' in changed:
            now, later = changed['related_object_type']
            changed |= {'related_object_type': [self.hidden.get(now, now), later]}
        if 'related_object_types' in changed:
            now, later = changed['related_object_types']
            changed |= {'related_object_types': [[self.hidden.get(name, name) for name in now], later]}
        if f'{APP_LABEL}.{model_name(rolled_up or 0)}' in self.hidden.values():
            changed |= {name: [None, changed[name][1]] for name in NAMING if name in changed}
        return changed

    def knows(self, field_) -> bool:
        return self.fields is None or field_.pk in self.fields

    def _check(self, visible, row, path, message) -> bool:
        if visible is None or row.pk in visible:
            return True
        self.faults.append(Fault(path, message))
        return False


def _compare_type(
    diff: COTDiff,
    entry: dict,
    names: dict[int, str],
    snapshot: Snapshot,
    reader: _Reader,
    under_way: dict[int, dict],
) -> None:
    type_, path = diff.stored, ('types', diff.index)
    diff.cot_changes = changes(type_attributes(type_), normal_type(entry))
    diff.has_moved = 'base' in entry and entry['base'] != base_of(snapshot.entry(type_))
    left = {field_.schema_id: field_ for field_ in snapshot.fields[type_.pk]}
    for index, found in enumerate(entry.get('removed_fields', [])):
        field_ = left.pop(found['id'], None)
        if field_ is not None and reader.may_view_field(field_, (*path, 'removed_fields', index, 'id')):
            diff.field_changes.append(FieldChange(FieldOp.REMOVE, found['id'], field_.name, found, {}, index, field_))
            if field_.name != found['name']:
                message = _('The field {id} to be removed is called {name} here, and {other} in the document.')
                diff.warnings.append(message.format(id=found['id'], name=field_.name, other=found['name']))
    for index, found in enumerate(entry.get('fields', [])):
        field_ = left.pop(found['id'], None)
        if field_ is None:
            diff.field_changes.append(FieldChange(FieldOp.ADD, found['id'], None, found, index=index))
        elif reader.may_view_field(field_, (*path, 'fields', index, 'id')):
            now = snapshot.field(field_, names)
            if field_.pk in under_way:
                now |= under_way[field_.pk]
                diff.warnings.append(_('{name} is being changed step by step.').format(name=field_.name))
            if changed := changes(now, normal_field(found)):
                shown = reader.shown(changed, snapshot.rolled_up.type_of(field_))
                diff.field_changes.append(
                    FieldChange(FieldOp.ALTER, found['id'], field_.name, found, shown, index, field_)
                )
    for field_ in left.values():
        if reader.knows(field_):
            message = _('The field {name} ({id}) is not in the document, and stays as it is.')
            diff.warnings.append(message.format(name=field_.name, id=field_.schema_id))


def _names_in(entry: dict, fields: list[CustomObjectTypeField]) -> dict[int, str]:
    """Return what a document calls fields that exist, by primary key."""
    names = {found['id']: found['name'] for found in entry.get('fields', [])}
    return {row.pk: names[row.schema_id] for row in fields if row.schema_id in names}


def _compare_constraints(diff: COTDiff, entry: dict, snapshot: Snapshot, reader: _Reader) -> None:
    """Compare under the names that the document gives to fields: a rename does not change a constraint."""
    type_, path = diff.stored, ('types', diff.index)
    names = _names_in(entry, snapshot.fields[type_.pk])
    left = {row.name: row for row in snapshot.constraints[type_.pk]}
    for index, name in enumerate(entry.get('removed_constraints', [])):
        row = left.pop(name, None)
        if row is not None and reader.may_view_constraint(row, (*path, 'removed_constraints', index)):
            diff.constraint_changes.append(ConstraintChange(FieldOp.REMOVE, name, index=index, stored=row))
    for index, found in enumerate(entry.get('constraints', [])):
        row = left.pop(found['name'], None)
        if row is None:
            diff.constraint_changes.append(ConstraintChange(FieldOp.ADD, found['name'], found, index=index))
            continue
        changed = changes(snapshot.constraint(row, names), normal_constraint(found))
        if reader.may_view_constraint(row, (*path, 'constraints', index, 'name')) and changed:
            diff.constraint_changes.append(ConstraintChange(FieldOp.ALTER, found['name'], found, changed, index, row))
    for row in left.values():
        if reader.constraints is None or row.pk in reader.constraints:
            message = _('The constraint {name} is not in the document, and stays as it is.')
            diff.warnings.append(message.format(name=row.name))


def _under_way(types: Iterable[int]) -> dict[int, dict]:
    """Return what staged changes are making of fields, by field id, as documents have it."""
    rows = StagedChange.objects.using(DEFAULT_DB_ALIAS).unfinished(current_alias()).filter(type_id__in=list(types))
    found = {}
    for change in rows.defer('offenders'):
        wanted = {name: change.wanted[name] for name in STAGED_ATTRIBUTES if name in change.wanted}
        if wanted.get('choice_set') is not None:
            names = CustomFieldChoiceSet.objects.filter(pk=wanted['choice_set']).values_list('name', flat=True)
            wanted['choice_set'] = names.first()
        found[change.field_id] = wanted
    return found


def _compare_choice_set(entry: dict, index: int, reader: _Reader) -> ChoiceSetDiff:
    stored = CustomFieldChoiceSet.objects.filter(name=entry['name']).first()
    diff = ChoiceSetDiff(entry['name'], stored is None, index=index, stored=stored)
    diff.attributes = normal_choice_set(entry)
    if stored is not None and reader.may_view_choice_set(stored, ('choice_sets', index, 'name')):
        diff.changes = changes(choice_set_attributes(stored), diff.attributes)
        diff.has_moved = 'base' in entry and entry['base'] != base_of(choice_set_entry(stored))
    return diff
