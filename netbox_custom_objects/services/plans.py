"""
What saving a field or constraint would do to the tables of its type, derived from definitions and the catalog.

Nothing is written; `services.preview` is for changes whose effects only a write can tell. May import runtime.
"""

from dataclasses import replace

from django.utils import timezone

from ..ddl.diff import diff
from ..ddl.introspect import introspect
from ..ddl.target import Target
from ..definitions import TypeDefinition
from ..field_types import compile_type
from ..models.rows.convert import constraint_definition, field_definition
from ..runtime.classes.registry import world
from ..runtime.context import current_alias
from .preview import Preview, Step


def plan_field(field) -> list[Step]:
    """
    Return the steps that saving a field would take in the current schema (active branch or main).

    Args:
        field: a valid CustomObjectTypeField, saved or not; an unsaved one stands in the plan with the id 0

    Raises:
        SchemaChangeRefused: the field could not be saved so
    """
    definition = world(current_alias()).all_definitions[field.custom_object_type_id]
    others = [found for found in definition.fields if found.id != field.pk]
    return _steps(definition.with_fields([*others, field_definition(field)]))


def plan_constraint(constraint) -> list[Step]:
    """Return the steps that saving a valid constraint would take, likewise."""
    definition = world(current_alias()).all_definitions[constraint.custom_object_type_id]
    others = [found for found in definition.constraints if found.id != constraint.pk]
    return _steps(replace(definition, constraints=(*others, constraint_definition(constraint))))


def _steps(definition: TypeDefinition) -> list[Step]:
    target = Target.for_alias(current_alias())
    actual = introspect(target, definition.id)
    desired = compile_type(definition, actual)
    preview = Preview()
    preview.note(target, definition.id, diff(actual, desired, now=timezone.now().isoformat(timespec='seconds')), actual)
    return preview.steps()
