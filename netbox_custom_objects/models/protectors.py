"""
Names the objects that prevent a deletion only to users who may view them; for others, they are counted.

May import field_types.polymorphic.keys. NetBox names all that a ProtectedError or RestrictedError holds, to all users.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db.models import Model, RestrictedError
from django.utils.translation import gettext as _

from netbox.context import current_request

from ..field_types.polymorphic.keys import key_of, visible_keys


class HiddenObject:
    """Stands in an error for an object that the user may not view: without a name, an id or an address."""

    pk = None

    def __init__(self, model: type[Model]):
        self._meta = model._meta

    def __str__(self):
        return _('an object that you may not view')


def as_seen_by(user, objects: Iterable[Model]) -> set:
    """
    Return the objects, with a HiddenObject in place of each that a user may not view.

    Args:
        user: None may view nothing
        objects: of any models
    """
    objects = list(objects)
    # A deletion may have gone through several hands already.
    hidden = {obj for obj in objects if isinstance(obj, HiddenObject)}
    known = [obj for obj in objects if obj not in hidden]
    visible = visible_keys(user, known) if user is not None else set()
    return hidden | {obj if key_of(obj) in visible else HiddenObject(type(obj)) for obj in known}


def as_current_user_sees(objects: Iterable[Model]) -> set:
    """Return the objects as the user of the current request sees them; without a request, as they are."""
    request = current_request.get()
    return set(objects) if request is None else as_seen_by(getattr(request, 'user', None), objects)


@contextmanager
def hiding_protectors() -> Iterator[None]:
    """Hide, in the RestrictedError of Django's collector, what the user of the current request may not view."""
    try:
        yield
    except RestrictedError as error:
        raise RestrictedError(error.args[0], as_current_user_sees(error.restricted_objects)) from error
