"""
The three definitions that meet in a merge: ancestor, main and branch.

Main's and the branch's are Worlds, cached by their revisions. The ancestor is not stored: for what the branch edited
netbox-branching keeps the state before the first edit (and moves it along when the branch is synchronised); what
the branch did not edit has not changed since.
"""

from collections import defaultdict

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS

from core.models import ObjectChange
from netbox_branching.models import Branch, ChangeDiff

from ...constants import APP_LABEL
from ...definitions import FieldDefinition, TypeDefinition, model_name, type_id_from_model_name
from ...definitions.merge import Merge, merge
from ...models import CustomObjectType, CustomObjectTypeField
from ...models.rows.history import field_from_change_data, type_from_change_data
from ...runtime.classes.registry import world

Definitions = dict[int, TypeDefinition]


def three_way_merge(branch: Branch) -> Merge:
    """Return what merging the definitions of `branch` into main would give. Costs six queries and no DDL."""
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
    types = {pk: definition.with_fields(()) for pk, definition in definitions.items()}
    fields = {field.id: field for definition in definitions.values() for field in definition.fields}
    sides = (world(DEFAULT_DB_ALIAS).all_definitions, definitions)
    choice_sets = {
        field.choice_set.id: field.choice_set
        for side in sides
        for definition in side.values()
        for field in definition.fields
        if field.choice_set
    }
    type_diffs, field_diffs = (_originals(branch, model) for model in (CustomObjectType, CustomObjectTypeField))
    for pk, original in type_diffs.items():
        types[pk] = original and type_from_change_data(pk, original)
    for pk, original in field_diffs.items():
        fields[pk] = original and field_from_change_data(pk, original, choice_sets)
    return _assemble(types, fields)


def _assemble(types: dict[int, TypeDefinition | None], fields: dict[int, FieldDefinition | None]) -> Definitions:
    by_type = defaultdict(list)
    for field in fields.values():
        if field is not None:
            by_type[field.type_id].append(field)
    return {pk: definition.with_fields(by_type[pk]) for pk, definition in types.items() if definition is not None}


def _originals(branch: Branch, model: type) -> dict[int, dict | None]:
    """Return {id: state before the branch's first edit, None if the branch created it}."""
    diffs = ChangeDiff.objects.filter(branch=branch, object_type=ContentType.objects.get_for_model(model))
    return dict(diffs.values_list('object_id', 'original'))


def _definition_content_types() -> list[ContentType]:
    models = CustomObjectType, CustomObjectTypeField
    return list(ContentType.objects.get_for_models(*models).values())


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
