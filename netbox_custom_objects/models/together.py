"""
What is checked of many objects at once: the checks of each of them need not ask the database again.

Receivers of other plugins may ask it nevertheless. What they find of the objects themselves depends on which of them
are written, so that the objects must be written one by one. May import django only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connections, models

# Objects of a type that are validated one after the other, and written together if all are valid.
_validated: ContextVar[tuple[type[models.Model], list[models.Model]] | None] = ContextVar(
    'netbox_custom_objects_validated', default=None
)
CHANGE_LOG = '"core_objectchange"'
# Looked up for a list before its receivers are called.
SUBSCRIPTIONS = 'INSERT INTO "extras_subscription"'


class NotTogether(Exception):
    """These objects must be written one by one; nothing remains of what was written, once its savepoint is undone."""


class Listener:
    """Notes whether a statement is about the objects of a type, reads the change log, or subscribes to something."""

    def __init__(self, model: type[models.Model]):
        self.table = f'"{model._meta.db_table}"'
        self.is_listening = self.has_heard = False

    def __call__(self, execute, sql, *arguments):
        if self.is_listening:
            text = str(sql)
            self.has_heard |= (
                self.table in text
                or (CHANGE_LOG in text and text.startswith('SELECT'))
                or text.startswith(SUBSCRIPTIONS)
            )
        return execute(sql, *arguments)


@contextmanager
def validating_together(model: type[models.Model], using: str) -> Iterator[list[models.Model]]:
    """
    Validate objects of a type one after the other.

    The caller checks the constraints of all of them afterwards, and that what they refer to exists: that it was read
    just before is enough until then.

    Yields:
        the objects, as they were validated

    Raises:
        NotTogether: a validator asked for objects of the type
    """
    listener, validated = Listener(model), []
    listener.is_listening = True
    reset = _validated.set((model, validated))
    try:
        with connections[using].execute_wrapper(listener):
            yield validated
    finally:
        _validated.reset(reset)
        if listener.has_heard:
            raise NotTogether


def validated_together(model: type[models.Model]) -> list[models.Model] | None:
    """Return the list to which an object of a type is to be added if its constraints are checked later; None if not."""
    found = _validated.get()
    return found[1] if found and found[0] == model else None


def joins_others(instance: models.Model) -> bool:
    """Whether what an object must meet is asked later, for it and for the others that are written with it."""
    others = validated_together(type(instance))
    if others is None:
        return False
    if not others or others[-1] is not instance:
        others.append(instance)
    return True


def known_references(instance: models.Model) -> set[str]:
    """Return the names of those columns of an object whose targets were read."""
    if validated_together(type(instance)) is None:
        return set()
    return {
        column.name
        for column in instance._meta.concrete_fields
        if column.many_to_one
        and (target := column.get_cached_value(instance, default=None)) is not None
        and target.pk == getattr(instance, column.attname)
    }
