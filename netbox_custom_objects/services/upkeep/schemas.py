"""
The schemas that there are to look after: main, and every branch that is not being changed as a whole.

Branching says through `set_branch_lister` which branches those are.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from django.db import transaction

from ...ddl.target import MAIN_ALIAS
from ...exceptions import BranchClosed

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


@contextmanager
def all_or_nothing(alias: str) -> Iterator[None]:
    """
    Open a transaction in a schema, and in main for what is not branched, such as choice sets.

    Raises:
        BranchClosed: others have begun to merge the branch, or have closed it: what was written would be lost
    """
    with (
        transaction.atomic(using=MAIN_ALIAS),
        nullcontext() if alias == MAIN_ALIAS else transaction.atomic(using=alias),
    ):
        yield
        if alias != MAIN_ALIAS and all(schema.alias != alias for schema in open_schemas()):
            raise BranchClosed()
