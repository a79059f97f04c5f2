"""
Preview: what a change would do to tables, told without doing it.

The change is written as always, so that every check and permission holds, except that `reconcile` notes its plan in
place of executing it; then all of it is undone. May import ddl and models. Must never let a write be committed.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, transaction

from ..ddl.executor import is_catalog_only, split
from ..ddl.operations import AddCheck, CreateIndex, Lock, Operation
from ..ddl.plan import Plan
from ..ddl.spec import Schema
from ..ddl.target import Target
from ..ddl.upkeep.counts import row_counts
from ..models.object_types import undone
from .dependents import Dependent


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a plan, and what it concerns now."""

    operation: Operation
    # Whether a background job would do it, because it takes time in proportion to the rows.
    deferred: bool
    # How many rows the table has; 0 if it does not exist yet.
    rows: int
    # How many of them hold a value in the column; None if the step is not about an existing column.
    values: int | None

    @property
    def lock(self) -> Lock:
        """The strongest lock that the step would take on an existing table."""
        return Lock.CATALOG if is_catalog_only(self.operation) else self.operation.lock

    @property
    def column(self) -> str | None:
        column = getattr(self.operation, 'column', None)
        return column.name if column else None


class Preview:
    """What `reconcile` would have done, for each type that it was called for."""

    def __init__(self):
        self._plans: dict[tuple[Target, int], tuple[Plan, Plan, Schema]] = {}
        # What mentions the fields and types that are changed; noted by who has the rights of the user at hand.
        self.dependents: list[Dependent] = []

    def note(self, target: Target, type_id: int, plan: Plan, actual: Schema) -> None:
        """
        Remember the plan of a type. As no plan is executed, a later one contains those before it.

        Raises:
            SchemaChangeRefused: as the execution of the plan would
        """
        self._plans[target, type_id] = (*split(target, plan, actual), actual)

    def steps(self) -> list[Step]:
        """Return the steps in their order. Counts rows, so call it after the block has been undone."""
        return [step for steps in self.steps_by_type().values() for step in steps]

    def added_at_once(self) -> set[str]:
        """Return the names of the indexes and checks that the change itself would add, and no job."""
        operations = [operation for now, _later, _actual in self._plans.values() for operation in now]
        added = [
            operation.check if isinstance(operation, AddCheck) else operation.index
            for operation in operations
            if isinstance(operation, (AddCheck, CreateIndex))
        ]
        return {found.name for found in added}

    def steps_by_type(self) -> dict[int, list[Step]]:
        """Return the steps of each type, likewise."""
        return {
            type_id: list(_counted(target, actual, [*((o, False) for o in now), *((o, True) for o in later)]))
            for (target, type_id), (now, later, actual) in self._plans.items()
        }


def _counted(target: Target, actual: Schema, operations: list[tuple[Operation, bool]]) -> Iterator[Step]:
    columns: dict[str, dict[str, None]] = {}
    for operation, _ in operations:
        if (table := actual.table(operation.table)) is not None:
            column = getattr(operation, 'column', None)
            known = column is not None and table.column(column.name) is not None
            columns.setdefault(operation.table, {}).update({column.name: None} if known else {})
    counts = {table: row_counts(target, table, tuple(names)) for table, names in columns.items()}
    for operation, deferred in operations:
        rows, values = counts.get(operation.table, (0, {}))
        column = getattr(operation, 'column', None)
        yield Step(operation, deferred, rows, values.get(column.name) if column else None)


def describe_step(step: Step) -> dict:
    """Return a step of a plan as JSON."""
    return {
        'operation': type(step.operation).__name__,
        'description': step.operation.describe(),
        'table': step.operation.table,
        'column': step.column,
        'lock': str(step.lock),
        'when': 'job' if step.deferred else 'inline',
        'destructive': step.operation.destructive,
        'rows': step.rows,
        'values': step.values,
    }


_current: ContextVar[Preview | None] = ContextVar('netbox_custom_objects_preview', default=None)


def current_preview() -> Preview | None:
    """Return the preview that is being made, None if changes are meant."""
    return _current.get()


@contextmanager
def previewing(using: str) -> Iterator[Preview]:
    """
    Undo, when the block ends, everything it wrote over the alias `using` or in main; tables are not changed at all.

    Callbacks that wait for a commit are dropped with it. Numbers drawn from sequences stay drawn, as in any roll-back.
    """
    preview = Preview()
    aliases = tuple(dict.fromkeys((DEFAULT_DB_ALIAS, using)))
    with ExitStack() as stack:
        # What knows about rows that are undone must forget them afterwards.
        stack.callback(ContentType.objects.clear_cache)
        for alias in aliases:
            stack.enter_context(transaction.atomic(using=alias))
        stack.callback(_current.reset, _current.set(preview))
        stack.callback(undone.reset, undone.set(True))
        try:
            yield preview
        finally:
            for alias in aliases:
                transaction.set_rollback(True, using=alias)
