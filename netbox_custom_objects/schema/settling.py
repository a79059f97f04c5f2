"""
Writes that depend on one another, in the order in which they succeed: two fields that change names, for instance.

May import the steps. What a failing step has written is undone by its storage.
"""

from collections.abc import Callable

from django.core.exceptions import ValidationError

from utilities.exceptions import AbortRequest

from ..exceptions import ConcurrentChange, SchemaLocked
from .errors import Fault, InvalidDocument, Path
from .steps import NotYet, Step, faults_of


def settle(steps: list[Step], state, note: Callable[[int, int], None] | None = None) -> None:
    """
    Run steps, those that fail once more after the others, for as long as that helps.

    Args:
        steps: in the order in which they are tried
        state: what the steps know together; its `storage` is written to
        note: called with (steps done, steps in all) along the way

    Raises:
        InvalidDocument: with all faults of the steps that fail; what was written must be undone
        SchemaLocked, ConcurrentChange: another transaction holds the locks
    """
    total, has_made_way, waiting = len(steps), False, steps
    while waiting:
        failed, faults = [], []
        for number, step in enumerate(waiting):
            try:
                with state.storage.step():
                    step.run(state)
            except NotYet:
                failed.append(step)
            except (ValidationError, AbortRequest, InvalidDocument) as error:
                failed.append(step)
                faults += _faults(step.path, error)
            if note is not None:
                note(total - len(waiting) + number + 1 - len(failed), total)
        if len(failed) == len(waiting):
            ways = [step.make_way(state) for step in failed] if not has_made_way else ()
            if not any(ways):
                raise InvalidDocument(faults)
            has_made_way = True
        waiting = failed


def _faults(path: Path, error: Exception) -> list[Fault]:
    if isinstance(error, InvalidDocument):
        return error.faults
    if isinstance(error, ValidationError):
        return faults_of(path, error)
    if isinstance(error, (SchemaLocked, ConcurrentChange)):
        raise error  # the document is not to blame
    return [Fault(path, str(error))]
