"""
The rows that a type or field is validated against: those that are stored, unless its edit context says otherwise, or
changes are being replayed.

Who writes many rows at once (`schema`, `branching`) keeps them in memory, and subclasses this. May import django only.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from ...constants import APP_LABEL
from ...definitions import model_name


class Surroundings:
    """The rows that are stored, asked for one question at a time."""

    def before(self, row: models.Model) -> models.Model | None:
        """Return a type or field as it was before the edit, None if it is new."""
        if row.pk is None:
            return None
        return type(row).objects.using(row._state.db).filter(pk=row.pk).first()

    def siblings(self, field) -> Iterable:
        """Return the other fields of its type."""
        fields = type(field).objects.using(field._state.db).filter(custom_object_type=field.custom_object_type_id)
        return fields.exclude(pk=field.pk).select_related('choice_set', 'related_object_type')

    def names_taken(self, other, find: Callable[[Any], set[str]]) -> set[str]:
        """Return what `find` returns of a field as it is by now: the names that no other field can have."""
        return find(other)

    def referring(self, field, names: set[str]):
        """Return a field that gives the objects of a field's type one of these names (`related_name`), or None."""
        fields = type(field).objects.using(field._state.db).filter(related_name__in=names)
        return fields.filter(related_object_type=field.custom_object_type.object_type_id).first()

    def has_attribute(self, object_type, name: str) -> bool:
        """Whether the objects of a type, NetBox's or custom, have an attribute of this name."""
        try:
            model = apps.get_model(object_type.app_label, object_type.model)
        except LookupError:
            return False  # a plugin that is not installed any more
        try:
            model._meta.get_field(name)
        except FieldDoesNotExist:
            return hasattr(model, name)
        return True

    def has_several_objects(self, type_id: int) -> bool:
        """Whether a custom object type has more than one object."""
        return apps.get_model(APP_LABEL, model_name(type_id)).objects.all()[:2].count() > 1

    def count_types(self, row) -> int:
        return type(row).objects.count()

    def has_slug(self, row) -> bool:
        """Whether another type has the slug of this one; slugs are case-insensitive."""
        return type(row).objects.exclude(pk=row.pk).filter(slug__iexact=row.slug).exists()

    def fields_called(self, row, names: Iterable[str]) -> Iterable:
        """Return the fields of a type that have one of these names."""
        fields = apps.get_model(APP_LABEL, 'customobjecttypefield').objects.using(row._state.db)
        return fields.filter(custom_object_type=row.pk, name__in=names)

    def fields_of(self, type_id: int, using: str | None) -> Iterable:
        """Return the fields of a type."""
        fields = apps.get_model(APP_LABEL, 'customobjecttypefield').objects.using(using)
        return fields.filter(custom_object_type=type_id).select_related('choice_set', 'related_object_type')

    def field(self, pk: int, using: str | None):
        """Return a field of any type, None if there is none."""
        fields = apps.get_model(APP_LABEL, 'customobjecttypefield').objects.using(using)
        return fields.filter(pk=pk).select_related('choice_set', 'related_object_type').first()

    def rollups(self, using: str | None) -> Iterable:
        """Return the rollups of all types."""
        fields = apps.get_model(APP_LABEL, 'customobjecttypefield').objects.using(using)
        return fields.exclude(aggregate='').select_related('custom_object_type')

    def constraints_of(self, type_id: int, using: str | None) -> Iterable:
        """Return the constraints of a type."""
        constraints = apps.get_model(APP_LABEL, 'customobjecttypeconstraint').objects.using(using)
        return constraints.filter(custom_object_type=type_id)

    def trusted(self, row) -> set[str]:
        """Return the foreign keys of a row that are known to lead to something."""
        return set()

    def check_key(self, row, exclude: set[str], otherwise: Callable[[set[str]], None]) -> None:
        """Raise ValidationError if the key of a new field is taken; `otherwise` asks the database."""
        otherwise(exclude)

    def check_unique(self, row, exclude: set[str], otherwise: Callable[[set[str]], None]) -> None:
        """Raise ValidationError if a row has what only one can have; `otherwise` asks the database."""
        otherwise(exclude)

    def keep(self, key: str, make: Callable[[], Any]) -> Any:
        """Return what `make` returns; who validates many rows against the same others makes it once."""
        return make()

    # What those who write rows say and ask.

    def is_locked(self, alias: str) -> bool:
        """Whether the right to change definitions in the schema behind `alias` is held until the transaction ends."""
        return False

    def changing(self, row) -> None:
        """A row that is stored is about to be written or deleted; raises as `reconcile` does."""

    def written(self, row, is_new: bool) -> None:
        """A row was written."""

    def deleted(self, row) -> None:
        """A row was deleted."""

    def creating(self) -> AbstractContextManager:
        """Return a block in which the tables of what is new may be left for later."""
        return nullcontext()

    def prepare(self) -> None:
        """Make the tables that were left for later; raises as `reconcile` does."""


STORED = Surroundings()

_find_replayed: Callable[[], Surroundings | None] = lambda: None  # noqa: E731
_complete_replay: Callable[[], bool] = lambda: False  # noqa: E731
_is_replaying: Callable[[], bool] = lambda: False  # noqa: E731


def set_replay(
    find: Callable[[], Surroundings | None], complete: Callable[[], bool], is_replaying: Callable[[], bool]
) -> None:
    """
    Register what returns the rows of a replay, and what is called once all of its changes are written.

    Args:
        find: returns the rows of the current schema while changes are replayed there, None otherwise
        complete: does what the replay has left for its end, if there is one, and returns whether there is; raises as
            `reconcile` does
        is_replaying: returns whether changes are being replayed, in main or in a branch
    """
    global _find_replayed, _complete_replay, _is_replaying
    _find_replayed, _complete_replay, _is_replaying = find, complete, is_replaying


def is_replaying() -> bool:
    """Whether changes are being replayed: what a row refers to may then come later, or not at all."""
    return _is_replaying()


class EndOfReplay:
    """
    What netbox-branching asks each class of replayed rows for once all changes are written: completes the replay.

    In a replay no class has it, so that netbox-branching reads no rows: a table that is being read cannot be changed.
    At other times it can be read, as Django REST framework reads all attributes of a class that a list is ordered by.
    """

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner):
        try:
            is_replayed = _complete_replay()
        except AttributeError as error:
            raise RuntimeError('The replay could not be completed.') from error  # it must not pass for the answer
        if is_replayed:
            raise AttributeError(self.name)
        return self


class ReplayedMixin:
    """Base of models whose rows are replayed."""

    update_dependent_objects = EndOfReplay()


def surroundings_of(row) -> Surroundings:
    """Return what a type or field is validated against."""
    return row.edit_context.surroundings or replayed_rows()


def replayed_rows() -> Surroundings:
    """Return the rows of the current schema as a replay keeps them; outside of one, those that are stored."""
    return _find_replayed() or STORED
