"""
REST endpoints of branches, below `/api/plugins/custom-objects/branches/<id>/`.

May import serializers of NetBox. What is shown to whom is decided in `reports`.
"""

from typing import ClassVar

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.serializers import JobSerializer
from netbox.api.authentication import TokenPermissions
from netbox_branching.choices import BranchMergeStrategyChoices
from netbox_branching.models import Branch

from ...field_types.shared.parsers import PARSERS
from ..trial.trial_job import queue_check
from . import reports


class CheckUnderWay(APIException):
    """A branch is being checked already."""

    status_code = status.HTTP_409_CONFLICT


class StepSerializer(serializers.Serializer):
    """One operation on a table of main."""

    sentence = serializers.CharField(source='operation.describe')
    table = serializers.CharField(source='operation.table')
    column = serializers.CharField(allow_null=True)
    lock = serializers.CharField(source='lock.value')
    deferred = serializers.BooleanField()
    destructive = serializers.BooleanField(source='operation.destructive')
    rows = serializers.IntegerField()


class SchemaChangeSerializer(serializers.Serializer):
    """What a merge would do to one type."""

    custom_object_type = serializers.IntegerField(source='type_id')
    name = serializers.CharField()
    action = serializers.ChoiceField(choices=('create', 'update', 'delete'))
    destructive = serializers.BooleanField()
    edits = serializers.ListField(child=serializers.CharField())
    steps = StepSerializer(many=True)
    refusal = serializers.CharField(help_text=_('Why a merge would be refused; empty if it would not be.'))


class FindingSerializer(serializers.Serializer):
    """One thing that prevents a merge, or that users need to know before it."""

    kind = serializers.CharField()
    blocks = serializers.BooleanField()
    text = serializers.CharField()
    remedy = serializers.CharField()
    object_type = serializers.CharField()
    object_id = serializers.IntegerField(allow_null=True)
    url = serializers.CharField()


class DryRunSerializer(serializers.Serializer):
    """State and findings of a dry run."""

    job = serializers.IntegerField(source='job.pk')
    status = serializers.CharField()
    strategy = serializers.CharField()
    done = serializers.IntegerField()
    changes = serializers.IntegerField()
    outdated = serializers.BooleanField(help_text=_('Whether main or the branch has changed since the dry run began.'))
    findings = FindingSerializer(many=True)


class MergeCheckSerializer(serializers.Serializer):
    """What is known of a merge without trying it, and the newest dry run."""

    conflicts = FindingSerializer(many=True)
    dry_run = DryRunSerializer(allow_null=True)


class CheckMergeInputSerializer(serializers.Serializer):
    """Which strategy to try."""

    strategy = serializers.ChoiceField(choices=BranchMergeStrategyChoices, default=BranchMergeStrategyChoices.ITERATIVE)


class BranchPermissions(TokenPermissions):
    """Require the right to merge for a dry run, in place of the right to add that a POST otherwise asks for."""

    perms_map: ClassVar = {**TokenPermissions.perms_map, 'POST': ['%(app_label)s.merge_%(model_name)s']}


class BranchView(APIView):
    """Base of the endpoints."""

    queryset = Branch.objects.all()
    permission_classes = (BranchPermissions,)
    parser_classes = PARSERS


class SchemaChangesView(BranchView):
    """What merging a branch would do to types, fields, tables and columns of main."""

    @extend_schema(
        operation_id='plugins_custom_objects_branches_schema_changes', responses=SchemaChangeSerializer(many=True)
    )
    def get(self, request, pk):
        branch = get_branch(request, pk)
        return Response(SchemaChangeSerializer(reports.visible_schema_changes(branch, request.user), many=True).data)


class MergeCheckView(BranchView):
    """Conflicts of a merge, and a dry run of it."""

    @extend_schema(operation_id='plugins_custom_objects_branches_merge_check', responses=MergeCheckSerializer)
    def get(self, request, pk):
        branch = get_branch(request, pk, 'merge')
        report = {
            'conflicts': reports.conflicts(branch, request.user),
            'dry_run': reports.check_report(branch, request.user),
        }
        return Response(MergeCheckSerializer(report).data)

    @extend_schema(
        operation_id='plugins_custom_objects_branches_merge_check_start',
        request=CheckMergeInputSerializer,
        responses=JobSerializer,
    )
    def post(self, request, pk):
        """Queue a dry run; 409 if one of this branch waits or runs already."""
        branch = get_branch(request, pk, 'merge')
        data = CheckMergeInputSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        job = queue_check(branch, request.user, **data.validated_data)
        if job is None:
            raise CheckUnderWay(_('A dry run of this merge is already running.'))
        return Response(JobSerializer(job, context={'request': request}).data)


def get_branch(request, pk: int, action: str = 'view') -> Branch:
    """
    Return a branch that is ready and on which the user may do `action`.

    Raises:
        Http404: the branch does not exist, or the user may not view it
        PermissionDenied: the user may not do `action`
        ValidationError: the branch is not ready
    """
    branch = get_object_or_404(Branch.objects.restrict(request.user, 'view'), pk=pk)
    if action == 'merge' and not reports.may_merge(branch, request.user):
        raise PermissionDenied
    if not branch.ready:
        raise ValidationError({'branch': [_('The branch is not ready; its status is {}.').format(branch.status)]})
    return branch


urlpatterns = [
    path('branches/<int:pk>/schema-changes/', SchemaChangesView.as_view(), name='branch-schema-changes'),
    path('branches/<int:pk>/merge-check/', MergeCheckView.as_view(), name='branch-merge-check'),
]
