"""
Restore: brings back deleted types and fields, with their values, from the change log and from what was retired.

May import models and runtime. Must never overwrite anything: what has taken a name meanwhile keeps it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.choices import ObjectChangeActionChoices
from core.models import ObjectChange
from utilities.serialization import deserialize_object

from ...constants import APP_LABEL
from ...ddl.locks import lock_definitions
from ...ddl.target import MAIN_ALIAS, Target
from ...ddl.upkeep.retention import Stored, retired_in
from ...definitions import (
    column_name,
    link_table_name,
    model_name,
    read_ids,
    table_name,
    type_id_from_model_name,
)
from ...exceptions import RestoreRefused
from ...field_types import field_type_named
from ...models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ...models.attachments import give_back
from ...runtime.inbound.holding import missing_targets_allowed
from ..preview import current_preview
from ..upkeep.integrity import find_dangling, release
from ..upkeep.schemas import OpenSchema
from .objects import bring_back, bring_back_attached, newest, retired


@dataclass(frozen=True, slots=True)
class RecordedDeletion:
    """The last deletion of a type or field that is not there, in one schema, as the change log has it."""

    schema: OpenSchema
    record: ObjectChange
    type_id: int
    # `server`, or `server.serial`.
    name: str
    # None if the type itself was deleted.
    field_id: int | None = None
    # Its tables or columns that are still there, out of use.
    kept: tuple[Stored, ...] = ()
    # Nothing needs to be kept of it, because its values are calculated.
    is_calculated: bool = False

    @property
    def is_kept(self) -> bool:
        return self.is_calculated or bool(self.kept)

    @property
    def key(self) -> str:
        """What it is called in the database: unique even if names were used again."""
        return table_name(self.type_id) if self.field_id is None else column_name(self.field_id)

    def describe(self) -> str:
        """Return what a person needs to choose it."""
        at = self.record.time.isoformat(timespec='seconds')
        return f'{self.name} ({self.key}), deleted {at} by {self.record.user_name}'


@dataclass(slots=True)
class Restored:
    """What came back along with a type or field, and how many references in it led nowhere and were cleared."""

    fields: int = 0
    objects: int = 0
    cleared: int = 0

    def describe(self) -> str:
        """Return a sentence, '' if there is nothing to say."""
        counts = [(self.fields, 'field'), (self.objects, 'object')]
        along = [f'{count} {noun}{"" if count == 1 else "s"}' for count, noun in counts if count]
        note = f'With {" and ".join(along)}.' if along else ''
        cleared = f'Cleared references to objects that no longer exist: {self.cleared}.' if self.cleared else ''
        return f'{note} {cleared}'.strip()


def find_deletions(schema: OpenSchema, type_id: int | None = None) -> list[RecordedDeletion]:
    """
    Return what was deleted in a schema and is not there now, newest first; what was purged is among it.

    Args:
        schema: where
        type_id: only fields of this type, which is there
    """
    of_type = {} if type_id is None else {'custom_object_type': type_id}
    types = dict(CustomObjectType.objects.using(schema.alias).values_list('pk', 'name'))
    fields = set(CustomObjectTypeField.objects.using(schema.alias).filter(**of_type).values_list('pk', flat=True))
    type_records = [] if of_type else list(_newest(schema.alias, CustomObjectType))
    records = _newest(schema.alias, CustomObjectTypeField, type_id)
    gone_fields = [record for record in records if record.changed_object_id not in fields]
    gone_types = [record for record in type_records if record.changed_object_id not in types]
    if not gone_fields and not gone_types:
        return []
    retired = retired_in(Target.for_alias(schema.alias))
    names = {record.changed_object_id: record.prechange_data['name'] for record in type_records} | types
    found = []
    for record in gone_types:
        pk = record.changed_object_id
        found.append(RecordedDeletion(schema, record, pk, names[pk], kept=_tables(retired, pk)))
    for record in gone_fields:
        pk, owner = record.changed_object_id, record.prechange_data['custom_object_type']
        name = f'{names.get(owner, owner)}.{record.prechange_data["name"]}'
        kept, is_calculated = _columns(retired, owner, pk), _is_calculated(record.prechange_data)
        found.append(RecordedDeletion(schema, record, owner, name, pk, kept, is_calculated))
    return sorted(found, key=lambda deletion: deletion.record.pk, reverse=True)


def find_restorable(schema: OpenSchema, type_id: int | None = None) -> list[RecordedDeletion]:
    """Return what can be restored now, newest first: fields of a deleted type come with it, or after it."""
    deletions = find_deletions(schema, type_id)
    deleted_types = {deletion.type_id for deletion in deletions if deletion.field_id is None}
    return [
        deletion
        for deletion in deletions
        if deletion.is_kept and (deletion.field_id is None or deletion.type_id not in deleted_types)
    ]


def _newest(alias: str, model: type, type_id: int | None = None) -> Iterator[ObjectChange]:
    """Yield the last record of deletion of each object of a model, or of each field of a type."""
    records = ObjectChange.objects.using(alias).filter(
        action=ObjectChangeActionChoices.ACTION_DELETE,
        changed_object_type=ContentType.objects.get_for_model(model),
        prechange_data__isnull=False,
    )
    if type_id is not None:
        records = records.filter(prechange_data__custom_object_type=type_id)
    yield from newest(records.order_by('-pk'))


def _is_calculated(data: dict) -> bool:
    return field_type_named(data['type'], data.get('is_polymorphic', False)).is_calculated


def _tables(retired: list[Stored], type_id: int) -> tuple[Stored, ...]:
    """Return the table of a type and those of its links; nothing if the first is gone."""
    tables = tuple(item for item in retired if item.type_id == type_id and not item.column)
    return tables if any(item.table == table_name(type_id) for item in tables) else ()


def _columns(retired: list[Stored], type_id: int, field_id: int) -> tuple[Stored, ...]:
    """Return the columns of a field, or the table of its links."""
    table, column, links = table_name(type_id), column_name(field_id), link_table_name(type_id, field_id)
    return tuple(
        item
        for item in retired
        if (item.table == links and not item.column)
        or (item.table == table and f'{item.column}_'.startswith(f'{column}_'))
    )


def choose(schema: OpenSchema, wanted: str) -> RecordedDeletion:
    """
    Return the deletion that is meant.

    Args:
        schema: where
        wanted: `type`, `type.field`, or the name of the table or column, as `describe` shows them

    Raises:
        RestoreRefused: nothing that was deleted is called so, or several things are, or it was purged
    """
    matching = [deletion for deletion in find_deletions(schema) if wanted in (deletion.name, deletion.key)]
    if not matching:
        if _exists(schema.alias, wanted):
            raise RestoreRefused(_('"{name}" has not been deleted.').format(name=wanted))
        raise RestoreRefused(
            _('No deleted type or field in {schema} is named "{name}".').format(schema=schema.name, name=wanted)
        )
    kept = [deletion for deletion in matching if deletion.is_kept]
    if not kept:
        raise RestoreRefused(
            _('"{name}" has been purged: its values are gone, and it cannot be restored.').format(name=wanted)
        )
    if len(kept) > 1:
        keys = ', '.join(sorted(deletion.key for deletion in kept))
        raise RestoreRefused(_('"{name}" is ambiguous. Specify one of: {keys}.').format(name=wanted, keys=keys))
    return kept[0]


def _exists(alias: str, wanted: str) -> bool:
    type_name, _dot, field_name = wanted.partition('.')
    if field_name:
        fields = CustomObjectTypeField.objects.using(alias)
        return fields.filter(custom_object_type__name=type_name, name=field_name).exists()
    return CustomObjectType.objects.using(alias).filter(name=type_name).exists()


def restore(deletion: RecordedDeletion, dry_run: bool = False) -> Restored:
    """
    Undo a deletion; the schema's branch must be active. Changes are logged if there is a current request.

    With a type come those of its fields, objects and constraints that were deleted along with it.

    Args:
        deletion: what `choose` returned
        dry_run: check, and change nothing

    Raises:
        RestoreRefused: a name is taken, or something that it needs is deleted, too
    """
    alias = deletion.schema.alias
    is_type = deletion.field_id is None
    model = CustomObjectType if is_type else CustomObjectTypeField
    fields, constraints = (
        _rows_of(deletion, found) if is_type else [] for found in (CustomObjectTypeField, CustomObjectTypeConstraint)
    )
    objects = _objects_of(deletion) if is_type else {}
    with transaction.atomic(using=alias), missing_targets_allowed():
        lock_definitions(Target.for_alias(alias))
        if model.objects.using(alias).filter(pk=deletion.record.changed_object_id).exists():
            raise RestoreRefused(_('"{name}" has been restored meanwhile.').format(name=deletion.name))
        if not set(deletion.kept) <= set(retired_in(Target.for_alias(alias))):
            raise RestoreRefused(_('"{name}" has been purged meanwhile.').format(name=deletion.name))
        # Rollups that come back with their type have values again once the fields that they read are there.
        if not is_type and (missing := _missing_reads(deletion.record, alias)):
            raise RestoreRefused(
                _('"{name}" reads a field that has been deleted. Restore {column} first.').format(
                    name=deletion.name, column=column_name(min(missing))
                )
            )
        for record in fields if is_type else [deletion.record]:
            _check_targets(record, deletion, {deletion.type_id} if is_type else set())
        restored = Restored(len(fields), len(objects))
        prepared = _prepare(model, deletion.record, deletion.name)
        if dry_run:
            return restored
        _store(prepared, deletion.record, alias)
        for record in fields:
            _store(_prepare(CustomObjectTypeField, record, deletion.name), record, alias)
        bring_back(deletion.type_id, objects, alias)
        # They were met when the type was deleted, not while its objects come back.
        for record in constraints:
            _store(_prepare(CustomObjectTypeConstraint, record, deletion.name), record, alias)
        bring_back_attached(
            deletion.type_id, _before(deletion).filter(action=ObjectChangeActionChoices.ACTION_DELETE), objects, alias
        )
        if is_type and alias == MAIN_ALIAS:
            # A merge deletes objects one by one before their type.
            give_back(deletion.type_id, alias, objects)
        # In a preview, tables stay without what is to come back.
        while current_preview() is None and (dangling := list(find_dangling(alias, {deletion.type_id}))):
            release(alias, dangling)
            restored.cleared += len(dangling)
    return restored


def _rows_of(deletion: RecordedDeletion, model: type) -> list[ObjectChange]:
    """Return the records of the fields or constraints that were deleted along with a type."""
    records = _along(deletion, ContentType.objects.get_for_model(model))
    return [
        record
        for record in newest(records.filter(action=ObjectChangeActionChoices.ACTION_DELETE))
        if record.prechange_data['custom_object_type'] == deletion.type_id
    ]


def count_recorded(deletion: RecordedDeletion) -> int:
    """Return how many objects were deleted along with a type and recorded one by one."""
    content_type = ContentType.objects.filter(app_label=APP_LABEL, model=model_name(deletion.type_id)).first()
    if content_type is None:
        return 0
    return _along(deletion, content_type).filter(action=ObjectChangeActionChoices.ACTION_DELETE).count()


def _objects_of(deletion: RecordedDeletion) -> dict[int, dict]:
    """
    Return {id: change data} of the objects that were deleted along with a type, the last one first.

    Links between them were removed one by one before the objects were: what counts is how the request found them.
    """
    content_type = ContentType.objects.filter(app_label=APP_LABEL, model=model_name(deletion.type_id)).first()
    found: dict[int, dict] = {}
    before: dict[int, dict] = {}
    for record in _along(deletion, content_type) if content_type else ():
        pk, data = record.changed_object_id, record.prechange_data
        if record.action == ObjectChangeActionChoices.ACTION_DELETE:
            found[pk] = data
        elif data is not None:
            before[pk] = data
    return {pk: {**before.get(pk, data), **retired(data)} for pk, data in found.items()}


def _along(deletion: RecordedDeletion, content_type: ContentType) -> QuerySet:
    """Return what the same request did to objects of a type before the deletion, in the order of undoing."""
    return _before(deletion).filter(changed_object_type=content_type)


def _before(deletion: RecordedDeletion) -> QuerySet:
    records = ObjectChange.objects.using(deletion.schema.alias)
    return records.filter(request_id=deletion.record.request_id, pk__lt=deletion.record.pk).order_by('-pk')


def _check_targets(record: ObjectChange, deletion: RecordedDeletion, coming: set[int]) -> None:
    """Raise RestoreRefused if the type of a field, or a type that it refers to, is not there."""
    there = coming | set(CustomObjectType.objects.using(deletion.schema.alias).values_list('pk', flat=True))
    if deletion.type_id not in there:
        raise RestoreRefused(
            _('The type of "{name}" has been deleted, too. Restore {type} first.').format(
                name=deletion.name, type=deletion.name.partition('.')[0]
            )
        )
    pks = [record.prechange_data.get('related_object_type')]
    for content_type in ContentType.objects.filter(pk__in=filter(None, pks), app_label=APP_LABEL):
        type_id = type_id_from_model_name(content_type.model)
        if type_id is not None and type_id not in there:
            raise RestoreRefused(
                _('"{name}" refers to a type that has been deleted. Restore {table} first.').format(
                    name=deletion.name, table=table_name(type_id)
                )
            )


def _missing_reads(record: ObjectChange, alias: str) -> set[int]:
    """Return the ids of the fields that a field's values are calculated from and that are deleted."""
    data = record.prechange_data
    read = {data.get('referring_field'), data.get('aggregated_field')} - {None}
    read |= read_ids(data.get('expression') or '') | read_ids(data.get('condition') or '')
    there = CustomObjectTypeField.objects.using(alias).filter(pk__in=read).values_list('pk', flat=True)
    return read - {*there}


