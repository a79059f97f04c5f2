"""
Requests that changed a type, its fields or its constraints; what a branch brought or took back stands by itself.

May import models and the change log. Queries do not grow with what a page shows.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import BigIntegerField, Max, Q, QuerySet, Value

from core.models import ObjectChange

from ...models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ...runtime import extensions
from .sentences import Edit, edits_of

# (request id, id of the merge or revert that repeated it)
Key = tuple


@dataclass(frozen=True, slots=True)
class Revision:
    """What one request changed."""

    time: object
    user: str
    message: str
    request_id: object
    edits: tuple[Edit, ...]
    # How it came here if a branch brought it, such as "Merged from branch x"; '' otherwise.
    origin: str = ''
    origin_url: str = ''


def records_of(custom_object_type: CustomObjectType) -> QuerySet:
    """Return the records of a type, its fields and its constraints, deleted ones included; each with its `replay`."""
    pk = custom_object_type.pk
    type_type = ContentType.objects.get_for_model(CustomObjectType)
    parts = [ContentType.objects.get_for_model(part) for part in (CustomObjectTypeField, CustomObjectTypeConstraint)]
    of_type = Q(prechange_data__custom_object_type=pk) | Q(postchange_data__custom_object_type=pk)
    found = ObjectChange.objects.filter(
        Q(changed_object_type=type_type, changed_object_id=pk) | Q(Q(changed_object_type__in=parts) & of_type)
    )
    if extensions.with_replays is None:
        return found.annotate(replay=Value(None, output_field=BigIntegerField()))
    return extensions.with_replays(found)


def keys_of(records: QuerySet) -> QuerySet:
    """Return {request_id, replay} of what is one revision each, newest first."""
    groups = records.order_by().values('request_id', 'replay').annotate(latest=Max('time'))
    return groups.order_by('-latest', 'request_id')


def revisions(records: QuerySet, groups: Iterable[dict], user) -> list[Revision]:
    """
    Return revisions in the order of their groups.

    Args:
        records: as `records_of` returns them, restricted to what the user may view
        groups: some that `keys_of` returned
        user: who reads them
    """
    keys = [(group['request_id'], group['replay']) for group in groups]
    asked = records.filter(request_id__in={request_id for request_id, _replay in keys})
    found: dict[Key, list[ObjectChange]] = defaultdict(list)
    for record in asked.select_related('user', 'changed_object_type').order_by('time', 'pk'):
        found[record.request_id, record.replay].append(record)
    edits = edits_of([record for key in keys for record in found[key]], user)
    origins = _origins({replay for _request_id, replay in keys} - {None}, user)
    made = []
    for key in keys:
        if records := found[key]:
            origin, url = origins.get(key[1], ('', ''))
            made.append(_revision(records, [edit for edit in edits if edit.record in records], origin, url))
    return made


def _revision(records: list[ObjectChange], edits: list[Edit], origin: str, url: str) -> Revision:
    return Revision(
        time=records[-1].time,
        user=records[0].user_name,
        message=next((record.message for record in records if record.message), ''),
        request_id=records[0].request_id,
        edits=tuple(edits),
        origin=origin,
        origin_url=url,
    )


def _origins(replays: set[int], user) -> dict[int, tuple[str, str]]:
    return extensions.describe_replays(replays, user) if replays else {}
