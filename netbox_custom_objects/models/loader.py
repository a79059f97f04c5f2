"""
Rows to definitions: the only reader of the definition tables for the engine.

Three queries at most, however many types there are. Names the alias explicitly; never asks the router.
"""

from collections import defaultdict

from django.db.models import F

from ..definitions import TargetRef, TypeDefinition
from .convert import PLAIN_ATTRIBUTES, definition_from_row
from .fields import CustomObjectTypeField
from .types import CustomObjectType

_TYPE_ATTRIBUTES = (
    'id',
    'name',
    'slug',
    'verbose_name',
    'verbose_name_plural',
    'group_name',
    'description',
    'display_expression',
    'config_context_enabled',
    'deprecated',
    'deprecated_since',
    'scheduled_removal',
)


def load_definitions(alias: str, type_id: int | None = None) -> dict[int, TypeDefinition]:
    """
    Return the definitions in the schema behind `alias`, by type id.

    Args:
        alias: a Django connection alias
        type_id: load this type only
    """
    types = CustomObjectType.objects.using(alias)
    fields = CustomObjectTypeField.objects.using(alias)
    if type_id is not None:
        types, fields = types.filter(pk=type_id), fields.filter(custom_object_type=type_id)
    by_type = defaultdict(list)
    rows = list(_field_rows(fields))
    targets = _polymorphic_targets(fields) if any(row['is_polymorphic'] for row in rows) else {}
    for row in rows:
        by_type[row['custom_object_type_id']].append(definition_from_row(row, targets))
    return {
        row['id']: TypeDefinition(**row).with_fields(by_type[row['id']])
        for row in types.order_by('pk').values(*_TYPE_ATTRIBUTES)
    }


def _field_rows(fields):
    return fields.order_by().values(
        *PLAIN_ATTRIBUTES,
        'custom_object_type_id',
        'former_names',
        'default',
        'related_object_filter',
        'choice_set_id',
        choice_set_version=F('choice_set__last_updated'),
        target_app=F('related_object_type__app_label'),
        target_model=F('related_object_type__model'),
    )


def _polymorphic_targets(fields) -> dict[int, tuple[TargetRef, ...]]:
    found = defaultdict(list)
    rows = fields.filter(is_polymorphic=True, related_object_types__isnull=False).values_list(
        'pk', 'related_object_types__app_label', 'related_object_types__model'
    )
    for pk, app_label, model in rows:
        found[pk].append(TargetRef(app_label, model))
    return {pk: tuple(sorted(targets, key=lambda target: target.label)) for pk, targets in found.items()}
