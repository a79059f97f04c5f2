"""
Where a field takes its default from: an attribute of an object that the same object refers to.

People write `site.tenant`. Stored are ids of fields in place of names, so that a rename never breaks one: `$7.tenant`,
and `$7.$12` if the linked object is a custom one. May import the standard library only.
"""

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r'([a-z0-9_]+)\.([A-Za-z0-9_]+)\Z', re.ASCII)
_STORED = re.compile(r'\$(\d+)\.(?:\$(\d+)|([A-Za-z0-9_]+))\Z', re.ASCII)


@dataclass(frozen=True, slots=True)
class DefaultPath:
    """`field_id` refers to the linked object; its value is that of `target_id`, a field of it, or of `attribute`."""

    field_id: int
    attribute: str = ''
    target_id: int | None = None

    @classmethod
    def read(cls, stored: str) -> 'DefaultPath | None':
        """Return what a stored path means, None if it is none."""
        found = _STORED.match(stored)
        return cls(int(found[1]), found[3] or '', int(found[2]) if found[2] else None) if found else None

    def __str__(self):
        return f'${self.field_id}.{self.attribute or f"${self.target_id}"}'


def written_path(text: str) -> tuple[str, str] | None:
    """Return the field and the attribute that a person has written, None if the text is not a path."""
    found = _WRITTEN.match(text)
    return (found[1], found[2]) if found else None
