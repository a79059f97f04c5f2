"""
Tags of many new objects: rows of tags and the completed change records are written by a statement each.

Receivers get the same signals as from NetBox's manager of tags. NetBox's own receiver, which completes the record of an
object, reads the object again and queues its event, is replaced: this module does so for all objects at once.
"""

from collections.abc import Sequence
from functools import cached_property

from django.contrib.contenttypes.models import ContentType
from django.db import router
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_save, pre_save
from django_prometheus.models import model_updates

from core.choices import ObjectChangeActionChoices
from core.events import OBJECT_UPDATED
from core.models import ObjectChange
from extras.events import enqueue_event
from extras.models import Tag, TaggedItem
from netbox.context import current_request, events_queue

from ..models.receivers import send_for_each
from ..models.records import listening, stored_records
from ..models.together import NotTogether
from ..runtime.statements import update_rows

# What a record derives from its data, and caches.
DERIVED = [name for name, found in vars(ObjectChange).items() if isinstance(found, cached_property)]


def tag_together(instances: Sequence[Model], tags: Sequence[Sequence[Tag] | None], using: str) -> None:
    """
    Tag new objects; must be called within `written_together`, after their creations are logged.

    Args:
        instances: objects of one type that have just been inserted
        tags: those of each; none at all are taken away, and where None is given nothing is done
        using: the alias the objects were inserted over

    Raises:
        NotTogether: a receiver needs the objects one by one
        AbortRequest: a tag is not for objects of this type
    """
    given = [(instance, list(dict.fromkeys(found))) for instance, found in zip(instances, tags) if found is not None]
    cleared = [(instance, None) for instance, found in given if not found]
    _send(('pre_clear', 'post_clear'), cleared)
    tagged = [(instance, found) for instance, found in given if found]
    if not tagged:
        return
    _send(('pre_add',), tagged)
    content_type = ContentType.objects.get_for_model(tagged[0][0])
    TaggedItem.objects.using(_alias(tagged[0][0])).bulk_create([
        TaggedItem(tag=tag, content_type=content_type, object_id=instance.pk)
        for instance, found in tagged
        for tag in found
    ])  # fmt: skip
    for instance, found in tagged:
        _know(instance, found)
    _send(('post_add',), tagged)
    _complete(tagged, using)


def _send(actions: Sequence[str], tagged: Sequence[tuple[Model, list[Tag] | None]]) -> None:
    for action in actions if tagged else ():
        calls = [
            (
                instance,
                {
                    'action': action,
                    'reverse': False,
                    'model': Tag,
                    'pk_set': None if tags is None else {tag.pk for tag in tags},
                    'using': _alias(instance),
                },
            )
            for instance, tags in tagged
        ]
        with listening():
            send_for_each(m2m_changed, TaggedItem, calls)


def _alias(instance: Model) -> str:
    return router.db_for_write(TaggedItem, instance=instance)


def _know(instance: Model, tags: list[Tag]) -> None:
    """Have an object answer without a query what it was tagged with."""
    known = instance.__dict__.setdefault('_prefetched_objects_cache', {})
    known.pop('tags', None)
    found = instance.tags.get_queryset()
    found._result_cache, found._prefetch_done = tags, True
    known['tags'] = found


def _complete(tagged: Sequence[tuple[Model, list[Tag]]], using: str) -> None:
    """Do what NetBox does when an object is tagged whose creation the same request has logged."""
    if (request := current_request.get()) is None:
        return
    instances = [instance for instance, _tags in tagged]
    records = stored_records(instances)
    for instance, record in zip(instances, records):
        for name in DERIVED:
            record.__dict__.pop(name, None)
        record.postchange_data = instance.to_objectchange(ObjectChangeActionChoices.ACTION_UPDATE).postchange_data
    alias = router.db_for_write(ObjectChange, instance=records[0])
    arguments = {'raw': False, 'using': alias, 'update_fields': None}
    send_for_each(pre_save, ObjectChange, [(record, arguments) for record in records])
    if not update_rows(records, alias):
        raise NotTogether
    send_for_each(post_save, ObjectChange, [(record, {**arguments, 'created': False}) for record in records])
    read = ReadObjects(instances, using)
    queue = events_queue.get()
    for instance in instances:
        instance.refresh_from_db(from_queryset=read)
        enqueue_event(queue, instance, request, OBJECT_UPDATED)
        model_updates.labels(instance._meta.model_name).inc()
    events_queue.set(queue)


class ReadObjects:
    """What `refresh_from_db` asks of a queryset, for objects that are read by one statement."""

    def __init__(self, instances: Sequence[Model], using: str):
        self.objects = type(instances[0])._base_manager.using(using).in_bulk([instance.pk for instance in instances])
        self.pk: int | None = None

    def filter(self, pk: int) -> 'ReadObjects':
        self.pk = pk
        return self

    def get(self) -> Model:
        return self.objects[self.pk]
