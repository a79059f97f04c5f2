"""
Creates a type with all of its fields, or nothing at all.

May import models. The forms are the caller's; what fails is noted on them, for each row.
"""

from contextlib import contextmanager

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import router, transaction
from django.utils.translation import gettext as _

from utilities.exceptions import AbortRequest, PermissionsViolation

from ..models import CustomObjectType, CustomObjectTypeField
from .arrange_fields import MAX_WEIGHT, WEIGHT_STEP


class Invalid(Exception):
    """The forms hold the reasons."""


@contextmanager
def designed(type_form, rows, user, keep: bool):
    """
    Create the type and its fields, and yield (type, fields) for as long as they exist.

    They stay if `keep` is set and the block raises nothing; otherwise all of it is undone.

    Args:
        type_form: a bound form of a new type
        rows: bound forms of fields, in the order of the fields
        user: needs the right to add the type, and each of the fields
        keep: whether to store what was made

    Raises:
        Invalid: nothing was stored; the forms hold what is wrong
    """
    using = router.db_for_write(CustomObjectType)
    kept = False
    try:
        with transaction.atomic(using=using):
            created = _create(type_form, rows, user)
            yield created
            kept = keep
            if not keep:
                transaction.set_rollback(True, using=using)
    finally:
        if not kept:
            # It knows the content type of a type that no longer exists.
            ContentType.objects.clear_cache()


def _create(type_form, rows, user):
    if not type_form.is_valid():
        # The rows can tell what is wrong with themselves only if there is a type, but the form alone knows a lot.
        for row in rows:
            row.is_valid()
        raise Invalid
    message = type_form.cleaned_data.pop('changelog_message', '')
    try:
        type_form.instance._changelog_message = message
        custom_object_type = type_form.save()
        numbered = list(enumerate(rows, start=1))
        # What reads other fields comes after them, wherever it is shown.
        numbered.sort(key=lambda found: 'expression' in found[1].fields)
        fields = [_add(row, custom_object_type, number, message) for number, row in numbered]
        if any(field is None for field in fields):
            raise Invalid
        _check_primary(rows)
        _check_rights(custom_object_type, fields, user)
    except (AbortRequest, PermissionsViolation) as error:
        type_form.add_error(None, error.message)
        raise Invalid from error
    return custom_object_type, fields


def _add(row, custom_object_type, number: int, message: str):
    """Return the saved field of a row, None if the row is not valid."""
    row.instance.custom_object_type = custom_object_type
    row.instance.weight = min(number * WEIGHT_STEP, MAX_WEIGHT)
    if not row.is_valid():
        return None
    row.instance._changelog_message = message
    try:
        # The form leaves out constraints on attributes that it does not ask for, such as the type.
        row.instance.validate_constraints()
        return row.save()
    except ValidationError as error:
        row.add_error(None, error.messages)
    except AbortRequest as error:
        row.add_error(None, error.message)
    return None


def _check_primary(rows):
    primary = [row for row in rows if row.cleaned_data.get('primary')]
    for row in primary[1:]:
        row.add_error('primary', _('Only one field can name the objects.'))
    if len(primary) > 1:
        raise Invalid


def _check_rights(custom_object_type, fields, user):
    types = CustomObjectType.objects.restrict(user, 'add').filter(pk=custom_object_type.pk)
    allowed = CustomObjectTypeField.objects.restrict(user, 'add').filter(pk__in=[field.pk for field in fields])
    if not types.exists() or allowed.count() != len(fields):
        raise PermissionsViolation
