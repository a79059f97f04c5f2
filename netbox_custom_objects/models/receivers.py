"""
Signals for many objects: one query for all of them in place of the one that a receiver of a host makes for each.

Some receivers of NetBox and netbox-branching look for rows that belong to an object, and do nothing where they find
none. A finder returns the objects of a list that have such rows: only for these is the receiver called. All other
receivers are called for each object. May import models of NetBox.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.dispatch import Signal

from extras.models import Subscription, Tag

# An object, and the keyword arguments that its receivers get.
Call = tuple[models.Model, dict[str, Any]]
# Returns the objects that a receiver would do something for.
Finder = Callable[[Sequence[Call]], Iterable[models.Model]]


def with_subscriptions(calls: Sequence[Call]) -> list[models.Model]:
    """Return the changed objects that users have subscribed to; new objects have no subscriptions."""
    changed = [instance for instance, arguments in calls if not arguments.get('created')]
    if not changed:
        return []
    found = Subscription.objects.filter(
        object_type=ContentType.objects.get_for_model(changed[0]), object_id__in=[found.pk for found in changed]
    )
    subscribed = set(found.values_list('object_id', flat=True))
    return [instance for instance in changed if instance.pk in subscribed]


def with_restricted_tags(calls: Sequence[Call]) -> list[models.Model]:
    """Return all objects if one of the tags that they get is for certain types only."""
    tags = {pk for _instance, arguments in calls for pk in arguments['pk_set'] or ()}
    if not Tag.objects.filter(pk__in=tags, object_types__isnull=False).exists():
        return []
    return [instance for instance, _arguments in calls]


def not_tagged(calls: Sequence[Call]) -> list[models.Model]:
    """Return the objects that have got no tags: the records of others are completed together (`services.tagging`)."""
    return [instance for instance, arguments in calls if arguments.get('action') != 'post_add']


# By the path of the receiver: importing it would connect it before its turn.
FINDERS: dict[str, Finder] = {
    'extras.signals.notify_object_changed': with_subscriptions,
    'extras.signals.validate_assigned_tags': with_restricted_tags,
    'core.signals.handle_changed_object': not_tagged,
}


def send_for_each(signal: Signal, sender: type[models.Model], calls: Sequence[Call]) -> None:
    """Send a signal for each object, as `signal.send` does, in the order of the objects."""
    receivers, coroutines = signal._live_receivers(sender)
    if coroutines:
        # Django runs them together, after the others.
        for instance, arguments in calls:
            signal.send(sender=sender, instance=instance, **arguments)
        return
    wanted = {
        receiver: {id(instance) for instance in finder(calls)}
        for receiver in receivers
        if (finder := FINDERS.get(path_of(receiver))) is not None
    }
    for instance, arguments in calls:
        for receiver in receivers:
            if receiver not in wanted or id(instance) in wanted[receiver]:
                receiver(signal=signal, sender=sender, instance=instance, **arguments)


def path_of(receiver: Callable) -> str:
    return f'{getattr(receiver, "__module__", "")}.{getattr(receiver, "__qualname__", "")}'
