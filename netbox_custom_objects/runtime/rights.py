"""
Who may know of a type: those who may view objects of it.

May import definitions and the World. Costs no query beyond those of NetBox for the permissions of a user, once.
"""

from collections.abc import Collection

from django.conf import settings

from netbox.context import current_request
from users.constants import CONSTRAINT_TOKEN_USER
from users.models import ObjectPermission
from utilities.permissions import get_permission_for_model, permission_is_exempt, qs_filter_from_constraints

from ..constants import APP_LABEL
from ..definitions import TypeDefinition
from ..models import CustomObjectType
from .classes.registry import world

ACTIONS = ('view', 'add', 'change', 'delete')


def has_right(user, definition: TypeDefinition, action: str = 'view') -> bool:
    """Whether a user may do something with at least some objects of a type."""
    permission = f'{APP_LABEL}.{action}_{definition.model_name}'
    return permission_is_exempt(permission) or user.has_perm(permission)


def has_any_right(user, definition: TypeDefinition) -> bool:
    return any(has_right(user, definition, action) for action in ACTIONS)


def may_grant(user) -> bool:
    """Whether a user may give any right, also to himself: may add any permission."""
    return has_right_to_all(user, get_permission_for_model(ObjectPermission, 'add'))


def has_right_to_all(user, permission: str) -> bool:
    """Whether a user has a permission that no constraint narrows; `permission` is `app_label.action_model`."""
    if user.is_superuser or permission_is_exempt(permission):
        return True
    if not user.has_perm(permission):
        return False
    constraints = user._object_perm_cache.get(permission, ())
    return bool(constraints) and not qs_filter_from_constraints(constraints, {CONSTRAINT_TOKEN_USER: user})


def may_add_objects(user, model: type, is_new: bool) -> bool:
    """
    Whether a user may add at least some objects of a type.

    Args:
        user: who is asked about
        model: the class of the type
        is_new: whether the current transaction has made the type: a right to its objects could not be given before, so
            that those may add some who could give it to themselves
    """
    return user.has_perm(get_permission_for_model(model, 'add')) or (is_new and may_grant(user))


def may_have_added(user, model: type, pks: Collection[int], is_new: bool) -> bool:
    """Whether the constraints of permissions hold for objects that were added; arguments as in `may_add_objects`."""
    if is_new and may_grant(user):
        return True
    return model.objects.restrict(user, 'add').filter(pk__in=pks).count() == len(pks)


def viewable_types(user) -> list[TypeDefinition]:
    """Return the types whose objects a user may view, in order of their names."""
    if settings.LOGIN_REQUIRED and not user.is_authenticated:
        return []
    definitions = sorted(world().definitions.values(), key=lambda definition: definition.name)
    return [definition for definition in definitions if has_right(user, definition)]


def reader_may_view(definition: TypeDefinition) -> bool:
    """Whether the user of the current request may view objects of a type; outside of a request, yes."""
    request = current_request.get()
    return request is None or has_right(request.user, definition)


def is_known_to_reader(type_id: int) -> bool:
    """
    Whether the user of the current request may know of a type: who may view it, or do something with objects of it.

    Costs no query for those who may do something with objects.
    """
    request = current_request.get()
    if request is None:
        return True
    definition = world().all_definitions.get(type_id)
    if definition is not None and has_any_right(request.user, definition):
        return True
    return CustomObjectType.objects.restrict(request.user, 'view').filter(pk=type_id).exists()


def types_known_to_reader() -> list[TypeDefinition]:
    """Return the types that the user of the current request may know of: which are viewable, or their objects are."""
    definitions = world().definitions.values()
    request = current_request.get()
    if request is None:
        return list(definitions)
    viewable = set(CustomObjectType.objects.restrict(request.user, 'view').values_list('pk', flat=True))
    return [found for found in definitions if found.id in viewable or has_right(request.user, found)]