def _prepare(model: type, record: ObjectChange, name: str):
    """Return the deserialized row of a type or field; raise RestoreRefused if it does not fit any more."""
    deserialized = deserialize_object(model, record.prechange_data_clean, pk=record.changed_object_id)
    row = deserialized.object
    try:
        # Not clean(): whether a definition makes sense was asked when it was made. What a rollup reads may come later.
        row.clean_fields(exclude={'referring_field', 'aggregated_field'})
        row.validate_unique()
        row.validate_constraints()
        if model is CustomObjectType and model.objects.filter(slug__iexact=row.slug).exists():
            raise ValidationError({'slug': _('Another custom object type has this slug.')})
    except ValidationError as error:
        raise RestoreRefused(
            _('"{name}" cannot be restored: {reasons} Rename the type or field that has taken its place first.').format(
                name=name, reasons=' '.join(error.messages)
            )
        ) from error
    return deserialized


def _store(deserialized, record: ObjectChange, alias: str) -> None:
    row = deserialized.object
    if isinstance(row, CustomObjectTypeField) and row.primary:
        siblings = CustomObjectTypeField.objects.using(alias).filter(custom_object_type=row.custom_object_type_id)
        # Another field names the objects now.
        row.primary = not siblings.filter(primary=True).exists()
    row.save(using=alias)
    if created := record.prechange_data.get('created'):
        # Django sets it when a row is written for the first time.
        type(row).objects.using(alias).filter(pk=row.pk).update(created=created)
    for name, targets in deserialized.m2m_data.items():
        getattr(row, name).set(targets)
