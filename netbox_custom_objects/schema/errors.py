"""
What is wrong with a document, or with applying it: all faults at once, each with its path into the document.

May import exceptions.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..exceptions import CustomObjectsError

Path = tuple[str | int, ...]

# Kinds of faults: the document is not of the format, it names what does not exist, it does not fit.
FORMAT, UNRESOLVED, INVALID = 'format', 'unresolvable_reference', 'invalid'


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where."""

    path: Path
    message: str
    kind: str = INVALID

    def __str__(self):
        return f'{path_text(self.path)}: {self.message}' if self.path else self.message


def path_text(path: Path) -> str:
    """Return a path as people write it: `types[0].fields[2].name`."""
    text = ''
    for part in path:
        text += f'[{part}]' if isinstance(part, int) else f'.{part}'
    return text.removeprefix('.')


class DocumentError(CustomObjectsError):
    """A document cannot be read, exported or applied; nothing was written."""


class InvalidDocument(DocumentError):
    """A document has faults."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = list(faults)
        super().__init__('; '.join(str(fault) for fault in self.faults))

    @property
    def kind(self) -> str:
        """What it is about: FORMAT, or UNRESOLVED if nothing else is wrong."""
        kinds = {fault.kind for fault in self.faults}
        return kinds.pop() if len(kinds) == 1 else INVALID


class UnknownChoiceSetError(InvalidDocument):
    """All faults are choice sets that neither the document nor the instance has."""


class UnknownObjectTypeError(InvalidDocument):
    """All faults are targets that neither the document nor the instance has, and perhaps choice sets."""


class UnknownFieldTypeError(InvalidDocument):
    """The document has a type of field that this release does not know."""


class CircularDependencyError(DocumentError):
    """Never raised: types may refer to each other in circles. For those who catch it."""


class DestructiveChangesError(DocumentError):
    """Applying would remove fields, which was not acknowledged."""

    def __init__(self, slugs: list[str]):
        self.slugs = slugs
        message = ngettext(
            'The document removes fields of this type: {slugs}. Their values would be hidden.',
            'The document removes fields of these types: {slugs}. Their values would be hidden.',
            len(slugs),
        )
        super().__init__(message.format(slugs=', '.join(slugs)))


class ChangedSinceExport(DocumentError):
    """What the document was made from is not what the instance holds now."""

    def __init__(self, names: list[str]):
        self.names = names
        super().__init__(
            _(
                'These have changed since the document was exported, and applying it would undo the changes: {names}. '
                'Export again, or apply it without this check.'
            ).format(names=', '.join(names))
        )


class ExportRefused(DocumentError):
    """A document would not be complete."""
