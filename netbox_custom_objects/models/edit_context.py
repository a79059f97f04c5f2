"""What an edit is, beyond the values that it writes. May import what rows are validated against."""

from dataclasses import dataclass, replace
from typing import Any

from .validation.surroundings import ReplayedMixin


@dataclass(frozen=True, slots=True)
class EditContext:
    """
    What is known of one edit of a type or field by those who ask for it, and asked by those who validate and save it.

    NetBox's generic views, forms and serializers hand an instance on, and nothing else: this travels on it, as one
    value that is replaced and never changed.

    Attributes:
        user: in whose name; None if there is none
        is_staged: a staged change is made of it, which looks at the stored values itself
        begun: the staged change that it has begun
        delete_referencing_fields: the deletion of a type takes the fields of other types along that refer to it
        leaving: the ids of the fields that are deleted together
        surroundings: the rows that it is validated against; None for those that are stored
    """

    user: Any = None
    is_staged: bool = False
    begun: Any = None
    delete_referencing_fields: bool = False
    leaving: frozenset[int] = frozenset()
    surroundings: Any = None


class EditedMixin(ReplayedMixin):
    """Base of models whose instances carry what their edit is."""

    edit_context = EditContext()

    def set_edit_context(self, **changes) -> None:
        """Say more about the edit that this instance is for."""
        self.edit_context = replace(self.edit_context, **changes)
