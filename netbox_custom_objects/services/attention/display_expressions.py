"""
Stored display expressions that use more than is allowed now, or whose references lead elsewhere.

May import models and runtime. Only reports: what such an expression should say instead, only its author knows.
"""

from collections.abc import Iterator

from ...definitions import TypeDefinition
from ...models.display import problems_of
from ...runtime.classes.registry import world
from ..upkeep.schemas import OpenSchema


def unused_expressions(schema: OpenSchema, type_ids=None) -> Iterator[tuple[TypeDefinition, str]]:
    """
    Yield each type of a schema whose display expression is not used, with the reason. Costs no query of its own.

    Args:
        schema: main or an open branch
        type_ids: only these types, None for all
    """
    with schema.activate():
        for definition in world(schema.alias).definitions.values():
            if type_ids is None or definition.id in type_ids:
                for problem in problems_of(definition):
                    yield definition, problem
