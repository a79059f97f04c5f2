"""
How types of fields are offered in a design: in groups, with icons, and found by other words, too.

May import field_types.
"""

from django import forms

from ...choices import CustomObjectFieldTypeChoices, FieldTypeGroupChoices
from ...field_types import FIELD_TYPES
from ...field_types.base import FieldType


def _type_named(name: str) -> FieldType | type[FieldType]:
    """Return a type; of one that is not known, what all types have in common."""
    return FIELD_TYPES.get(name, FieldType)


def grouped_choices(offered: set[str]) -> list[tuple]:
    """Return the types that are offered, as choices in groups; a field's own type may be one that is not known."""
    labels = dict(CustomObjectFieldTypeChoices.listed())
    names = [name for name in (*labels, *sorted(offered - labels.keys())) if name in offered]
    groups = [
        (title, [(name, labels.get(name, name)) for name in names if _type_named(name).group == group])
        for group, title in FieldTypeGroupChoices
    ]
    return [(title, members) for title, members in groups if members]


class KindSelect(forms.Select):
    """A list of types of fields; a script shows the icons, and finds types by their other words."""

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        found = _type_named(str(value))
        option['attrs'] |= {'data-icon': found.icon, 'data-words': str(found.words)}
        return option
