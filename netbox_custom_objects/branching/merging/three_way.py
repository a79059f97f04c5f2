"""
The three definitions that meet in a merge: ancestor, main and branch.

Main's and the branch's are Worlds, cached by their revisions. The ancestor is not stored: for what the branch edited
netbox-branching keeps the state before the first edit (and moves it along when the branch is synchronised); what
the branch did not edit has not changed since.
"""

from collections import defaultdict
from dataclasses import replace

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS

from core.models import ObjectChange
from netbox_branching.models import Branch, ChangeDiff

from ...constants import APP_LABEL
from ...definitions import ConstraintDefinition, FieldDefinition, TypeDefinition, model_name, type_id_from_model_name
from ...definitions.merge import Merge, merge
from ...models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ...models.rows.history import constraint_from_change_data, field_from_change_data, type_from_change_data
from ...runtime.classes.registry import world

Definitions = dict[int, TypeDefinition]


def three_way_merge(branch: Branch) -> Merge:
    """Return what merging the definitions of `branch` into main would give. Costs five queries and no DDL."""
    main, theirs = world(DEFAULT_DB_ALIAS).all_definitions, world(branch.connection_name).all_definitions
    ancestor = ancestor_of(branch, theirs)
    gone_in_main = [pk for pk in ancestor if pk not in main and pk in theirs]
    gone_in_branch = [pk for pk in ancestor if pk in main and pk not in theirs]
    return merge(
        ancestor,
        main,
        theirs,
        main_data=_changed_in_main(branch, gone_in_branch),
        branch_data=_changed_in_branch(branch, gone_in_main),
    )


def count_schema_changes(branch: Branch) -> int:
    """Return how many types and fields the branch edited. Costs one query."""
    return ChangeDiff.objects.filter(branch=branch, object_type__in=_definition_content_types()).count()


def ancestor_of(branch: Branch, definitions: Definitions) -> Definitions:
    """
    Return the definitions that main and branch had in common.

    Args:
        branch: the branch
        definitions: its definitions now
    """
    types = {pk: replace(definition, fields=(), constraints=()) for pk, definition in definitions.items()}
    fields = {field.id: field for definition in definitions.values() for field in definition.fields}
    sides = (world(DEFAULT_DB_ALIAS).all_definitions, definitions)
    choice_sets = {
        field.choice_set.id: field.choice_set
        for side in sides
        for definition in side.values()
        for field in definition.fields
        if field.choice_set
    }
    constraints = {
        constraint.id: constraint for definition in definitions.values() for constraint in definition.constraints
    }
    type_diffs, field_diffs, constraint_diffs = _originals(branch)
    for pk, original in type_diffs.items():
        types[pk] = original and type_from_change_data(pk, original)
    for pk, original in field_diffs.items():
        fields[pk] = original and field_from_change_data(pk, original, choice_sets)
    for pk, original in constraint_diffs.items():
        constraints[pk] = original and constraint_from_change_data(pk, original)
    return _assemble(types, fields, constraints)


def _assemble(
    types: dict[int, TypeDefinition | None],
    fields: dict[int, FieldDefinition | None],
    constraints: dict[int, ConstraintDefinition | None],
) -> Definitions:
    fields_of, constraints_of = defaultdict(list), defaultdict(list)
    for found, by_type in ((fields, fields_of), (constraints, constraints_of)):
        for item in found.values():
            if item is not None:
                by_type[item.type_id].append(item)
    return {
        pk: replace(
            definition.with_fields(fields_of[pk]),
            constraints=tuple(sorted(constraints_of[pk], key=lambda constraint: constraint.id)),
        )
        for pk, definition in types.items()
        if definition is not None
    }


def _originals(branch: Branch) -> list[dict[int, dict | None]]:
    """Return the states before the branch's first edit of types, of fields and of constraints, by id."""
    content_types = _definition_content_types()
    found = {content_type.pk: {} for content_type in content_types}
    diffs = ChangeDiff.objects.filter(branch=branch, object_type__in=content_types)
    for content_type_id, pk, original in diffs.values_list('object_type_id', 'object_id', 'original'):
        found[content_type_id][pk] = original
    return list(found.values())


def _definition_content_types() -> list[ContentType]:
    models = CustomObjectType, CustomObjectTypeField, CustomObjectTypeConstraint
    found = ContentType.objects.get_for_models(*models)
    return [found[model] for model in models]


def _changed_in_branch(branch: Branch, type_ids: list[int]) -> frozenset[int]:
    if not type_ids:
        return frozenset()
    names = [model_name(pk) for pk in type_ids]
    diffs = ChangeDiff.objects.filter(branch=branch, object_type__app_label=APP_LABEL, object_type__model__in=names)
    return frozenset(map(type_id_from_model_name, diffs.values_list('object_type__model', flat=True).distinct()))


def _changed_in_main(branch: Branch, type_ids: list[int]) -> frozenset[int]:
    if not type_ids:
        return frozenset()
    names = [model_name(pk) for pk in type_ids]
    changes = ObjectChange.objects.using(DEFAULT_DB_ALIAS).filter(
        time__gt=branch.last_sync, changed_object_type__app_label=APP_LABEL, changed_object_type__model__in=names
    )
    found = changes.order_by().values_list('changed_object_type__model', flat=True).distinct()
    return frozenset(map(type_id_from_model_name, found))
