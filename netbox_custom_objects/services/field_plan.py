"""
What saving a field would do to the tables of its type, derived from definitions and the catalog: nothing is written.

May import models and runtime. `services.preview` is for changes whose effects only a write can tell.
"""

from django.utils import timezone

from ..ddl.diff import diff
from ..ddl.introspect import introspect
from ..ddl.target import Target
from ..field_types import compile_type
from ..models.rows.convert import field_definition
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
    alias = current_alias()
    target = Target.for_alias(alias)
    definition = world(alias).all_definitions[field.custom_object_type_id]
    others = [found for found in definition.fields if found.id != field.pk]
    actual = introspect(target, definition.id)
    desired = compile_type(definition.with_fields([*others, field_definition(field)]), actual)
    preview = Preview()
    preview.note(target, definition.id, diff(actual, desired, now=timezone.now().isoformat(timespec='seconds')), actual)
    return preview.steps()
