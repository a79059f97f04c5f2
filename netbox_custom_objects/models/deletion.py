"""
What goes with a type when it is deleted, in an order that a merge can replay and a revert can undo.

Objects first, then fields, then (by the caller) the type: each with its own change record, so that an object's record
never meets a type that is gone already (host-facts 8, trap 17).
"""

from django.apps import apps
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from .. import settings
from ..constants import APP_LABEL
from ..definitions import model_name


def empty_type(custom_object_type, using: str) -> int:
    """
    Delete the objects and fields of a type, logging each, and return how many objects it had.

    Above the setting `type_delete_log_limit` the objects are left in the table, which is retired with them inside:
    the deletion stays O(1), and reverting it brings them back. The type's own change record then tells their number.

    Args:
        custom_object_type: the type
        using: the connection alias whose schema is meant

    Raises:
        ProtectedError: fields of other types point at this type, or objects of other types protect some of its objects
    """
    refuse_if_referenced(custom_object_type, using)
    objects = apps.get_model(APP_LABEL, model_name(custom_object_type.pk)).objects.using(using)
    count = objects.count()
    if count <= settings.get('type_delete_log_limit'):
        objects.all().delete()
    else:
        note = _('{count} objects were retired with their type.').format(count=count)
        message = getattr(custom_object_type, '_changelog_message', None)
        custom_object_type._changelog_message = f'{message} {note}' if message else note
    for field in custom_object_type.fields.using(using).all():
        field.delete(using=using)
    return count


def refuse_if_referenced(custom_object_type, using: str) -> None:
    """Raise ProtectedError if a field of another type points at this one."""
    field_model = apps.get_model(APP_LABEL, 'customobjecttypefield')
    others = field_model.objects.using(using).exclude(custom_object_type=custom_object_type.pk)
    referrers = (
        {
            *others.filter(related_object_type=custom_object_type.object_type_id),
            *others.filter(related_object_types=custom_object_type.object_type_id),
        }
        if custom_object_type.object_type_id
        else set()
    )
    if referrers:
        names = ', '.join(sorted(f'{field.custom_object_type.name}.{field.name}' for field in referrers))
        raise ProtectedError(
            _('{type} cannot be deleted while these fields point at it: {names}').format(
                type=custom_object_type, names=names
            ),
            referrers,
        )
