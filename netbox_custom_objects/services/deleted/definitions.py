"""
Restore: brings back deleted types and fields, with their values, from the change log and from what was retired.

May import models and runtime. Must never overwrite anything: what has taken a name meanwhile keeps it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.choices import ObjectChangeActionChoices
from core.models import ObjectChange
from extras.models import CustomFieldChoiceSet
from utilities.serialization import deserialize_object

from ...constants import APP_LABEL
from ...ddl.locks import lock_definitions
from ...ddl.target import MAIN_ALIAS, Target
from ...ddl.upkeep.retention import Stored, retired_in
from ...definitions import (
    column_name,
    link_table_name,
    model_name,
    table_name,
)
from ...exceptions import RestoreRefused
from ...field_types import field_type_named
from ...models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ...models.attachments import count_lost, give_back
from ...runtime.classes.registry import world
from ...runtime.inbound.holding import missing_targets_allowed
from ..preview import current_preview
from ..upkeep.integrity import find_dangling, release
from ..upkeep.schemas import OpenSchema
from .lost import Needs, reads_of, unrecorded, without_lost, without_readers
from .objects import (
    bring_back,
    bring_back_attached,
    describe_lost,
    fill_returned,
    newest,
    retired,
    without_gone_tags,
)

# What rows of definitions refer to that may come with them, or after them.
MAY_COME = frozenset(('custom_object_type', 'choice_set', 'referring_field', 'aggregated_field'))


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
    # Choice sets that had been deleted, too.
    choice_sets: list[int] = field(default_factory=list)
    # A sentence about each field, target or constraint that cannot come back, because what it needs is gone for good,
    # and about values and about what hung on objects.
    definitions_left_out: list[str] = field(default_factory=list)
    others_left_out: list[str] = field(default_factory=list)

    @property
    def left_out(self) -> list[str]:
        return [*self.definitions_left_out, *self.others_left_out]

    def describe(self) -> str:
        """Return a sentence, '' if there is nothing to say."""
        counts = [(self.fields, 'field'), (self.objects, 'object')]
        along = [f'{count} {noun}{"" if count == 1 else "s"}' for count, noun in counts if count]
        note = f'With {" and ".join(along)}.' if along else ''
        cleared = f'Cleared references to objects that no longer exist: {self.cleared}.' if self.cleared else ''
        choice_sets = (
            _('Choice sets restored: {count}.').format(count=len(self.choice_sets)) if self.choice_sets else ''
        )
        lost = f'{_("Not restored:")} {" ".join(self.left_out)}' if self.left_out else ''
        return ' '.join(filter(None, (note, cleared, choice_sets, lost)))


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
        restored = Restored(objects=len(objects))
        prepared = _prepare_all(deletion, restored, fields, constraints)
        if is_type:
            objects, tags = without_gone_tags(objects, alias)
            attached = bring_back_attached(deletion.type_id, _deletions_before(deletion), objects, alias, dry_run=True)
            attached += count_lost(deletion.type_id, alias, objects)
            restored.others_left_out += describe_lost(tags, attached)
        if dry_run:
            return restored
        _store_all(prepared, restored, alias)
        if not is_type and not deletion.is_calculated and current_preview() is None:
            model_of_type = world(alias).model(deletion.type_id)
            restored.others_left_out += fill_returned(deletion.record, model_of_type, alias)
        bring_back(deletion.type_id, objects, alias)
        # They were met when the type was deleted, not while its objects come back.
        for found in prepared.constraints:
            _store(found, alias)
        bring_back_attached(deletion.type_id, _deletions_before(deletion), objects, alias)
        if is_type and alias == MAIN_ALIAS:
            # A merge deletes objects one by one before their type.
            give_back(deletion.type_id, alias, objects)
        # In a preview, tables stay without what is to come back.
        while current_preview() is None and (dangling := list(find_dangling(alias, {deletion.type_id}))):
            release(alias, dangling)
            restored.cleared += len(dangling)
    return restored


@dataclass(slots=True)
class Prepared:
    """The rows that are about to be written, with the time when they were first, and choice sets."""

    type: tuple | None = None
    fields: list[tuple] = field(default_factory=list)
    constraints: list[tuple] = field(default_factory=list)
    choice_sets: dict[int, CustomFieldChoiceSet] = field(default_factory=dict)


def _prepare_all(
    deletion: RecordedDeletion, restored: Restored, fields: list[ObjectChange], constraints: list[ObjectChange]
) -> Prepared:
    """
    Return what comes back, and note in `restored` what does not.

    Raises:
        RestoreRefused: it cannot come back at all, or not yet
    """
    alias, is_type = deletion.schema.alias, deletion.field_id is None
    prepared, deletions = Prepared(), find_deletions(deletion.schema)
    if is_type:
        prepared.type = _prepare(CustomObjectType, deletion.record, deletion.name)
        needs = Needs.of(alias, deletions, fields, deletion.type_id)
        fields, lost_fields = without_lost(fields, needs)
        constraints, lost_constraints = without_readers(constraints, needs)
        recorded = {found.field_id for found in deletions}
        unknown = unrecorded(deletion.type_id, retired_in(Target.for_alias(alias)), recorded)
        restored.definitions_left_out += [*lost_fields, *lost_constraints, *unknown]
        restored.fields = len(fields)
    else:
        fields, needs = [deletion.record], Needs.of(alias, deletions)
        _refuse_impossible(deletion, needs)
    for record in fields:
        _refuse_too_early(record.prechange_data, deletion, needs)
        data, gone = needs.without_gone(record.prechange_data_clean)
        if gone:
            text = _('Field {name}: it no longer refers to {types}, which cannot be restored.')
            restored.definitions_left_out.append(text.format(name=data['name'], types=gone))
        prepared.fields.append(_prepare(CustomObjectTypeField, record, deletion.name, data))
        if choice_set := needs.choice_set(data):
            prepared.choice_sets[choice_set.pk] = choice_set
    restored.choice_sets = sorted(prepared.choice_sets)
    prepared.constraints = [_prepare(CustomObjectTypeConstraint, record, deletion.name) for record in constraints]
    return prepared


def _store_all(prepared: Prepared, restored: Restored, alias: str) -> None:
    """Write all but constraints, which objects need not meet one by one."""
    for choice_set in prepared.choice_sets.values():
        choice_set.save(force_insert=True)
    for found in filter(None, (prepared.type, *prepared.fields)):
        _store(found, alias)


def _refuse_impossible(deletion: RecordedDeletion, needs: Needs) -> None:
    """Raise RestoreRefused if a field lacks what it needs."""
    data = deletion.record.prechange_data
    if deletion.type_id not in needs.types:
        if deletion.type_id not in needs.restorable_types:
            raise RestoreRefused(
                _('The type of "{name}" has been deleted, too, and cannot be restored.').format(name=deletion.name)
            )
        raise RestoreRefused(
            _('The type of "{name}" has been deleted, too. Restore {type} first.').format(
                name=deletion.name, type=deletion.name.partition('.')[0]
            )
        )
    if reason := needs.obstacle(data):
        missing = reads_of(data) - needs.fields
        if not missing or missing - needs.restorable_fields:
            raise RestoreRefused(_('"{name}" cannot be restored: {reason}.').format(name=deletion.name, reason=reason))
    # Rollups that come back with their type have values again once the fields that they read are there.
    if missing := reads_of(data) - needs.fields:
        raise RestoreRefused(
            _('"{name}" reads a field that has been deleted. Restore {column} first.').format(
                name=deletion.name, column=column_name(min(missing))
            )
        )


def _refuse_too_early(data: dict, deletion: RecordedDeletion, needs: Needs) -> None:
    """Raise RestoreRefused if a field refers to a type that is deleted, and can be restored."""
    if first := needs.first(data):
        raise RestoreRefused(
            _('"{name}" refers to a type that has been deleted. Restore {table} first.').format(
                name=deletion.name, table=first
            )
        )


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


def _deletions_before(deletion: RecordedDeletion) -> QuerySet:
    return _before(deletion).filter(action=ObjectChangeActionChoices.ACTION_DELETE)


def _before(deletion: RecordedDeletion) -> QuerySet:
    records = ObjectChange.objects.using(deletion.schema.alias)
    return records.filter(request_id=deletion.record.request_id, pk__lt=deletion.record.pk).order_by('-pk')


def _prepare(model: type, record: ObjectChange, name: str, data: dict | None = None) -> tuple:
    """
    Return the deserialized row of a definition, and when it was created.

    Raises:
        RestoreRefused: it does not fit any more
    """
    data = record.prechange_data_clean if data is None else data
    deserialized = deserialize_object(model, data, pk=record.changed_object_id)
    row = deserialized.object
    try:
        # Not clean(): whether a definition makes sense was asked when it was made. What it refers to is looked at
        # elsewhere: it may come with it, or later.
        row.clean_fields(exclude=MAY_COME)
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
    return deserialized, record.prechange_data.get('created')


def _store(prepared: tuple, alias: str) -> None:
    deserialized, created = prepared
    row = deserialized.object
    if isinstance(row, CustomObjectTypeField) and row.primary:
        siblings = CustomObjectTypeField.objects.using(alias).filter(custom_object_type=row.custom_object_type_id)
        # Another field names the objects now.
        row.primary = not siblings.filter(primary=True).exists()
    row.save(using=alias)
    if created:
        # Django sets it when a row is written for the first time.
        type(row).objects.using(alias).filter(pk=row.pk).update(created=created)
    for name, targets in deserialized.m2m_data.items():
        getattr(row, name).set(targets)
