"""
What applying a document would do: the same steps as in applying it, with rows that stay in memory.

May import services. So the preview refuses what applying would refuse, and its plan is the one that would be carried
out. It writes nothing and holds no lock, so that the right to view types is enough.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connections, router, transaction

from ..ddl.target import Target
from ..ddl.upkeep.counts import row_counts
from ..definitions import field_id_from_column_name, link_table_name, table_name
from ..models import CustomObjectType
from ..runtime.context import current_alias, within_request
from ..services.dependents import Dependent, dependents_of_field
from ..services.preview import Step
from . import reading
from .comparator import Comparison, COTDiff, FieldChange, FieldOp, compare
from .errors import Fault, InvalidDocument, Path
from .executor import write
from .rows.storage import Tried

# How a change is carried out: at once; by a job, from the index that it needs on; step by step, by a staged change.
INSTANT, JOB, STAGED, REFUSED = 'instant', 'job', 'staged', 'refused'


@dataclass(slots=True)
class DocumentPreview:
    """What applying a document would do, and what stands in the way."""

    comparison: Comparison
    # What of the document is not understood.
    warnings: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    # By the slug of the type.
    steps: dict[str, list[Step]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    # What mentions a field that is removed, renamed or converted, by (slug, schema id).
    dependents: dict[tuple[str, int], list[Dependent]] = field(default_factory=dict)
    # How staged changes are described, by place in the document.
    staged: dict[Path, str] = field(default_factory=dict)
    # The keys that new fields would have, likewise.
    new_fields: dict[Path, int] = field(default_factory=dict)

    def steps_of(self, diff: COTDiff, change: FieldChange) -> list[Step]:
        """Return the steps that are about one field of a type that exists already."""
        pk = change.stored.pk if change.stored is not None else self.new_fields.get(place_of(diff, change))
        if diff.stored is None or pk is None:
            return []
        return steps_about(self.steps.get(diff.slug, ()), diff.stored.pk, pk)

    def verdict(self, diff: COTDiff, change: FieldChange) -> str:
        """Return how the change of one field is carried out."""
        path = place_of(diff, change)
        if any(fault.path[:4] == path for fault in self.faults):
            return REFUSED
        if path in self.staged:
            return STAGED
        return JOB if any(step.deferred for step in self.steps_of(diff, change)) else INSTANT


def steps_about(steps: Iterable[Step], type_id: int, field_id: int) -> list[Step]:
    """Return those steps on the tables of a type that are about one of its fields."""
    links = link_table_name(type_id, field_id)
    return [
        step
        for step in steps
        if step.operation.table == links
        or (step.column is not None and field_id_from_column_name(step.column) == field_id)
    ]


def place_of(diff: COTDiff, change: FieldChange) -> Path:
    """Return where in the document a field is."""
    return ('types', diff.index, 'removed_fields' if change.op == FieldOp.REMOVE else 'fields', change.index)


def preview_document(document: dict, user=None) -> DocumentPreview:
    """
    Return what applying a document to the current schema would do.

    Args:
        document: as `reading.parse` returns it
        user: what this user may not view is a fault where the document mentions it; None for everything

    Raises:
        InvalidDocument: it is not of the format, or contradicts itself; other faults are part of the preview
    """
    warnings = reading.check(document)
    alias = router.db_for_write(CustomObjectType)
    with at_one_moment(alias):
        return _preview(document, warnings, user, alias)


@contextmanager
def at_one_moment(alias: str) -> Iterator[None]:
    """Read everything as it is when the block begins: rows are compared, and read again, that others may delete."""
    connection = connections[alias]
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(using=alias):
        with connection.cursor() as cursor:
            cursor.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
        yield


def _preview(document: dict, warnings: list[str], user, alias: str) -> DocumentPreview:
    found = DocumentPreview(compare(document, user), warnings)
    found.faults += found.comparison.faults
    if not found.comparison.has_changes:
        return found
    _note_dependents(found)
    storage = Tried(alias)
    with within_request(), storage.using():
        try:
            state = write(found.comparison, storage)
            found.staged = {path: change.describe() for path, change in state.staged.items()}
            found.new_fields = state.new_fields
        except InvalidDocument as error:
            found.faults += error.faults
    for type_id, steps in storage.preview.steps_by_type().items():
        found.steps[storage.picture.types[type_id].slug] = steps
    for diff in found.comparison.diffs:
        if diff.has_changes and diff.stored is not None:
            found.rows[diff.slug] = row_counts(Target.for_alias(alias), table_name(diff.stored.pk))[0]
    return found


def _note_dependents(found: DocumentPreview) -> None:
    for diff in found.comparison.diffs:
        for change in diff.field_changes:
            if change.stored is not None and (change.is_destructive or change.is_rename or change.is_type_change):
                mentions = dependents_of_field(change.stored, current_alias())
                if mentions:
                    found.dependents[diff.slug, change.schema_id] = mentions
