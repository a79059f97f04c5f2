"""
Who reads what a check says: the user of the request, an administrator at the console, or all who may view jobs.

An error that quotes stored values or names of definitions asks here first. May import NetBox's context and field_types.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rq import get_current_job

from netbox.context import current_request

from ..field_types.polymorphic.keys import key_of, visible_keys


def readable(objects):
    """
    Return those objects of a queryset that an error may quote.

    At the console, where there is no request, all of them. Inside of a job none: its outcome is kept, and shown to
    everyone with the right to view jobs.
    """
    if get_current_job() is not None:
        return objects.none()
    request = current_request.get()
    if request is None:
        return objects
    user = getattr(request, 'user', None)
    return objects.none() if user is None else objects.restrict(user, 'view')


def viewable(objects):
    """
    Return those objects of a queryset that the user of the current request may view; outside of one, all of them.

    For what decides which objects are found, or in which order: in a job, too, that is carried out for a user.
    """
    request = current_request.get()
    if request is None or not hasattr(objects, 'restrict'):
        return objects
    return objects.restrict(getattr(request, 'user', None), 'view')


def named(names: list[str], hidden: int) -> str:
    """
    Return a list of names, or of values, as a text that says whether there are others, and not how many.

    Numbers would reveal values: they depend on the rule.
    """
    if hidden and get_current_job() is not None:
        names = [*names, _('some that records of jobs do not name')]
    elif hidden:
        names = [*names, _('others that you may not view') if names else _('some that you may not view')]
    return ', '.join(names)


def named_rows(names: Mapping[int, str], stored) -> str:
    """
    Return the names of types, fields or constraints as far as an error may quote them, '' if there are none.

    Args:
        names: {primary key: name}; a row that is not stored yet is the reader's own
        stored: a queryset of all rows of their model
    """
    if not names:
        return ''
    stored = stored.filter(pk__in=names)
    hidden = {*stored.values_list('pk', flat=True)} - {*readable(stored).values_list('pk', flat=True)}
    return named(sorted(name for pk, name in names.items() if pk not in hidden), len(hidden))


def counted(objects) -> str:
    """Return how many of some objects the reader may view, and whether there are others; '' if there are none."""
    count, visible = objects.count(), readable(objects).count()
    if not count:
        return ''
    if not visible:
        in_job = get_current_job() is not None
        return _('objects that records of jobs do not name') if in_job else _('objects that you may not view')
    if visible < count:
        return ngettext(
            '{count} object and others that you may not view',
            '{count} objects and others that you may not view',
            visible,
        ).format(count=visible)
    return ngettext('{count} object', '{count} objects', visible).format(count=visible)


def hidden_from_user(targets) -> list:
    """Return those of some objects, of any models, that the user of the current request may not view."""
    request = current_request.get()
    if request is None:
        return []
    targets = list(targets)
    visible = visible_keys(request.user, targets)
    return [target for target in targets if key_of(target) not in visible]
