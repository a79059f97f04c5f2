"""
An ordered list of operations, and what can be said about it before it runs.

Pure: the standard library only.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .operations import Operation, Phase
from .spec import Schema


@dataclass(frozen=True, slots=True)
class Plan:
    """Operations in the order in which they must run. An empty plan is false."""

    operations: tuple[Operation, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.operations)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    def __len__(self) -> int:
        return len(self.operations)

    @property
    def by_size(self) -> tuple[Operation, ...]:
        """The steps whose duration grows with the number of rows."""
        return tuple(operation for operation in self.operations if operation.phase is Phase.BY_SIZE)

    @property
    def destructive(self) -> bool:
        """Whether the plan takes values out of sight."""
        return any(operation.destructive for operation in self.operations)

    def inverse(self) -> 'Plan':
        """Return the plan that leads back."""
        return Plan(tuple(operation.inverse() for operation in reversed(self.operations)))

    def describe(self) -> list[str]:
        """Return one sentence per step."""
        return [operation.describe() for operation in self.operations]


def simulate(plan: Plan, schema: Schema) -> Schema:
    """Return what `schema` looks like after `plan`, without touching a database."""
    for operation in plan:
        schema = operation.apply(schema)
    return schema
