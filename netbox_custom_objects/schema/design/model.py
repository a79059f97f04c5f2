"""
What was sent of a design: the forms of a type, of its fields and of its constraints, and what is to be deleted.

May import models. The forms are those of `forms.design`; what fails is noted on them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ...definitions import CONDITIONS, canonical_json, fingerprint
from ...models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ...services.arrange_fields import MAX_WEIGHT, WEIGHT_STEP


@dataclass
class Design:
    """
    A type as it is to be.

    Attributes:
        type_form: the form of the type
        fields: forms of its fields, in their order; those that are locked are left out
        constraints: forms of its constraints
        removed_fields: forms of the fields that are to be deleted
        removed_constraints: likewise
        state: what `state_of` returned when the page was made; '' for a new type
    """

    type_form: Any
    fields: list[Any] = field(default_factory=list)
    constraints: list[Any] = field(default_factory=list)
    removed_fields: list[Any] = field(default_factory=list)
    removed_constraints: list[Any] = field(default_factory=list)
    state: str = ''

    @property
    def is_new(self) -> bool:
        return self.type_form.pristine._state.adding

    @property
    def forms(self) -> list[Any]:
        return [self.type_form, *self.fields, *self.constraints, *self.removed_fields, *self.removed_constraints]

    def keys(self) -> dict[str, int | None]:
        """Return the ids of the fields by the keys of their rows, None for those that are not stored yet."""
        return {form.prefix: form.instance.pk for form in self.fields}


def give_weights(places: Iterable[tuple[CustomObjectTypeField, str, str]]) -> None:
    """
    Bring fields into an order within their groups, changing as few weights as that takes.

    Args:
        places: (row, group, name) in the order wanted, with the group and name that a field is to have
    """
    groups: dict[str, list] = {}
    for row, group, name in places:
        groups.setdefault(group, []).append((row, name))
    for members in groups.values():
        before = (0, '')
        for index, (row, name) in enumerate(members):
            if row._state.adding or (row.weight, name) <= before:
                row.weight = _between(before[0], [other for other, _name in members[index + 1 :]])
            before = row.weight, name


def _between(before: int, following: list[CustomObjectTypeField]) -> int:
    """Return a weight after the last one that leaves the next stored field where it is, if there is room."""
    place, after = next(
        ((place, row.weight) for place, row in enumerate(following, start=1) if not row._state.adding),
        (1, before + WEIGHT_STEP + 1),
    )
    room = (after - before) // (place + 1)
    return min(before + (min(room, WEIGHT_STEP) if room > 0 else WEIGHT_STEP), MAX_WEIGHT)


def state_of(
    custom_object_type: CustomObjectType,
    fields: Iterable[CustomObjectTypeField],
    constraints: Iterable[CustomObjectTypeConstraint],
) -> str:
    """Return a text that differs as soon as one of these rows was written, added or deleted."""
    rows = [custom_object_type, *sorted(fields, key=_key), *sorted(constraints, key=_key)]
    return fingerprint([(row._meta.label, row.pk, str(row.last_updated)) for row in rows])


def _key(row) -> int:
    return row.pk


# What a form does not set by itself.
_KEPT = {'schema_document', *CONDITIONS}


def is_changed(row, before) -> bool:
    """Whether a row differs from how it is stored, in what people edit of it."""
    return bool(changes_of(row, before))


def changes_of(row, before) -> dict[str, tuple]:
    """Return {attribute: (value, former value)} of what people edit of a row; references go by their ids."""
    names = {
        found.name: found.attname for found in row._meta.concrete_fields if found.editable and found.name not in _KEPT
    }
    values = {name: (getattr(row, attname), getattr(before, attname)) for name, attname in names.items()}
    return {name: pair for name, pair in values.items() if _text(pair[0]) != _text(pair[1])}


def _text(value) -> str:
    return canonical_json(value) if isinstance(value, (dict, list, bool, int, float)) else repr(value)
