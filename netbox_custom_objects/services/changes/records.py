"""
What a record of the change log, or of a branch, changed: rows for the people who may know of the type.

May import models and runtime. Other models' records have no rows.
"""

from collections.abc import Collection, Mapping

from django.db import models

from utilities.permissions import get_permission_for_model

from ...constants import APP_LABEL
from ...models import CustomObjectType
from ...runtime.rights import has_right_to_all, is_known_to_reader
from .definitions import MODELS, definition_values, type_id_of, without_defaults
from .objects import object_values
from .pieces import Change, Value, compared

Data = Mapping | None
# The template that shows what `card` returns.
CARD = f'{APP_LABEL}/changes/card.html'


def changes_between(model: type[models.Model] | None, pk: int, before: Data, after: Data, user) -> list[Change]:
    """
    Return what a row of ours, or a custom object, was changed in; nothing for readers who may not know of its type.

    Args:
        model: the class of the row, None if it no longer exists
        pk: the row's id
        before: change data, None of a row that is not there
        after: the same, afterwards
        user: who reads it
    """
    if not is_ours(model) or not _may_know(model, pk, before or after or {}, user):
        return []
    old, new = values_of(model, (before, after), user)
    if model in MODELS and not (before and after):
        old, new = (without_defaults(model, found) for found in (old, new))
    return compared(old, new)


def values_of(model: type[models.Model], states, user) -> list[dict[str, Value]]:
    """Return what several records of rows of one model hold."""
    return (definition_values if model in MODELS else object_values)(model, states, user)


def card(record, *columns: list[Change], titles: Collection[str] = ()) -> dict:
    """
    Return what the card "What changed" shows: a row for each label.

    Args:
        record: of the change log or of a branch
        columns: changes, those of one schema to each column
        titles: of the columns, if there are several
    """
    found = [{change.label: change for change in changes} for changes in columns]
    labels = dict.fromkeys(label for changes in found for label in changes)
    rows = [(label, [changes.get(label) for changes in found]) for label in labels]
    return {'record': record, 'titles': titles, 'rows': rows}


def is_ours(model) -> bool:
    """Whether these are types, fields, constraints or custom objects; `model` may be None."""
    return model in MODELS or hasattr(model, '_payload_names')


def _may_know(model, pk: int, data: Mapping, user) -> bool:
    type_id = type_id_of(model, pk, data) if model in MODELS else model._type_id
    # One that was deleted is not found among those that may be viewed.
    return is_known_to_reader(type_id) or has_right_to_all(user, get_permission_for_model(CustomObjectType, 'view'))
