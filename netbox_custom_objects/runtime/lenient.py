"""
What custom objects do not enforce while a merge is reverted.

May import the context. Everything that is undone was valid before the merge, and will be once all of it is undone.
"""

from ..field_types.base import EMPTY_VALUES
from .context import in_revert


class LenientInRevert:
    """Mixin of dynamic classes: during a revert a required field may be empty, because it is about to go as well."""

    def clean_fields(self, exclude=None):
        exclude = set(exclude or ())
        if in_revert():
            exclude |= {
                field.name
                for field in self._meta.concrete_fields
                if not field.blank and field.name in self._payload_names and self._is_empty(field)
            }
        super().clean_fields(exclude=exclude)

    def _is_empty(self, field) -> bool:
        return getattr(self, field.attname) in EMPTY_VALUES
