"""
What merging a branch would do to the types, fields, tables and columns of main.

Computed from definitions and main's catalog; nothing is replayed and nothing is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone
from django.utils.translation import gettext as _

from netbox_branching.models import Branch

from ...ddl.diff import diff
from ...ddl.introspect import introspect
from ...ddl.spec import Schema
from ...ddl.target import Target
from ...definitions import (
    CONDITIONS,
    ROLLUP_ATTRIBUTES,
    ConstraintDefinition,
    FieldDefinition,
    TypeDefinition,
    with_names,
)
from ...exceptions import SchemaChangeRefused
from ...field_types import compile_type
from ...runtime.classes.registry import world
from ...runtime.linked_defaults import shown_path
from ...services.preview import Preview, Step
from .three_way import count_schema_changes, three_way_merge

CREATE, UPDATE, DELETE = 'create', 'update', 'delete'

# Names of definition attributes that are not those of the models.
_SHOWN_AS = {'default_json': 'default', 'related_object_filter_json': 'related_object_filter', 'targets': 'target'}
_NOT_SHOWN = {'id', 'type_id', 'payload_key', 'fields', 'constraints', 'former_names', 'reads', *ROLLUP_ATTRIBUTES}


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """What a merge would do to one type: `edits` to its definition, in sentences, and `steps` to its tables."""

    type_id: int
    name: str
    action: str
    edits: tuple[str, ...]
    steps: tuple[Step, ...]
    # Why a merge would be refused; empty if it would not be.
    refusal: str = ''

    @property
    def destructive(self) -> bool:
        """Whether values would be taken out of sight."""
        return any(step.operation.destructive for step in self.steps)


def schema_changes(branch: Branch) -> list[SchemaChange]:
    """Return what merging `branch` would change in main, by type; one query if the branch edited no definition."""
    if not count_schema_changes(branch):
        return []
    main, merged = world(DEFAULT_DB_ALIAS).all_definitions, three_way_merge(branch).merged
    found = []
    for type_id in sorted({*main, *merged}):
        before, after = main.get(type_id), merged.get(type_id)
        if before != after:
            found.append(
                SchemaChange(
                    type_id=type_id,
                    name=(after or before).name,
                    action=CREATE if before is None else DELETE if after is None else UPDATE,
                    edits=tuple(_edits(before, after)),
                    **_steps(type_id, after),
                )
            )
    return found


def _steps(type_id: int, after: TypeDefinition | None) -> dict:
    main, preview = Target.for_alias(DEFAULT_DB_ALIAS), Preview()
    actual = introspect(main, type_id)
    desired = compile_type(after, actual) if after else Schema()
    plan = diff(actual, desired, now=timezone.now().isoformat(timespec='seconds'))
    try:
        preview.note(main, type_id, plan, actual)
    except SchemaChangeRefused as error:
        return {'steps': (), 'refusal': str(error)}
    return {'steps': tuple(preview.steps())}


def _edits(before: TypeDefinition | None, after: TypeDefinition | None) -> Iterator[str]:
    if before is None or after is None:
        fields_of = ', '.join(field.name for field in (after or before).fields)
        text = (
            _('New type "{name}" with fields: {fields}.') if after else _('Delete type "{name}" with fields: {fields}.')
        )
        yield text.format(name=(after or before).name, fields=fields_of or _('none'))
        return
    names = {field.id: field.name for field in (*before.fields, *after.fields)}
    yield from _attributes(_('type'), before, after, names)
    ours, theirs = ({field.id: field for field in side.fields} for side in (before, after))
    for field_id in sorted({*ours, *theirs}):
        yield from _field_edits(ours.get(field_id), theirs.get(field_id), names)
    ours, theirs = ({constraint.id: constraint for constraint in side.constraints} for side in (before, after))
    for constraint_id in sorted({*ours, *theirs}):
        yield from _constraint_edits(ours.get(constraint_id), theirs.get(constraint_id))


def _field_edits(before: FieldDefinition | None, after: FieldDefinition | None, names: dict) -> Iterator[str]:
    if before is None:
        yield _('New field "{name}" ({type}).').format(name=after.name, type=after.type)
    elif after is None:
        yield _('Delete field "{name}" ({type}).').format(name=before.name, type=before.type)
    else:
        yield from _attributes(_('field "{name}"').format(name=before.name), before, after, names)
        if any(getattr(before, name) != getattr(after, name) for name in ROLLUP_ATTRIBUTES):
            # Which names fields of another type, which not all readers may view.
            yield _('Change how the field "{name}" is calculated.').format(name=before.name)


def _constraint_edits(before: ConstraintDefinition | None, after: ConstraintDefinition | None) -> Iterator[str]:
    if before is None:
        yield _('New constraint "{name}" ({type}).').format(name=after.name, type=after.type)
    elif after is None:
        yield _('Delete constraint "{name}" ({type}).').format(name=before.name, type=before.type)
    elif before != after:
        # Expressions name fields by their ids, which say nothing here.
        yield _('Change constraint "{name}".').format(name=before.name)


def _attributes(subject: str, before, after, names: dict[int, str]) -> Iterator[str]:
    for name in (field.name for field in fields(before)):
        old, new = getattr(before, name), getattr(after, name)
        if name == 'default_from':
            old, new = shown_path(old), shown_path(new)
        if name in ('expression', *CONDITIONS):
            old, new = (with_names(text, names) for text in (old, new))
        if old != new and name not in _NOT_SHOWN:
            yield _('Change "{attribute}" of the {subject} from {old} to {new}.').format(
                attribute=_SHOWN_AS.get(name, name), subject=subject, old=_shown(old), new=_shown(new)
            )


def _shown(value) -> str:
    if value in (None, '', ()):
        return _('nothing')
    if isinstance(value, tuple):
        return ', '.join(target.label for target in value)
    if hasattr(value, 'version'):
        return _('choice set {id}').format(id=value.id)
    return f'"{value}"'
