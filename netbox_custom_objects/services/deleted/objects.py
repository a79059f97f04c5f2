"""
Deleted objects, which the change log brings back: with their links, their attachments, and references to them.

May import models and runtime. Objects that were deleted along with their type come back with it (`definitions`).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.choices import ObjectChangeActionChoices
from core.models import ObjectChange
from extras.models import Tag
from utilities.exceptions import AbortRequest
from utilities.serialization import deserialize_object

from ...constants import APP_LABEL
from ...ddl.target import MAIN_ALIAS
from ...definitions import FieldDefinition, model_name
from ...exceptions import RestoreRefused
from ...field_types import field_type_of
from ...field_types.polymorphic.keys import content_type_id_of, key_from_payload
from ...models.attachments import count_lost, give_back, logged_attachments
from ...models.change_data import RETIRED_VALUES, DeserializedObject, by_key, serialize
from ...runtime.classes.constraints import violations_refused
from ...runtime.classes.memo import surfaced_fields
from ...runtime.inbound.holding import missing_targets_allowed
from ..upkeep.integrity import find_dangling, release
from ..upkeep.schemas import all_or_nothing

# More objects are not restored at once: each is saved, logged and indexed by itself.
OBJECTS_AT_ONCE = 1_000

# Whether an object is there, by its model and primary key.
Known = dict[tuple[type[Model], object], bool]

CREATE, UPDATE = ObjectChangeActionChoices.ACTION_CREATE, ObjectChangeActionChoices.ACTION_UPDATE
DELETE = ObjectChangeActionChoices.ACTION_DELETE


@dataclass(slots=True)
class RestoredObjects:
    """How many objects came back, which refer to them again, and how many references led nowhere and were cleared."""

    ids: list[int] = field(default_factory=list)
    linked: int = 0
    cleared: int = 0
    # A sentence about what hung on them and needs what was deleted meanwhile.
    left_out: list[str] = field(default_factory=list)


def deleted_objects(model: type, alias: str) -> QuerySet:
    """Return the last change record of each object of a type that is not there, newest first."""
    records = ObjectChange.objects.using(alias).filter(
        action=DELETE, changed_object_type=ContentType.objects.get_for_model(model), prechange_data__isnull=False
    )
    later = records.filter(changed_object_id=OuterRef('changed_object_id'), pk__gt=OuterRef('pk'))
    there = model.objects.using(alias).filter(pk=OuterRef('changed_object_id'))
    return records.exclude(Exists(later)).exclude(Exists(there)).order_by('-pk')


def restore_objects(user, model: type, records: Collection[ObjectChange], alias: str) -> RestoredObjects:
    """
    Create deleted objects again, with their former IDs, in the name of a user; all of them or none.

    The schema's branch must be active. Changes are logged if there is a current request.

    Args:
        user: who must have the right to add each of them; only what the user may change refers to them again
        model: the class of their type
        records: what `deleted_objects` returned
        alias: connection alias of the schema

    Raises:
        PermissionDenied: the user may not add one of them
        RestoreRefused: one is there again, or something else has taken a value that must be unique
        AbortRequest: another request has just taken such a value
        BranchClosed: the branch is being merged
    """
    found = {record.changed_object_id: record for record in records}
    with all_or_nothing(alias), missing_targets_allowed(), violations_refused(model, alias):
        if model.objects.using(alias).filter(pk__in=found).exists():
            raise RestoreRefused(_('Some of these objects have been restored meanwhile.'))
        data, tags = without_gone_tags({pk: data_before(record) for pk, record in found.items()}, alias)
        bring_back(model._type_id, data, alias, check=True)
        if model.objects.using(alias).restrict(user, 'add').filter(pk__in=found).count() != len(found):
            raise PermissionDenied()
        requests = {record.request_id for record in records}
        left_out = bring_back_attached(model._type_id, _deletions(alias, requests), found, alias)
        if alias == MAIN_ALIAS:
            left_out += count_lost(model._type_id, alias, found)
            give_back(model._type_id, alias, found)
        restored = RestoredObjects(list(found), linked=_link_again(user, model, found, requests, alias))
        restored.left_out = describe_lost(tags, left_out)
        while dangling := list(find_dangling(alias, {model._type_id}, found)):
            release(alias, dangling)
            restored.cleared += len(dangling)
    return restored


def data_before(record: ObjectChange) -> dict:
    """
    Return the change data that an object had before the request that deleted it.

    Its links may have been removed one by one before the object was.
    """
    earlier = ObjectChange.objects.using(record._state.db).filter(
        request_id=record.request_id,
        changed_object_type=record.changed_object_type_id,
        changed_object_id=record.changed_object_id,
        pk__lt=record.pk,
        prechange_data__isnull=False,
    )
    first = earlier.order_by('pk').first()
    return {**(first or record).prechange_data, **retired(record.prechange_data)}


def retired(data: dict) -> dict:
    """Return the part of change data that holds values of fields which were deleted before the object."""
    return {RETIRED_VALUES: data[RETIRED_VALUES]} if RETIRED_VALUES in data else {}


def bring_back(type_id: int, objects: dict[int, dict], alias: str, check: bool = False) -> None:
    """
    Create objects of a type again, then link them: they may refer to one another.

    Args:
        type_id: the type
        objects: {id: change data}
        alias: connection alias of the schema
        check: whether others may have taken unique values meanwhile

    Raises:
        RestoreRefused: they have, or a field cannot hold what it held before
    """
    if not objects:
        return
    model, known = apps.get_model(APP_LABEL, model_name(type_id)), {}
    made = [_create(model, pk, data, alias, check, known) for pk, data in objects.items()]
    for deserialized in made:
        for name, targets in deserialized.m2m_data.items():
            getattr(deserialized.object, name).set(targets)


def _create(model: type, pk: int, data: dict, alias: str, check: bool, known: Known) -> DeserializedObject:
    """Write an object without its links, and return it with them; an owner that is gone is left out."""
    name = f'{model._meta.verbose_name} {pk}'
    try:
        deserialized = model.deserialize_object(data, pk=pk)
        instance, name = deserialized.object, str(deserialized.object)
        for key, value in retired(data).items():
            setattr(instance, key, value)
        clear_gone(instance, ('owner',), alias, known)
        if check:
            instance.validate_unique()
            instance.validate_constraints()
        instance.save(using=alias, force_insert=True)
    except (ValidationError, DataError) as error:
        # Fields may have been converted meanwhile, to fewer digits, too.
        is_known = isinstance(error, ValidationError)
        reasons = ' '.join(error.messages) if is_known else _('A field can no longer hold its value.')
        message = _('{object} cannot be restored: {reasons}')
        raise RestoreRefused(message.format(object=name, reasons=reasons)) from error
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, 'diag', None), 'constraint_name', None) != f'{model._meta.db_table}_pkey':
            raise
        # Of two requests at once, neither sees what the other writes.
        raise RestoreRefused(_('Some of these objects have been restored meanwhile.')) from error
    times = {key: data[key] for key in ('created', 'last_updated') if data.get(key)}
    model.objects.using(alias).filter(pk=pk).update(**times)
    return deserialized


def without_gone_tags(objects: dict[int, dict], alias: str) -> tuple[dict[int, dict], set[str]]:
    """Return change data of objects without tags that were deleted meanwhile, and the names of these."""
    named = {name for data in objects.values() for name in data.get('tags') or ()}
    gone = named - {*Tag.objects.using(alias).filter(name__in=named).values_list('name', flat=True)}
    if not gone:
        return objects, gone
    kept = {pk: [name for name in data.get('tags') or () if name not in gone] for pk, data in objects.items()}
    return {pk: {**data, 'tags': kept[pk]} for pk, data in objects.items()}, gone


def describe_lost(tags: Collection[str], attached: Counter) -> list[str]:
    """Return sentences about what hung on objects and does not come back: names of tags, and attachments by model."""
    sentences = []
    if tags:
        sentences.append(_('Tags that have been deleted: {names}.').format(names=', '.join(sorted(tags))))
    counts = [
        f'{count} {model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural}'
        for model, count in attached.items()
    ]
    if counts:
        text = _('What needs users, tags or other objects that have been deleted: {counts}.')
        sentences.append(text.format(counts=', '.join(sorted(counts))))
    return sentences


def bring_back_attached(
    type_id: int, deletions: QuerySet, pks: Collection[int], alias: str, dry_run: bool = False
) -> Counter:
    """
    Create the journal entries, images and contacts again that were deleted, and logged, along with objects.

    Those that need what was deleted since, such as a contact, stay away: they are returned, counted by model.

    Args:
        type_id: the type of the objects
        deletions: change records among which theirs are
        pks: the ids of the objects
        alias: connection alias of the schema
        dry_run: only count
    """
    content_type, known = ContentType.objects.filter(app_label=APP_LABEL, model=model_name(type_id)).first(), {}
    lost: Counter = Counter()
    for model, type_field, id_field in logged_attachments(type_id) if pks else ():
        names = [found.name for found in model._meta.concrete_fields]
        for record in newest(deletions.filter(changed_object_type=ContentType.objects.get_for_model(model))):
            data = record.prechange_data_clean
            if data.get(type_field) != content_type.pk or data.get(id_field) not in pks:
                continue
            deserialized = deserialize_object(model, data, pk=record.changed_object_id)
            if not clear_gone(deserialized.object, names, alias, known):
                lost[model] += 1
            elif not dry_run:
                deserialized.object.save(using=alias, force_insert=True)
                for name, targets in deserialized.m2m_data.items():
                    getattr(deserialized.object, name).set(targets)
    return lost


def fill_returned(deletion: ObjectChange, model: type, alias: str) -> list[str]:
    """
    Give objects the values of a field that is there again, if they were deleted before it and came back before it.

    Args:
        deletion: the record of the field's deletion
        model: the class of its type
        alias: connection alias of the schema

    Returns:
        A sentence about values that the field cannot hold, as it was converted since, or another object has them.
    """
    key, unfit = deletion.prechange_data['payload_key'], 0
    records = ObjectChange.objects.using(alias).filter(changed_object_type=ContentType.objects.get_for_model(model))
    since = records.filter(
        action=CREATE, changed_object_id=OuterRef('changed_object_id'), pk__gt=OuterRef('pk'), pk__lt=deletion.pk
    )
    found = records.filter(
        action=DELETE,
        pk__lt=deletion.pk,
        changed_object_id__in=model.objects.using(alias).values('pk'),
        prechange_data__isnull=False,
    )
    for record in newest(found.exclude(Exists(since)).order_by('-pk')):
        data = by_key(model, data_before(record))
        if key in data:
            instance = model.objects.using(alias).get(pk=record.changed_object_id)
            instance.snapshot()
            try:
                with transaction.atomic(using=alias):
                    setattr(instance, key, data[key])
                    instance.save(using=alias)
            except (ValidationError, DataError, IntegrityError, AbortRequest):
                unfit += 1
    text = ngettext(
        'The value of {count} object, which the field cannot hold any more.',
        'The values of {count} objects, which the field cannot hold any more.',
        unfit,
    )
    return [text.format(count=unfit)] if unfit else []


def clear_gone(row: Model, names: Iterable[str], alias: str, known: Known) -> bool:
    """
    Clear references of a row to what was deleted meanwhile; return whether all is there that it must refer to.

    Args:
        row: is about to be written
        names: of the fields that are looked at
        alias: connection alias of the schema
        known: what was looked up for other rows
    """
    for key in map(row._meta.get_field, names):
        pk = getattr(row, key.attname)
        if key.remote_field is None or pk is None:
            continue
        target = key.remote_field.model
        if (target, pk) not in known:
            objects = target._base_manager.using(alias)
            known[target, pk] = objects.filter(**{key.target_field.attname: pk}).exists()
        if not known[target, pk]:
            if not key.null:
                return False
            setattr(row, key.attname, None)
    return True


def newest(records: Iterable[ObjectChange]) -> Iterator[ObjectChange]:
    """
    Yield the first record of each object, of records of one model, newest first.

    What a merge has deleted is deleted by the same request once more if the branch is reverted and merged again.
    """
    seen = set()
    for record in records:
        if record.changed_object_id not in seen:
            seen.add(record.changed_object_id)
            yield record


def _deletions(alias: str, requests: Iterable) -> QuerySet:
    return ObjectChange.objects.using(alias).filter(request_id__in=requests, action=DELETE).order_by('-pk')


def _link_again(user, model: type, pks: Collection[int], requests: Iterable, alias: str) -> int:
    """Return how many references came back that were cleared when their targets were deleted, and not set since."""
    updates = ObjectChange.objects.using(alias).filter(
        request_id__in=requests,
        action=UPDATE,
        changed_object_type__app_label=APP_LABEL,
        prechange_data__isnull=False,
        postchange_data__isnull=False,
    )
    count = 0
    for record in updates.select_related('changed_object_type').order_by('pk'):
        referrers = record.changed_object_type.model_class()
        if hasattr(referrers, '_type_id'):
            candidates = referrers.objects.using(alias).restrict(user, 'change')
            if (referrer := candidates.filter(pk=record.changed_object_id).first()) is not None:
                count += _refer_again(referrer, record, model, pks, alias)
    return count


def _refer_again(referrer, record: ObjectChange, model: type, pks: Collection[int], alias: str) -> int:
    before, after = (by_key(type(referrer), data) for data in (record.prechange_data, record.postchange_data))
    now, wanted, count = serialize(referrer), {}, 0
    for definition in surfaced_fields(type(referrer)):
        key, field_type = definition.payload_key, field_type_of(definition)
        if not field_type.is_reference or before.get(key) == after.get(key):
            continue
        if field_type.many:
            held = now.get(key) or []
            lost = [entry for entry in before.get(key) or [] if entry not in (after.get(key) or [])]
            again = [entry for entry in lost if entry not in held and _denotes(definition, entry, model, pks)]
            former = [entry for entry in before.get(key) or [] if entry in held or entry in again]
            wanted |= {key: [*former, *(entry for entry in held if entry not in former)]} if again else {}
            count += len(again)
        elif now.get(key) is None and _denotes(definition, before.get(key), model, pks):
            wanted[key] = before[key]
            count += 1
    if wanted:
        referrer.snapshot()
        for key, value in wanted.items():
            setattr(referrer, key, value)
        # Its type may have constraints of its own.
        with violations_refused(type(referrer), alias):
            referrer.save(using=alias)
    return count


def _denotes(definition: FieldDefinition, entry, model: type, pks: Collection[int]) -> bool:
    """Whether a piece of a reference's change data is about one of some objects."""
    if definition.is_polymorphic:
        content_type, pk = key_from_payload(entry) or (None, None)
        return pk in pks and content_type == content_type_id_of(APP_LABEL, model._meta.model_name)
    return definition.target is not None and definition.target.type_id == model._type_id and entry in pks
