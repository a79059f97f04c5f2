"""
How OpenAPI describes options of a write besides its body: dry run and background job.

May import DRF and drf-spectacular's vocabulary only.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

DRY_RUN = 'dry_run'
BACKGROUND = 'background'
# With a type, delete the fields of other types that refer to it.
DELETE_REFERENCING_FIELDS = 'delete_referencing_fields'

# Writes of lists can be left to a job; `create` takes a list, too.
BULK_WRITES = ('create', 'bulk_update', 'bulk_partial_update', 'bulk_destroy')

DELETIONS = ('destroy', 'bulk_destroy')

DESCRIPTIONS = {
    DRY_RUN: _('Return what the request would do, with status 200, without doing it.'),
    BACKGROUND: _('Process a list in a background job, and return 202 and the job.'),
    DELETE_REFERENCING_FIELDS: _('Also delete the fields of other types that refer to this type.'),
    '200': _('What the request would do, as requested with `dry_run=true`.'),
    '202': _('The list is processed by a background job, as requested with `background=true`.'),
}


class PlanStepSerializer(serializers.Serializer):
    """A step that would change a table."""

    operation = serializers.CharField()
    description = serializers.CharField()
    table = serializers.CharField()
    column = serializers.CharField(allow_null=True)
    lock = serializers.CharField()
    when = serializers.ChoiceField(['inline', 'job'])
    destructive = serializers.BooleanField()
    rows = serializers.IntegerField(allow_null=True)
    values = serializers.IntegerField(allow_null=True)


class AffectedObjectsSerializer(serializers.Serializer):
    """Objects of one type that would be changed or deleted: their number, and those that the user may view."""

    object_type = serializers.CharField()
    count = serializers.IntegerField()
    objects = serializers.ListField(child=serializers.DictField())


class DependentsSerializer(serializers.Serializer):
    """Things of one kind that mention what would be changed: their number, and those that the user may view."""

    object_type = serializers.CharField()
    count = serializers.IntegerField()
    objects = serializers.ListField(child=serializers.DictField())


class WritePreviewSerializer(serializers.Serializer):
    """What a write would do."""

    dry_run = serializers.BooleanField()
    results = serializers.ListField(child=serializers.DictField())
    plan = PlanStepSerializer(many=True)
    changed = AffectedObjectsSerializer(many=True)
    deleted = AffectedObjectsSerializer(many=True)
    dependents = DependentsSerializer(many=True)


class QueuedJobSerializer(serializers.Serializer):
    """A job that will do the work."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    status = serializers.CharField()


class BackgroundSerializer(serializers.Serializer):
    """Where to ask for the outcome of work that was left to a job."""

    job = QueuedJobSerializer()


def parameters(action: str, of_deletion: Iterable[str] = ()) -> list[OpenApiParameter]:
    """Return what a write may be asked in its query; `of_deletion` if it deletes."""
    names = [DRY_RUN, *([BACKGROUND] if action in BULK_WRITES else []), *(of_deletion if action in DELETIONS else ())]
    return [OpenApiParameter(name, bool, OpenApiParameter.QUERY, description=DESCRIPTIONS[name]) for name in names]


def bodies(action: str) -> dict[str, type[serializers.Serializer]]:
    """Return the answers that those parameters ask for, by status."""
    return {'200': WritePreviewSerializer, **({'202': BackgroundSerializer} if action in BULK_WRITES else {})}
