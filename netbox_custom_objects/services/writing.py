"""
Objects of one type that are written together: rows, links and change records by a statement each, for all of them.

Receivers are called for each object, with the arguments that they always get, and in the order of the objects. What a
list of objects cannot have as if they were written one by one is refused by NotTogether, and left to who can do that.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_save, pre_save

from core.signals import clear_events, clear_signal_history
from extras.models import Tag
from netbox.config import get_config
from netbox.context import events_queue
from utilities.data import get_config_value_ci
from utilities.exceptions import AbortRequest

from ..exceptions import REFUSED_ROWS, refuses_row
from ..models.change_data import parked_objects, take_parked_objects
from ..models.display import LAST_NAME
from ..models.objects import CustomObject
from ..models.protectors import hiding_protectors
from ..models.receivers import send_for_each
from ..models.records import listening, written_together
from ..models.together import NotTogether, validating_together
from ..runtime.classes.conditions import conditions_of
from ..runtime.classes.constraints import constraints_of
from ..runtime.classes.registry import world
from ..runtime.context import fit, in_replay
from ..runtime.inbound.collecting import CollectorOfMany, DeletesSafely
from ..runtime.inbound.holding import hold, hold_references_of_all, lock_for_deletion, references_of, targets_of
from ..runtime.inbound.stored import is_referred_to
from ..runtime.relations.foreign_key import LinkField
from ..runtime.relations.many import insert_links_of_all
from ..runtime.relations.polymorphic_many import GenericLinks, Targets
from ..runtime.statements import update_rows
from .rules import validator_keys
from .tagging import tag_together
from .unique_values import are_unlike, unique_fields

TAGS = 'tags'
# A list of fewer objects costs less one by one.
TOGETHER_FROM = 2
# What ends a try to write objects together. What is wrong is found again one by one, by NetBox, which shows it.
REFUSED = (NotTogether, AbortRequest, PermissionDenied, *REFUSED_ROWS, ObjectDoesNotExist, ValidationError)


def can_be_written_together(model: type[Model], using: str) -> bool:
    """Whether objects of a type can be written together: no validator may look at what was written before an object."""
    if in_replay() or fit(model, using) is not model or model.save is not CustomObject.save:
        return False
    validators = get_config().CUSTOM_VALIDATORS
    return not any(get_config_value_ci(validators, key, default=[]) for key in validator_keys(model))


def tried_together[Result](
    write: Callable[[], Result], using: str, sender: type, refused: tuple[type[Exception], ...] = REFUSED
) -> Result | None:
    """
    Return what `write` returns; None if objects must be written one by one, and nothing is left of the try.

    Args:
        write: writes objects together; must not return None
        using: the alias they are written over
        sender: the class that tries it
        refused: what ends the try
    """
    before = dict(events_queue.get())
    try:
        with transaction.atomic(using=using):
            return write()
    except refused as error:
        if not refuses_row(error):
            raise
        if not before:
            clear_events.send(sender=sender)
        events_queue.set(before)
        # It has noted which deletions were logged.
        clear_signal_history(sender=sender)
        return None


def validate_together(instances: Sequence[Model], using: str) -> None:
    """
    Validate objects of one type that are to be written together: what each would ask the database is asked once.

    Raises:
        ValidationError, NotTogether: not all of them are certainly fine
    """
    model = type(instances[0])
    with validating_together(model, using):
        for instance in instances:
            instance.full_clean()
    if not (are_unlike(unique_fields(model), instances, using) and meet_rules(model, instances, using)):
        raise NotTogether


def meet_rules(model: type[Model], instances: Sequence[Model], using: str) -> bool:
    """Whether objects certainly meet the constraints and the conditions of their type, if all are written."""
    asked = [found for found in (constraints_of(model), conditions_of(model)) if found is not None]
    return all(found.met_by_all(model, instances, using) for found in asked)


def create_together(instances: Sequence[Model], using: str, tags: Sequence[Sequence[Tag] | None] = ()) -> None:
    """
    Insert new objects, validated and of one type, with what their references to many objects are to be linked to.

    Args:
        instances: the objects
        using: the alias they are written over
        tags: those of each object, see `tag_together`

    Raises:
        TargetGone: a target does not exist any more
        NotTogether: a receiver needs them one by one
    """
    parked = [parked_objects(instance) for instance in instances]
    linked = [target for links in parked for targets in links.values() for target in targets]
    with transaction.atomic(using=using, savepoint=False), written_together(type(instances[0]), using):
        hold_references_of_all(instances, using, linked=linked)
        _announce(pre_save, instances, using)
        type(instances[0]).objects.using(using).bulk_create(instances)
        insert_links_of_all(((instance, take_parked_objects(instance)) for instance in instances), using)
        with _without_links(instances):
            _announce(post_save, instances, using, created=True)
            tag_together(instances, tags, using)


def update_together(instances: Sequence[Model], using: str) -> None:
    """
    Write changed objects, validated and of one type, to their rows; links and tags are left to the caller.

    Raises:
        NotTogether: one of them is gone, PostgreSQL is to compute a value, or a receiver needs them one by one
    """
    with transaction.atomic(using=using, savepoint=False), written_together(type(instances[0]), using):
        # What is missing is judged object by object: it may have been missing before.
        hold(targets_of(found for instance in instances for found in references_of(instance)), using)
        _announce(pre_save, instances, using)
        if not update_rows(instances, using):
            raise NotTogether
        _announce(post_save, instances, using, created=False)


def update_with_links(changes: Iterable[tuple[Model, Callable[[], None] | None]], using: str) -> None:
    """
    Write changed objects as `update_together` does, and their links and tags.

    Those have change records of their own, which come right after that of their object.

    Args:
        changes: objects, each with what changes its links and tags, None if they stay as they are
        using: the alias they are written over
    """
    together = []
    for instance, change_links in changes:
        together.append(instance)
        if change_links is not None:
            update_together(together, using)
            together = []
            change_links()
    if together:
        update_together(together, using)


def delete_together(instances: Sequence[Model], using: str) -> None:
    """
    Delete objects of one type, in the order of their ids, which nothing refers to and no logged object goes with.

    Raises:
        NotTogether: something does, one of them is gone, or a receiver needs them one by one
        ProtectedError, RestrictedError, AbortRequest: one of them cannot be deleted
    """
    model, pks = type(instances[0]), [instance.pk for instance in instances]
    if in_replay() or fit(model, using) is not model or model.delete is not DeletesSafely.delete:
        raise NotTogether
    with transaction.atomic(using=using, savepoint=False), hiding_protectors(), written_together(model, using):
        if len(lock_for_deletion(model, pks, using)) < len(pks):
            raise NotTogether
        if is_referred_to(world(using), model._meta.label_lower, pks, using):
            raise NotTogether
        collector = CollectorOfMany(using=using, origin=model.objects.using(using).filter(pk__in=pks))
        collector.collect(instances)
        if collector.takes_others_along():
            raise NotTogether
        for instance in instances:
            instance.__dict__[LAST_NAME] = str(instance)
        collector.delete()
    for instance in instances:
        _forget(instance)


def _forget(instance: Model) -> None:
    """Take from a deleted object what its record and its event were made of: its event keeps it until the end."""
    for name in ('_prefetched_objects_cache', '_prechange_payload'):
        instance.__dict__.pop(name, None)
    instance._state.peers = ()


def _announce(signal, instances: Sequence[Model], using: str, **more) -> None:
    with listening():
        arguments = {'raw': False, 'using': using, 'update_fields': None, **more}
        send_for_each(signal, type(instances[0]), [(instance, arguments) for instance in instances])


@contextmanager
def _without_links(instances: Sequence[Model]) -> Iterator[None]:
    """Answer, without a query, what new objects are linked to and tagged with: nothing but what is known already."""
    opts = instances[0]._meta
    nothing = {TAGS: Tag.objects.none()}
    for field in opts.local_many_to_many:
        if isinstance(field, LinkField):
            nothing[field.name] = (
                Targets(list) if isinstance(field, GenericLinks) else field.related_model.objects.none()
            )
    for found in nothing.values():
        found._result_cache, found._prefetch_done, found.is_known_to_be_empty = [], True, True
    caches = [instance.__dict__.setdefault('_prefetched_objects_cache', {}) for instance in instances]
    for cache in caches:
        cache.update({name: found for name, found in nothing.items() if name not in cache})
    try:
        yield
    finally:
        for cache in caches:
            for name in [name for name, found in cache.items() if found is nothing.get(name)]:
                del cache[name]
