"""
Writes to several fields of a type at once: their order, and copies of them for another type.

May import models. Every write goes through the models' own `save`, so that it is validated, logged and reconciled.
"""

from django.core.exceptions import ValidationError
from django.db import router, transaction
from django.utils.translation import gettext as _

from utilities.exceptions import PermissionsViolation

from ..definitions import CONDITIONS, read_ids
from ..field_types.constraints import with_field_names
from ..models import CustomObjectType, CustomObjectTypeField
from ..models.rows.convert import field_definition

# Room between two fields, so that one can be put in between without touching the others.
WEIGHT_STEP = 10
MAX_WEIGHT = 32767

# What belongs to one field alone: identity, history, and names that no two fields may share.
_NOT_COPIED = {
    'id', 'custom_object_type', 'schema_id', 'payload_key', 'former_names', 'related_name', 'created', 'last_updated',
    *CONDITIONS,
}  # fmt: skip


def arrange_fields(custom_object_type: CustomObjectType, order: list[tuple[int, str]], fields) -> int:
    """
    Bring fields of a type into an order, by their weights, and return how many were changed.

    Args:
        custom_object_type: the type
        order: (field id, group name) in the order wanted; fields that are left out keep their weights
        fields: a queryset of those fields that may be changed

    Raises:
        ValidationError: a field is missing from the queryset or given twice, or a group name is too long
        PermissionsViolation: a field would leave the queryset, so that it may not be changed like that
    """
    pks = [pk for pk, _group in order]
    found = {field.pk: field for field in fields.filter(custom_object_type=custom_object_type)}
    if len(pks) != len(set(pks)) or not found.keys() >= set(pks):
        raise ValidationError(_('These are not the fields of this type, or you may not change them. Reload the page.'))
    if len(order) * WEIGHT_STEP > MAX_WEIGHT:
        raise ValidationError(_('There are too many fields to reorder.'))
    changed, places = 0, {}
    with transaction.atomic(using=router.db_for_write(CustomObjectTypeField)):
        for pk, group in order:
            weight = places[group] = places.get(group, 0) + WEIGHT_STEP
            field = found[pk]
            if (field.weight, field.group_name) != (weight, group):
                field.snapshot()
                field.weight, field.group_name = weight, group
                field.clean_fields(exclude=_all_but('weight', 'group_name'))
                field.save()
                changed += 1
        if fields.filter(pk__in=pks).count() != len(pks):
            raise PermissionsViolation
    return changed


def copy_fields(source: CustomObjectType, target: CustomObjectType, fields) -> list[CustomObjectTypeField]:
    """
    Give a type copies of another type's fields; references of the source to itself become such of the target.

    Args:
        source: the type that has the fields
        target: a saved type
        fields: a queryset of those fields that may be copied

    Raises:
        ValidationError: a copy is not valid, for instance because its default is gone
    """
    # Rollups are left out: nothing refers to the target.
    found = fields.filter(custom_object_type=source, aggregate='').prefetch_related('related_object_types')
    definitions = [field_definition(field) for field in source.fields.all()]
    with transaction.atomic(using=router.db_for_write(CustomObjectTypeField)):
        # What reads other fields comes after them.
        pairs = [
            (field, _copy(field, source, target, definitions))
            for field in sorted(found, key=lambda field: field.is_calculated)
        ]
        _copy_conditions(pairs, definitions)
    return [copy for _field, copy in pairs]


def _copy_conditions(pairs, definitions) -> None:
    """Give copies of fields the conditions, without those that read fields which were not copied."""
    copied = {field.pk for field, _copy in pairs}
    for field, copy in pairs:
        sources = {name: getattr(field, name) for name in CONDITIONS if read_ids(getattr(field, name)) <= copied}
        if any(sources.values()):
            copy.snapshot()
            for name, stored in sources.items():
                setattr(copy, name, with_field_names(stored, definitions))
            copy.full_clean()
            copy.save()


def _copy(field, source, target, definitions) -> CustomObjectTypeField:
    def replaced(object_type):
        same = object_type is not None and object_type.pk == source.object_type_id
        return target.object_type if same else object_type

    copy = CustomObjectTypeField(custom_object_type=target)
    for name in _all_but(*_NOT_COPIED) - {'related_object_types'}:
        setattr(copy, name, getattr(field, name))
    copy.expression = with_field_names(field.expression, definitions)
    copy.related_object_type = replaced(field.related_object_type)
    targets = [replaced(object_type) for object_type in field.related_object_types.all()]
    if field.is_polymorphic:
        copy._m2m_values = {'related_object_types': targets}
    copy.full_clean()
    copy.save()
    if field.is_polymorphic:
        copy.related_object_types.set(targets)
    return copy


def _all_but(*names: str) -> set[str]:
    meta = CustomObjectTypeField._meta
    return {field.name for field in (*meta.concrete_fields, *meta.many_to_many)} - set(names)
