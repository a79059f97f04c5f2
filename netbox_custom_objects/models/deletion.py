"""
What goes with a type when it is deleted, in an order that a merge can replay and a revert can undo.

Objects first, then constraints and fields, then (by the caller) the type: each with its own change record, so that an
object's record never meets a type that is gone already (host-facts 8, trap 17).
"""

from collections.abc import Iterable

from django.apps import apps
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _

from .. import settings
from ..constants import APP_LABEL
from ..definitions import model_name
from .attachments import set_aside
from .protectors import as_current_user_sees


def empty_type(custom_object_type, using: str, delete_referencing_fields: bool = False) -> int:
    """
    Delete the objects, constraints and fields of a type, logging each, and return how many objects it had.

    Above the setting `type_delete_log_limit` the objects are left in the table, which is retired with them inside:
    the deletion stays O(1), and reverting it brings them back. The type's own change record then tells their number.

    Args:
        custom_object_type: the type
        using: the connection alias whose schema is meant
        delete_referencing_fields: first delete the fields of other types that refer to this type, with their values
            kept as always; a polymorphic one that may point elsewhere, too, stays and loses this target

    Raises:
        ProtectedError: fields of other types refer to this type, or objects of other types protect some of its objects
        SchemaChangeRefused: a polymorphic field that stays holds objects of the type, and these were not deleted one
            by one (see above)
    """
    if delete_referencing_fields:
        # Before the objects: they then prevent no deletions, and a revert gives all values back at once.
        rollups = custom_object_type.fields.using(using).exclude(aggregate='')
        # What reads fields goes before them.
        found = sorted(sole_references(custom_object_type, using), key=lambda field: not field.is_calculated)
        for field in (*rollups, *found):
            field.snapshot()
            field.delete(using=using)
    else:
        refuse_if_referenced(custom_object_type, using)
    objects = apps.get_model(APP_LABEL, model_name(custom_object_type.pk)).objects.using(using)
    count = objects.count()
    if count <= settings.get('type_delete_log_limit'):
        # Bookmarks and the like have no records that would bring them back.
        set_aside(custom_object_type.pk, using, only_unlogged=True)
        objects.all().delete()
    else:
        note = _('{count} objects were retired with their type.').format(count=count)
        message = getattr(custom_object_type, '_changelog_message', None)
        custom_object_type._changelog_message = f'{message} {note}' if message else note
    for field in referencing_fields(custom_object_type, using) if delete_referencing_fields else ():
        field.snapshot()
        field.related_object_types.remove(custom_object_type.object_type_id)
    fields = in_order_of_deletion(custom_object_type.fields.using(using).all())
    for definition in (*custom_object_type.constraints.using(using).all(), *fields):
        definition.delete(using=using)
    return count


def in_order_of_deletion(fields: Iterable) -> list:
    """Return fields that are deleted together: calculated ones before what they read; conditions prevent nothing."""
    found = sorted(fields, key=lambda field: not field.is_calculated)
    leaving = frozenset(field.pk for field in found)
    for field in found:
        field.set_edit_context(leaving=leaving)
    return found


def referencing_fields(custom_object_type, using: str):
    """
    Return the fields of other types that refer to a type, as a queryset in order of their types' names.

    Rollups, which read fields of the type, are among them.
    """
    fields = apps.get_model(APP_LABEL, 'customobjecttypefield').objects.using(using)
    target = custom_object_type.object_type_id
    if target is None:
        return fields.none()
    others = fields.exclude(custom_object_type=custom_object_type.pk).select_related('custom_object_type')
    rollups = Q(referring_field__custom_object_type=custom_object_type.pk)
    found = others.filter(Q(related_object_type=target) | Q(related_object_types=target) | rollups).distinct()
    return found.order_by('custom_object_type__name', 'name')


def sole_references(custom_object_type, using: str) -> list:
    """Return those of the fields that refer to a type which can refer to nothing else."""
    return [field for field in referencing_fields(custom_object_type, using) if not refers_elsewhere(field)]


def refers_elsewhere(field) -> bool:
    """Whether a field that refers to a type can refer to others, too."""
    return field.is_polymorphic and len(field.intended_targets()) > 1


def refuse_if_referenced(custom_object_type, using: str) -> None:
    """Raise ProtectedError if a field of another type refers to this one."""
    fields = list(referencing_fields(custom_object_type, using))
    if fields:
        seen = as_current_user_sees(fields)
        names = [f'{field.custom_object_type.name}.{field.name}' for field in fields if field in seen]
        if hidden := len(fields) - len(names):
            names.append(_('{count} that you may not view').format(count=hidden))
        raise ProtectedError(
            _('{type} cannot be deleted while these fields refer to it: {names}').format(
                type=custom_object_type, names=', '.join(names)
            ),
            seen,
        )
