"""Serializers of staged changes: requests and progress. May import models and field_types."""

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.reverse import reverse

from extras.models import CustomFieldChoiceSet

from ...choices import CustomObjectFieldTypeChoices
from ...choices import StagedChangeStageChoices as Stage
from ...constants import APP_LABEL
from ...field_types.json import DocumentField
from ...field_types.shared.bounds import INT64_MAX, INT64_MIN, MAX_LENGTH
from ...field_types.shared.digits import MAX_DIGITS
from ...services.staged.visible import Offenders, viewable_offenders
from .common import encodable

ACTIONS = ('cancel', 'undo', 'finish', 'resume')


class StagedChangeRequestSerializer(serializers.Serializer):
    """What of a field is to be changed step by step; `fill` is given to objects without a value if it gets required."""

    type = serializers.ChoiceField([*CustomObjectFieldTypeChoices], required=False)
    required = serializers.BooleanField(required=False)
    unique = serializers.BooleanField(required=False)
    default = DocumentField(required=False, allow_null=True)
    choice_set = serializers.PrimaryKeyRelatedField(
        queryset=CustomFieldChoiceSet.objects.all(), required=False, allow_null=True
    )
    validation_regex = serializers.CharField(required=False, allow_blank=True, max_length=500)
    validation_minimum = serializers.IntegerField(
        required=False, allow_null=True, min_value=INT64_MIN, max_value=INT64_MAX
    )
    validation_maximum = serializers.IntegerField(
        required=False, allow_null=True, min_value=INT64_MIN, max_value=INT64_MAX
    )
    max_length = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MAX_LENGTH)
    decimal_digits = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=MAX_DIGITS)
    decimal_places = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=MAX_DIGITS)
    fill = DocumentField(required=False, allow_null=True)

    def run_validation(self, data=serializers.empty):
        try:
            return super().run_validation(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError(encodable(error.detail)) from error

    def to_internal_value(self, data):
        values = super().to_internal_value(data)
        if unknown := sorted(set(data) - set(self.fields)):
            raise serializers.ValidationError(
                {name: [_('This cannot be changed step by step; edit the field as usual.')] for name in unknown}
            )
        if 'choice_set' in values:
            values['choice_set'] = values['choice_set'] and values['choice_set'].pk
        return values


class StageSerializer(serializers.Serializer):
    """How far it is."""

    value = serializers.ChoiceField([*Stage])
    label = serializers.CharField()


class OffenderSerializer(serializers.Serializer):
    """An object that stands in the way."""

    id = serializers.IntegerField()
    value = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class StagedChangeSerializer(serializers.Serializer):
    """A change of a field that is carried out step by step, by a job."""

    with_list = False

    id = serializers.IntegerField()
    url = serializers.SerializerMethodField()
    custom_object_type = serializers.IntegerField(source='type_id')
    field = serializers.IntegerField(source='field_id')
    field_name = serializers.CharField()
    wanted = serializers.DictField()
    former = serializers.DictField()
    fill = serializers.JSONField(allow_null=True)
    stage = serializers.SerializerMethodField()
    rows_done = serializers.IntegerField()
    rows_total = serializers.IntegerField()
    percent = serializers.IntegerField()
    offender_count = serializers.SerializerMethodField()
    has_hidden_offenders = serializers.SerializerMethodField()
    error = serializers.CharField(allow_blank=True)
    actions = serializers.ListField(child=serializers.ChoiceField(ACTIONS))
    job = serializers.IntegerField(source='job_id', allow_null=True)
    created = serializers.DateTimeField()
    updated = serializers.DateTimeField()

    def get_offender_count(self, change) -> int:
        return self._offenders(change).count

    def get_has_hidden_offenders(self, change) -> bool:
        return self._offenders(change).has_others

    def _offenders(self, change) -> Offenders:
        known = self.context.setdefault('offenders', {})
        if change.pk not in known:
            known[change.pk] = viewable_offenders(change, self.context['request'].user, self.with_list)
        return known[change.pk]

    def get_url(self, change) -> str:
        viewname = f'plugins-api:{APP_LABEL}-api:stagedchange-detail'
        return reverse(viewname, kwargs={'pk': change.pk}, request=self.context.get('request'))

    def get_stage(self, change) -> StageSerializer:
        return {'value': change.stage, 'label': str(change.get_stage_display())}


class StagedChangeDetailSerializer(StagedChangeSerializer):
    """The same, with the objects that stand in the way; only those that the user may view."""

    with_list = True

    offenders = serializers.SerializerMethodField()

    def get_offenders(self, change) -> OffenderSerializer(many=True):
        return [{'id': pk, 'value': text, 'reason': reason} for pk, text, reason in self._offenders(change).listed]
