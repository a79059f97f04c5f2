"""
What is checked of many objects at once: the checks of each of them need not ask the database again.

May import django only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models

# Objects that are validated one after the other, and written together if all are valid.
_validated: ContextVar[list[models.Model] | None] = ContextVar('netbox_custom_objects_validated', default=None)


@contextmanager
def validating_together() -> Iterator[list[models.Model]]:
    """
    Validate objects one after the other.

    The caller checks the rules of all of them afterwards, and that what they refer to exists: that it was read just
    before is enough until then.

    Yields:
        the objects, as they were validated
    """
    reset = _validated.set(validated := [])
    try:
        yield validated
    finally:
        _validated.reset(reset)


def validated_together() -> list[models.Model] | None:
    """Return the list to which an object is to be added whose rules are checked later; None if they are not."""
    return _validated.get()


def known_references(instance: models.Model) -> set[str]:
    """Return the names of those columns of an object whose targets were read."""
    if _validated.get() is None:
        return set()
    return {
        column.name
        for column in instance._meta.concrete_fields
        if column.many_to_one
        and (target := column.get_cached_value(instance, default=None)) is not None
        and target.pk == getattr(instance, column.attname)
    }
