"""
Installs a model of the gallery: its document is applied, then its sample objects are created; both, or nothing.

May import the executor. As every document, it changes nothing that is there already as it says; what is there and
differs is overwritten only if that was acknowledged.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import router
from django.utils.translation import gettext as _

from ...models import CustomObjectType
from ...services.upkeep.schemas import all_or_nothing
from ..comparator import Comparison, COTDiff, compare
from ..errors import ChangedSinceExport, DocumentError, Fault, InvalidDocument
from ..executor import apply
from ..notation import describe_application
from ..preview import DocumentPreview, preview_document
from .catalog import GalleryModel
from .rows import LoadedRows, load_rows


class AlreadyThere(ChangedSinceExport):
    """Types or choice sets of a model are there, and differ from it."""

    def __init__(self, names: list[str]):
        self.names = names
        message = _('These are there already, and differ from the gallery: {names}. Preview what would be overwritten.')
        DocumentError.__init__(self, message.format(names=', '.join(names)))


@dataclass
class Installation:
    """What installing a model has done."""

    comparison: Comparison
    # None without sample objects.
    rows: LoadedRows | None = None


def install(model: GalleryModel, *, with_rows: bool = False, ignore_base: bool = False, user=None) -> Installation:
    """
    Install a model in the current schema (active branch or main).

    Args:
        model: one of the gallery
        with_rows: whether to create its sample objects, too
        ignore_base: whether to overwrite types and choice sets that are there and differ
        user: whose rights count; None for all rights

    Raises:
        InvalidDocument: another type has the slug of one of the model, or something else is in the way
        AlreadyThere: types or choice sets are there and differ, which was not acknowledged
        PermissionDenied: the user may not make these changes
        SchemaLocked: another transaction is in the way
        BranchClosed: the branch was merged meanwhile
    """
    alias = router.db_for_write(CustomObjectType)
    with all_or_nothing(alias):
        comparison = compare(model.document, user)
        if faults := [*comparison.faults, *other_types(comparison)]:
            raise InvalidDocument(faults)
        if comparison.moved and not ignore_base:
            raise AlreadyThere(comparison.moved)
        found = Installation(apply(model.document, ignore_base=ignore_base, user=user))
        if with_rows:
            entries = model.document['types']
            new = {entries[diff.index]['slug'] for diff in comparison.diffs if diff.stored is None}
            found.rows = load_rows(model.rows, user, new)
    return found


def describe_installation(found: Installation) -> dict:
    """Return what was done, as JSON."""
    body = describe_application(found.comparison)
    if found.rows is None:
        return body
    rows = {
        'created': found.rows.created,
        'kept': found.rows.kept,
        'missing': list(found.rows.missing),
        'left_out': found.rows.left_out,
    }
    return body | {'rows': rows}


def preview(model: GalleryModel, user=None) -> DocumentPreview:
    """Return what installing the types of a model would do; raises as `preview_document`."""
    found = preview_document(model.document, user)
    found.faults += other_types(found.comparison)
    return found


def other_types(comparison: Comparison) -> Iterator[Fault]:
    """Yield a fault for each type that has only the slug in common with the type of the model."""
    hidden = {fault.path[:2] for fault in comparison.faults}
    for diff in comparison.diffs:
        path = ('types', diff.index)
        if (
            diff.stored is not None
            and path not in hidden
            and not _is_same_type(diff, comparison.document['types'][diff.index])
        ):
            message = _(
                'The type {type} has this slug, and other fields. Rename its slug, or delete it, and install again.'
            )
            yield Fault(('types', diff.index, 'slug'), message.format(type=diff.stored.name))


def _is_same_type(diff: COTDiff, entry: dict) -> bool:
    """Whether most fields that have ids of the document are called as they are there, and are of the same type."""
    shared = len(entry['fields']) - len(diff.adds)
    others = sum(change.is_rename or change.is_type_change for change in diff.alters)
    return 2 * (shared - others) > shared
