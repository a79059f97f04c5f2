"""
Change records of objects that are written together: NetBox's receivers make each, and one statement stores them all.

NetBox calls `to_objectchange()` of an object, completes what it returns, and calls its `save()`. Within
`written_together` that keeps the record, in its order, until it is needed or the block ends.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from django.contrib.contenttypes.models import ContentType
from django.db import connections, models, router
from django.db.models.signals import post_save, pre_save

from core.models import ObjectChange

from .receivers import send_for_each
from .together import Listener, NotTogether

# (content type id, object id)
Key = tuple[int, int]


class Waiting:
    """The records that wait, and what happens meanwhile."""

    def __init__(self, model: type[models.Model], using: str):
        self.records: dict[Key, ObjectChange] = {}
        # Those that were kept, and are stored.
        self.stored: dict[Key, ObjectChange] = {}
        self.listener = Listener(model)
        self.connection = connections[using]
        self.savepoints = self._savepoints()
        self.was_within_savepoint = False

    def _savepoints(self) -> list[str]:
        return [savepoint for savepoint in self.connection.savepoint_ids if savepoint]

    def is_within_savepoint(self) -> bool:
        """Whether a receiver may undo what is written now: what waits would be lost, or stay, without a reason."""
        found = self._savepoints() != self.savepoints
        self.was_within_savepoint |= found
        return found


_waiting: ContextVar[Waiting | None] = ContextVar('netbox_custom_objects_change_records', default=None)


@contextmanager
def written_together(model: type[models.Model], using: str) -> Iterator[None]:
    """
    Keep the records of changes of custom objects, and store them when the block ends; if it fails, forget them.

    Args:
        model: of the objects that are written
        using: the alias they are written over

    Raises:
        NotTogether: a receiver wrote within a savepoint of its own, or asked for such objects or for their records
    """
    if _waiting.get() is not None:
        yield
        return
    reset = _waiting.set(waiting := Waiting(model, using))
    try:
        with waiting.connection.execute_wrapper(waiting.listener):
            yield
        write_waiting()
    finally:
        _waiting.reset(reset)
        if waiting.was_within_savepoint or waiting.listener.has_heard:
            raise NotTogether


@contextmanager
def listening() -> Iterator[None]:
    """Call receivers within `written_together`; raise NotTogether if they asked for what must not be asked for."""
    listener = _waiting.get().listener
    listener.is_listening = True
    yield
    listener.is_listening = False
    if listener.has_heard:
        raise NotTogether


def kept(record: ObjectChange) -> ObjectChange:
    """Return a record that was just made; within `written_together`, saving it keeps it."""
    waiting = _waiting.get()
    if waiting is not None and not waiting.is_within_savepoint():
        if _key(record) in waiting.records:
            # NetBox looks for the record that the request has made of an object already.
            write_waiting()
        record.save = partial(_keep, record)
    return record


def write_waiting() -> None:
    """Store what is kept: before a record of anything else is saved, whose place is behind it."""
    waiting = _waiting.get()
    if waiting is None or waiting.is_within_savepoint() or not waiting.records:
        return
    records = list(waiting.records.values())
    waiting.stored |= waiting.records
    waiting.records.clear()
    using = router.db_for_write(ObjectChange, instance=records[0])
    arguments = {'raw': False, 'using': using, 'update_fields': None}
    send_for_each(pre_save, ObjectChange, [(record, arguments) for record in records])
    ObjectChange.objects.using(using).bulk_create(records)
    send_for_each(post_save, ObjectChange, [(record, {**arguments, 'created': True}) for record in records])


def stored_records(instances: Sequence[models.Model]) -> list[ObjectChange]:
    """
    Store what is kept, and return the record of each object, which was kept within the same `written_together`.

    Raises:
        NotTogether: one of them was not
    """
    write_waiting()
    content_type = ContentType.objects.get_for_model(instances[0])
    try:
        return [_waiting.get().stored[content_type.pk, instance.pk] for instance in instances]
    except KeyError:
        raise NotTogether from None


def _keep(record: ObjectChange) -> None:
    """Complete a record as its `save` does."""
    del record.save
    record.user_name = record.user_name or record.user.username
    record.object_repr = record.object_repr or str(record.changed_object)
    _waiting.get().records[_key(record)] = record


def _key(record: ObjectChange) -> Key:
    return record.changed_object_type_id, record.changed_object_id
