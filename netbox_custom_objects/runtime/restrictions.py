"""
Constraints of permissions that cannot be resolved: they name what a type does not have (any more).

Such a constraint grants nothing, is logged once, and never breaks a page (invariant I11). May import NetBox's
permissions.
"""

import json
import logging
from functools import lru_cache

from django.apps import apps
from django.core.exceptions import FieldError, ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from users.constants import CONSTRAINT_TOKEN_USER
from utilities.permissions import get_permission_for_model, qs_filter_from_constraints, resolve_permission

logger = logging.getLogger('netbox.plugins.netbox_custom_objects')

# What Django raises for a lookup that a model does not have, or a value that a field cannot be compared with.
EXPECTED = (FieldError, ValidationError, ValueError)
# For values of a wrong kind it raises these, as a defect of ours would.
UNRESOLVABLE = (*EXPECTED, TypeError, AttributeError)


def resolution_error(model: type, constraint) -> str:
    """Return why one of a permission's constraints cannot be resolved for a model, '' if it can be."""
    if constraint and not isinstance(constraint, dict):
        return _('This is not a JSON object.')
    try:
        model.objects.filter(qs_filter_from_constraints([constraint], {CONSTRAINT_TOKEN_USER: 0}))
    except UNRESOLVABLE as error:
        if not isinstance(error, EXPECTED):
            _log_traceback(model._meta.label_lower, json.dumps(constraint, sort_keys=True, default=str))
        return ' '.join(error.messages) if isinstance(error, ValidationError) else str(error)
    return ''


def restricted_by_the_rest(queryset: QuerySet, user, action: str) -> QuerySet | None:
    """
    Return those objects that the resolvable ones of a user's constraints grant; None if all of them are resolvable.

    To be called after all of them together could not be resolved.
    """
    model = queryset.model
    permission = get_permission_for_model(model, action)
    constraints = user._object_perm_cache[permission]
    usable = []
    for constraint in constraints:
        if error := resolution_error(model, constraint):
            # A ghost has no fields, which says nothing about the permission.
            if not getattr(model, '_is_ghost', False):
                note_unresolved(permission, json.dumps(constraint, sort_keys=True, default=str), error)
        else:
            usable.append(constraint)
    if len(usable) == len(constraints):
        return None
    if not usable:
        return queryset.none()
    attributes = qs_filter_from_constraints(usable, {CONSTRAINT_TOKEN_USER: user})
    return queryset.filter(pk__in=model.objects.filter(attributes))


@lru_cache(maxsize=1024)
def _log_traceback(label: str, constraint: str) -> None:
    """Log, once in a process, where the error that is being handled comes from."""
    logger.warning('The constraint %s cannot be applied to %s', constraint, label, exc_info=True)


@lru_cache(maxsize=1024)
def note_unresolved(permission: str, constraint: str, error: str) -> None:
    """Log, once in a process, that a constraint grants nothing, with the names of the permissions that hold it."""
    app_label, action, model_name = resolve_permission(permission)
    holders = apps.get_model('users.objectpermission').objects.filter(
        enabled=True, actions__contains=[action], object_types__app_label=app_label, object_types__model=model_name
    )
    names = [
        str(holder)
        for holder in holders
        if constraint in (json.dumps(found, sort_keys=True, default=str) for found in holder.list_constraints())
    ]
    logger.warning(
        'The constraint %s of %s (%s) cannot be resolved, and grants nothing: %s',
        constraint,
        ', '.join(f'"{name}"' for name in names) or 'a permission',
        permission,
        error,
    )
