"""
What a run of migrations would do, which of it can be undone, and what to undo after a failure, in which order.

Pure: looks at migrations and keys that others have loaded, and touches no database.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db.migrations import Migration
from django.db.migrations.operations import DeleteModel, RemoveField, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

# (app label, name of the migration)
Key = tuple[str, str]

# Going back creates these again, without what was in them.
LOSSY = (RemoveField, DeleteModel)


@dataclass(frozen=True, slots=True)
class Step:
    """One migration of a plan; `irreversible` and `lossy` describe the operations that are in the way of undoing it."""

    key: Key
    backwards: bool = False
    atomic: bool = True
    irreversible: tuple[str, ...] = ()
    lossy: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return key_name(self.key)

    @property
    def can_be_undone(self) -> bool:
        """Whether the database can be brought back to exactly what it was."""
        return not self.irreversible and not self.lossy

    def describe(self) -> str:
        """Return what undoing this would mean, as the end of a sentence."""
        notes = ['can be undone'] if self.can_be_undone else []
        if self.irreversible:
            notes.append(f'cannot be undone ({"; ".join(self.irreversible)})')
        if self.lossy:
            notes.append(f'loses values ({"; ".join(self.lossy)})')
        if not self.atomic:
            notes.append('not atomic')
        return ', '.join(notes)


def key_name(key: Key) -> str:
    """Return a migration's key as Django prints it."""
    return '.'.join(key)


def step_of(migration: Migration, backwards: bool = False) -> Step:
    """Return a migration as a step of a plan."""
    operations = list(_database_operations(migration.operations))
    return Step(
        (migration.app_label, migration.name),
        backwards,
        migration.atomic or undoes_half(migration),
        tuple(operation.describe() for operation in operations if not operation.reversible),
        tuple(operation.describe() for operation in operations if isinstance(operation, LOSSY)),
    )


def undoes_half(migration: Migration) -> bool:
    """Whether unapplying a migration also undoes a part of it (its attribute `undoes_half`)."""
    return getattr(migration, 'undoes_half', False)


def to_undo(
    order: Iterable[Key],
    applied: Collection[Key],
    irreversible: Collection[Key],
    requires: Callable[[Key], Iterable[Key]],
) -> tuple[list[Key], list[Key]]:
    """
    Return (what to undo, newest first; what must stay, oldest first) of the migrations that a run has applied.

    What cannot be undone stays, and so does everything it builds upon.

    Args:
        order: all migrations, in the order in which Django applies them
        applied: those that the run has applied
        irreversible: those that cannot be undone
        requires: returns what a migration builds upon, directly or not
    """
    fixed = {key for key in applied if key in irreversible}
    fixed.update(needed for key in tuple(fixed) for needed in requires(key))
    done = [key for key in order if key in applied]
    return [key for key in reversed(done) if key not in fixed], [key for key in done if key in fixed]


def _database_operations(operations: Iterable[Operation]) -> Iterator[Operation]:
    """Yield what acts on the database; SeparateDatabaseAndState claims to be reversible, even wrongly."""
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _database_operations(operation.database_operations)
        else:
            yield operation
