"""
What deleted fields and constraints need, and what of it is gone for good: they then stay away, and are named.

May import models. Must only read, but for choice sets, which come back with the fields that need them.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.choices import ObjectChangeActionChoices
from core.models import ObjectChange
from extras.models import CustomFieldChoiceSet
from utilities.serialization import deserialize_object

from ...constants import APP_LABEL
from ...ddl.target import MAIN_ALIAS
from ...ddl.upkeep.retention import Stored
from ...definitions import column_name, read_ids, table_name, type_id_from_model_name
from ...exceptions import RestoreRefused
from ...models import CustomObjectType, CustomObjectTypeField


@dataclass(slots=True)
class Needs:
    """What is there in a schema, or comes back, and what else could be restored first, by ids."""

    types: set[int]
    fields: set[int]
    restorable_types: set[int]
    restorable_fields: set[int]
    # The ids of types by the primary keys of their content types; None for objects that are not ours.
    _targets: dict[int, int | None] = field(default_factory=dict)
    # Primary keys of content types that went with what was purged, as nothing else referred to them.
    _unknown: set[int] = field(default_factory=set)
    _choice_sets: dict[int, ObjectChange | None] = field(default_factory=dict)

    @classmethod
    def of(cls, alias: str, deletions: Iterable, coming: Iterable[ObjectChange] = (), type_id: int | None = None):
        """
        Args:
            alias: connection alias of the schema
            deletions: what was deleted there, as `find_deletions` returns it
            coming: records of fields that come back together
            type_id: the type that they come back with
        """
        kept = [deletion for deletion in deletions if deletion.is_kept]
        fields = CustomObjectTypeField.objects.using(alias).values_list('pk', flat=True)
        types = CustomObjectType.objects.using(alias).values_list('pk', flat=True)
        return cls(
            {*types} | ({type_id} - {None}),
            {*fields} | {record.changed_object_id for record in coming},
            {deletion.type_id for deletion in kept if deletion.field_id is None},
            {deletion.field_id for deletion in kept} - {None},
        )

    def first(self, data: dict) -> str:
        """Return what must be restored before a field, as it is named in the database; '' if nothing must."""
        missing = self._missing_targets(data) & self.restorable_types
        return table_name(min(missing)) if missing else ''

    def obstacle(self, data: dict) -> str:
        """Return why a field cannot come back at all, '' if it can."""
        gone = self._gone(data)
        if gone and self._type_targets(data).keys() == gone:
            return _('it refers to {types}, which cannot be restored').format(types=self._named(gone))
        pk = data.get('choice_set')
        if pk is not None and not CustomFieldChoiceSet.objects.filter(pk=pk).exists() and self._recorded(pk) is None:
            return _('its choice set has been deleted')
        missing = reads_of(data) - self.fields
        # The values of a rollup follow once the fields that it reads are there.
        if missing and (data.get('expression') or missing - self.restorable_fields):
            names = ', '.join(column_name(pk) for pk in sorted(missing))
            return _('it reads {fields}, which cannot be restored').format(fields=names)
        return ''

    def without_gone(self, data: dict) -> tuple[dict, str]:
        """Return the data of a polymorphic field without types that are gone for good, and what these are called."""
        gone = self._gone(data)
        if not gone or not data.get('related_object_types'):
            return data, ''
        left = [pk for pk in data['related_object_types'] if pk not in gone]
        return {**data, 'related_object_types': left}, self._named(gone)

    def choice_set(self, data: dict):
        """Return the deleted choice set of a field, not yet stored; None if it is there, or the field needs none."""
        pk = data.get('choice_set')
        if pk is None or CustomFieldChoiceSet.objects.filter(pk=pk).exists():
            return None
        record = self._recorded(pk)
        row = deserialize_object(CustomFieldChoiceSet, record.prechange_data_clean, pk=pk).object
        try:
            row.full_clean()
        except ValidationError as error:
            text = _('The choice set {name} cannot be restored: {reasons}')
            raise RestoreRefused(text.format(name=row.name, reasons=' '.join(error.messages))) from error
        return row

    def _recorded(self, pk: int) -> ObjectChange | None:
        if pk not in self._choice_sets:
            records = ObjectChange.objects.using(MAIN_ALIAS).filter(
                action=ObjectChangeActionChoices.ACTION_DELETE,
                changed_object_type=ContentType.objects.get_for_model(CustomFieldChoiceSet),
                changed_object_id=pk,
                prechange_data__isnull=False,
            )
            self._choice_sets[pk] = records.order_by('-pk').first()
        return self._choice_sets[pk]

    def _type_targets(self, data: dict) -> dict[int, int | None]:
        """Return the types that a field refers to, by the primary keys of all content types that it refers to."""
        pks = {data.get('related_object_type'), *(data.get('related_object_types') or ())} - {None}
        if unknown := pks - self._targets.keys():
            self._targets |= dict.fromkeys(unknown)
            found = ContentType.objects.filter(pk__in=unknown)
            self._unknown |= unknown - {content_type.pk for content_type in found}
            for content_type in found:
                if content_type.app_label == APP_LABEL:
                    self._targets[content_type.pk] = type_id_from_model_name(content_type.model)
        return {pk: self._targets[pk] for pk in pks}

    def _missing_targets(self, data: dict) -> set[int]:
        return {*self._type_targets(data).values()} - {None} - self.types

    def _gone(self, data: dict) -> set[int]:
        """Return the primary keys of the content types of types that are gone for good."""
        gone = self._missing_targets(data) - self.restorable_types
        return {pk for pk, type_id in self._type_targets(data).items() if type_id in gone or pk in self._unknown}

    def _named(self, pks: Collection[int]) -> str:
        names = {
            table_name(self._targets[pk]) if self._targets[pk] else _('a type that no longer exists') for pk in pks
        }
        return ', '.join(sorted(names))


def reads_of(data: dict) -> set[int]:
    """Return the ids of the fields that the values of a field are calculated from, by its change data."""
    ids = {data.get('referring_field'), data.get('aggregated_field')} - {None}
    return ids | read_ids(data.get('expression') or '') | read_ids(data.get('condition') or '')


def without_lost(records: list[ObjectChange], needs: Needs) -> tuple[list[ObjectChange], list[str]]:
    """Return the records of those fields of a type that can come back with it, and a sentence about each other one."""
    staying: dict[int, str] = {}
    while found := {
        record.changed_object_id: text
        for record in records
        if record.changed_object_id not in staying and (text := needs.obstacle(record.prechange_data))
    }:
        # What reads them stays away, too.
        staying |= found
        needs.fields -= found.keys()
    names = {record.changed_object_id: record.prechange_data['name'] for record in records}
    sentences = [_('Field {name}: {reason}.').format(name=names[pk], reason=staying[pk]) for pk in sorted(staying)]
    return [record for record in records if record.changed_object_id not in staying], sentences


def without_readers(records: list[ObjectChange], needs: Needs) -> tuple[list[ObjectChange], list[str]]:
    """Return the records of those constraints whose fields are all there, and a sentence about each other one."""
    left, sentences = [], []
    for record in records:
        data = record.prechange_data
        missing = (set(data.get('field_ids') or ()) | reads_of(data)) - needs.fields
        if missing:
            fields = ', '.join(column_name(pk) for pk in sorted(missing))
            text = _('Constraint {name}: it reads {fields}, which cannot be restored.')
            sentences.append(text.format(name=data['name'], fields=fields))
        else:
            left.append(record)
    return left, sentences


def unrecorded(type_id: int, stored: Iterable[Stored], known: Collection[int]) -> list[str]:
    """
    Return a sentence about each field that a retired table still has values of, and the change log no definition.

    Args:
        type_id: the type that is deleted
        stored: what is out of use in the schema
        known: ids of fields whose deletion is on record
    """
    items = [item for item in stored if item.type_id == type_id]
    since = next((item.retired for item in items if item.what == (table_name(type_id), '')), None)
    # What was out of use before the type was deleted is older. The columns of a link table are not those of fields.
    found = {
        item.field_id: item.comment
        for item in items
        if item.retired == since and item.field_id is not None and item.field_id not in known
    }
    text = _('{field}: the change log has no record of it any more.')
    return [text.format(field=found[pk] or column_name(pk)) for pk in sorted(found)]
