"""
The schemas that there are to look after: main, and every branch that is not being changed as a whole.

Branching says through `set_branch_lister` which branches those are.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from ...ddl.target import MAIN_ALIAS

MAIN = 'main'


@dataclass(frozen=True, slots=True)
class OpenSchema:
    """A schema, and how to make it the one that is worked in."""

    # `main`, or the name of the branch.
    name: str
    alias: str
    activate: Callable[[], AbstractContextManager] = nullcontext


_list_branches: Callable[[], list[OpenSchema]] = list


def set_branch_lister(lister: Callable[[], list[OpenSchema]]) -> None:
    """Make `lister` return the branches that may be looked after."""
    global _list_branches
    _list_branches = lister


def open_main_schema() -> OpenSchema:
    return OpenSchema(MAIN, MAIN_ALIAS)


def schema_name(alias: str) -> str:
    """Return `main`, or the name of the branch that is reached over an alias."""
    return next((schema.name for schema in open_schemas() if schema.alias == alias), alias)


def open_schemas() -> list[OpenSchema]:
    """Return main, then the branches."""
    return [open_main_schema(), *_list_branches()]
