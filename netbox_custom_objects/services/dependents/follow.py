"""
Renames that are followed: by the display expression of the field's type always, by other data if a user asks for it.

May import the kinds. Everything is written in the transaction of the rename, and logged as a change.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import router
from django.utils.translation import gettext as _

from ...exceptions import SchemaChangeRefused
from ...models import CustomObjectType
from ...models.rows.convert import field_definition
from ...models.rows.loader import type_definition
from ...runtime.classes.world import World
from ...runtime.context import current_alias
from .find import allowed, rows_that_mention, subject_of
from .kinds import KINDS, DisplayExpressions, Kind, OwnFilters
from .subject import Subject


@contextmanager
def updating_dependents(field, user) -> Iterator[None]:
    """
    Write the new name that a CustomObjectTypeField is saved under within into what mentions the old one.

    The display expression follows without being asked to, see `follow_rename`.

    Args:
        field: the field, which is not new
        user: only what this user may change is rewritten
    """
    using = current_alias()
    before = subject_of(field, using, name=field._loaded_name)
    yield
    if field.name == before.field.name:
        return
    for kind in KINDS:
        if not kind.always_follows and router.db_for_write(kind.model) == using:
            _follow(kind, before, field.name, user)


def follow_rename(field, using: str) -> None:
    """
    Write the new name of a field into the display expression of its type, and into filters that name it as a value.

    Args:
        field: the CustomObjectTypeField, which is saved under its new name
        using: the alias that it is saved over

    Raises:
        SchemaChangeRefused: the display expression would be too long
    """
    type_row = CustomObjectType.objects.using(using).filter(pk=field.custom_object_type_id).first()
    if type_row is None:
        return
    # What follows looks at no other types: the World, which has just changed, need not be loaded.
    subject = Subject(World({}), type_definition(type_row), field_definition(field, name=field._loaded_name))
    filters = OwnFilters()
    for row in filters.rows(subject).using(using):
        if filters.mentions(row, subject):
            row.snapshot()
            filters.rename(row, subject, field.name)
            row.save(using=using)
    kind = DisplayExpressions()
    if not kind.mentions(type_row, subject):
        return
    type_row.snapshot()
    kind.rename(type_row, subject, field.name)
    limit = CustomObjectType._meta.get_field('display_expression').max_length
    if len(type_row.display_expression) > limit:
        message = _('With this name, the display expression of the type would exceed {limit} characters.')
        raise SchemaChangeRefused(message.format(limit=limit))
    type_row.save(using=using)
    # The type that the field holds must not be saved with the old expression.
    field.custom_object_type.display_expression = type_row.display_expression


def _follow(kind: Kind, subject: Subject, name: str, user) -> None:
    rows = [row for row, _mentions in rows_that_mention(kind, subject) if kind.follows(row, subject)]
    may_change = allowed(kind.model, user, 'change', [row.pk for row in rows])
    for row in rows:
        if row.pk in may_change:
            if hasattr(row, 'snapshot'):
                row.snapshot()
            kind.rename(row, subject, name)
            row.save()
