"""One row of the table of scenarios."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Scenario:
    """
    What is there, what the branch and main make of it, and what a merge must make of both.

    Everything is checked after a merge, a revert and another merge, under both strategies, and after a sync; what a
    scenario leaves out follows from it:

    Args:
        name: a sentence fragment, shown when it fails
        ancestor: edits made in main before the branch
        branch: edits made in the branch
        main: edits made in main meanwhile; without any, a merge must make main equal to the branch
        second: edits made in a second branch, which is merged after the first one
        merged: expectations after all merges
        reverted: expectations after the revert; None if main must be exactly as it was before the merge
        synced: expectations in the branch after a sync, and in main after the merge that follows; None if they are
            those of `merged`
        refused: {strategy: regular expression} of the errors that the merge must fail with, leaving main as it was
        can_sync: whether the sync runner takes the row: rows without edits in main have nothing to synchronise
        may_dangle: whether references to what is gone may be left behind
    """

    name: str
    ancestor: tuple = ()
    branch: tuple = ()
    main: tuple = ()
    second: tuple = ()
    merged: tuple = ()
    reverted: tuple | None = None
    synced: tuple | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    can_sync: bool = True
    may_dangle: bool = False

    def __str__(self):
        return self.name
