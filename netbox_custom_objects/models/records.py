"""
Change records of objects that are written together: NetBox's receivers make each, and one statement stores them all.

NetBox calls `to_objectchange()` of an object, completes what it returns, and calls its `save()`. Within
`written_together` that keeps the record, in its order, until it is needed or the block ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from django.db import router
from django.db.models.signals import post_save, pre_save

from core.models import ObjectChange

# (content type id, object id)
Key = tuple[int, int]

_waiting: ContextVar[dict[Key, ObjectChange] | None] = ContextVar('netbox_custom_objects_change_records', default=None)


@contextmanager
def written_together() -> Iterator[None]:
    """Keep the records of changes of custom objects, and store them when the block ends; if it fails, forget them."""
    if _waiting.get() is not None:
        yield
        return
    reset = _waiting.set({})
    try:
        yield
        write_waiting()
    finally:
        _waiting.reset(reset)


def kept(record: ObjectChange) -> ObjectChange:
    """Return a record that was just made; within `written_together`, saving it keeps it."""
    waiting = _waiting.get()
    if waiting is not None:
        if _key(record) in waiting:
            # NetBox looks for the record that the request has made of an object already.
            write_waiting()
        record.save = partial(_keep, record)
    return record


def write_waiting() -> None:
    """Store what is kept: before a record of anything else is saved, whose place is behind it."""
    waiting = _waiting.get()
    if not waiting:
        return
    records = list(waiting.values())
    waiting.clear()
    using = router.db_for_write(ObjectChange, instance=records[0])
    signal = {'sender': ObjectChange, 'raw': False, 'using': using, 'update_fields': None}
    for record in records:
        pre_save.send(instance=record, **signal)
    ObjectChange.objects.using(using).bulk_create(records)
    for record in records:
        post_save.send(instance=record, created=True, **signal)


def _keep(record: ObjectChange) -> None:
    """Complete a record as its `save` does."""
    del record.save
    record.user_name = record.user_name or record.user.username
    record.object_repr = record.object_repr or str(record.changed_object)
    _waiting.get()[_key(record)] = record


def _key(record: ObjectChange) -> Key:
    return record.changed_object_type_id, record.changed_object_id
