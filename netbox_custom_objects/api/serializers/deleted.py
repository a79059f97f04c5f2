"""Serializers of what has been deleted and can be restored. May import services."""

from datetime import datetime

from rest_framework import serializers
from rest_framework.reverse import reverse

from ...choices import DeletedKindChoices as Kind
from ...constants import APP_LABEL
from ...field_types.shared.bounds import INT64_MAX
from ...services.deleted.objects import OBJECTS_AT_ONCE
from ...services.deleted.visible import COUNT_LIMIT, count_kept, may_purge, may_restore, restorable_until


class KindSerializer(serializers.Serializer):
    """What was deleted."""

    value = serializers.ChoiceField([*Kind])
    label = serializers.CharField()


class DeletedSerializer(serializers.Serializer):
    """A type or field that was deleted and can be restored; its id is that of the change record of the deletion."""

    id = serializers.IntegerField(source='record.pk')
    url = serializers.SerializerMethodField()
    kind = serializers.SerializerMethodField()
    name = serializers.CharField()
    custom_object_type = serializers.IntegerField(source='type_id')
    field = serializers.IntegerField(source='field_id', allow_null=True)
    field_type = serializers.SerializerMethodField()
    deleted = serializers.DateTimeField(source='record.time')
    user = serializers.CharField(source='record.user_name')
    request_id = serializers.UUIDField(source='record.request_id')
    restorable_until = serializers.SerializerMethodField()
    # Objects of a type or values of a field, up to COUNT_LIMIT.
    count = serializers.SerializerMethodField()
    may_restore = serializers.SerializerMethodField()
    may_purge = serializers.SerializerMethodField()

    def get_url(self, deletion) -> str:
        viewname = f'plugins-api:{APP_LABEL}-api:deleted-detail'
        return reverse(viewname, kwargs={'pk': deletion.record.pk}, request=self.context['request'])

    def get_kind(self, deletion) -> KindSerializer:
        value = Kind.TYPE if deletion.field_id is None else Kind.FIELD
        return {'value': value, 'label': str(dict(Kind)[value])}

    def get_field_type(self, deletion) -> str | None:
        return None if deletion.field_id is None else deletion.record.prechange_data['type']

    def get_restorable_until(self, deletion) -> datetime | None:
        return restorable_until(deletion.record.time)

    def get_count(self, deletion) -> int:
        return min(count_kept(deletion), COUNT_LIMIT)

    def get_may_restore(self, deletion) -> bool:
        return may_restore(self.context['request'].user, deletion)

    def get_may_purge(self, deletion) -> bool:
        return may_purge(self.context['request'].user, deletion)


class RestoredSerializer(serializers.Serializer):
    """What came back along with a type or field, or would in a dry run."""

    dry_run = serializers.BooleanField()
    custom_object_type = serializers.IntegerField()
    field = serializers.IntegerField(allow_null=True)
    fields_restored = serializers.IntegerField()
    objects_restored = serializers.IntegerField()
    references_cleared = serializers.IntegerField()
    choice_sets_restored = serializers.IntegerField()
    # A sentence about each thing that cannot come back.
    left_out = serializers.ListField(child=serializers.CharField())


class DeletedObjectSerializer(serializers.Serializer):
    """A custom object that was deleted and can be restored."""

    id = serializers.IntegerField(source='changed_object_id')
    display = serializers.CharField(source='object_repr')
    deleted = serializers.DateTimeField(source='time')
    user = serializers.CharField(source='user_name')
    request_id = serializers.UUIDField()
    message = serializers.CharField()


class RestoreObjectsSerializer(serializers.Serializer):
    """Which objects of a type are to be restored."""

    custom_object_type = serializers.IntegerField(min_value=1, max_value=INT64_MAX)
    objects = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=INT64_MAX), min_length=1, max_length=OBJECTS_AT_ONCE
    )


class RestoredObjectsSerializer(serializers.Serializer):
    """Which objects came back, how many references to them did, and how many of theirs led nowhere and were cleared."""

    objects = serializers.ListField(child=serializers.IntegerField(), source='ids')
    references_restored = serializers.IntegerField(source='linked')
    references_cleared = serializers.IntegerField(source='cleared')
    left_out = serializers.ListField(child=serializers.CharField())
