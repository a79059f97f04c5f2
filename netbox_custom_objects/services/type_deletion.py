"""
Who may delete the fields that refer to a type along with it, and how they are described.

May import models. Presentation of the answer belongs to views and api.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from ..models import CustomObjectType, CustomObjectTypeField
from ..models.deletion import referencing_fields, refers_elsewhere


@dataclass(frozen=True, slots=True)
class Reference:
    """A field of another type that refers to a type about to be deleted."""

    field: CustomObjectTypeField
    # It is polymorphic and loses one of its targets; any other is deleted.
    stays: bool
    is_visible: bool
    # The user may change it if it stays, or delete it.
    is_allowed: bool

    def __str__(self):
        return f'{self.field.custom_object_type.name}.{self.field.name}'


def references_to(custom_object_type: CustomObjectType, user) -> list[Reference]:
    """Return the fields of other types that refer to a type, with what a user may do to them; four queries at most."""
    using = custom_object_type._state.db
    fields = list(referencing_fields(custom_object_type, using))
    if not fields:
        return []
    rows = CustomObjectTypeField.objects.using(using).filter(pk__in=[field.pk for field in fields])
    allowed = {
        action: set(rows.restrict(user, action).values_list('pk', flat=True)) for action in ('view', 'change', 'delete')
    }
    return [
        Reference(field, stays, field.pk in allowed['view'], field.pk in allowed['change' if stays else 'delete'])
        for field in fields
        for stays in [refers_elsewhere(field)]
    ]


def check_rights(references: list[Reference]) -> None:
    """
    Raise PermissionDenied unless the user may do to each field what the deletion of its target asks for.

    Fields that the user may not view are counted, and not named.
    """
    denied = [reference for reference in references if not reference.is_allowed]
    if denied:
        names = sorted(str(reference) for reference in denied if reference.is_visible)
        if hidden := len(denied) - len(names):
            names.append(_('{count} that you may not view').format(count=hidden))
        raise PermissionDenied(_('You may not delete these fields: {names}').format(names=', '.join(names)))
