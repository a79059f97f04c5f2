"""
Filters that read whole tables: which fields of large tables people filter by that have no index.

Requests are sampled, and counted in NetBox's cache: nothing is written to the database, and most requests do nothing.
"""

from collections.abc import Iterable
from random import random

from django.core.cache import cache

from ... import settings
from ...constants import APP_LABEL
from ...ddl.target import Target
from ...ddl.upkeep.sizes import estimated_rows
from ...definitions import FieldDefinition, TypeDefinition
from ...field_types import field_type_of

# One request of so many is counted, for all of them; a count is forgotten a month after it began.
SAMPLED = 20
REMEMBERED = 30 * 24 * 3600
# How long the size of a table counts.
SIZE_REMEMBERED = 3600


def note_filters(definition: TypeDefinition, alias: str, fields: Iterable[FieldDefinition]) -> None:
    """
    Count filters by fields without an index, if this request is one of those that are looked at.

    Args:
        definition: the type whose objects are filtered
        alias: the schema that is read
        fields: the fields by which they are filtered
    """
    if random() * SAMPLED >= 1:
        return
    read = [field for field in fields if may_be_indexed(field)]
    if not read or not _is_large(definition, alias):
        return
    for field in read:
        if not cache.add(key := _key(field.id), SAMPLED, REMEMBERED):
            cache.incr(key, SAMPLED)


def may_be_indexed(field: FieldDefinition) -> bool:
    """Whether a field has no index, and can have one."""
    field_type = field_type_of(field)
    return field_type.index_allowed and not field.indexed and not field_type.is_unique(field)


def filters_without_index(fields: Iterable[FieldDefinition]) -> dict[int, int]:
    """Return {field id: about how often objects were filtered by it} of those that read whole tables."""
    keys = {_key(field.id): field.id for field in fields if may_be_indexed(field)}
    return {keys[key]: count for key, count in cache.get_many(keys).items()} if keys else {}


def _is_large(definition: TypeDefinition, alias: str) -> bool:
    key = f'{APP_LABEL}:rows:{alias}:{definition.id}'
    rows = cache.get(key)
    if rows is None:
        rows = estimated_rows(Target.for_alias(alias), definition.table)
        cache.set(key, rows, SIZE_REMEMBERED)
    return rows > settings.get('inline_row_limit')


def _key(field_id: int) -> str:
    return f'{APP_LABEL}:unindexed:{field_id}'
