"""
Who may know of a type: those who may view objects of it.

May import definitions and the World. Costs no query beyond those of NetBox for the permissions of a user, once.
"""

from django.conf import settings

from netbox.context import current_request
from utilities.permissions import permission_is_exempt

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
