"""
Writes made by a background job: what their record says, and endpoint `job-reports/<job>/`.

NetBox keeps the whole answer in the job, where everyone with the right to view jobs reads it. Of ours it gets ids only;
created and changed objects are read at their own endpoints, and the errors here, by the user who asked.
"""

import json

from django.db import DEFAULT_DB_ALIAS
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView
from rq import get_current_job

from core.models import Job
from netbox.api.authentication import IsAuthenticatedOrLoginNotRequired
from netbox.api.viewsets import NetBoxModelViewSet

from ...field_types.shared.bounds import INT64_MAX
from ...models import JobReport
from ...models.job_reports import keep_report
from ..openapi.operations import ErrorDetailSerializer


class JobReportSerializer(serializers.Serializer):
    """The answer to a request that was refused in a background job."""

    job = serializers.IntegerField()
    status_code = serializers.IntegerField()
    data = serializers.JSONField()


def for_job(response: Response) -> Response:
    """Return what the record of the running job may hold of a response; outside of a job, the response."""
    job = _running_job()
    if job is None:
        return response
    if response.status_code < status.HTTP_400_BAD_REQUEST:
        data = response.data
        return Response([{'id': item['id']} for item in data] if isinstance(data, list) else None, response.status_code)
    keep_report(job, {'status_code': response.status_code, 'data': json.loads(JSONRenderer().render(response.data))})
    detail = _('The request was refused. The user who sent it can read the errors at job-reports/{job}/.').format(
        job=job.pk
    )
    return Response({'detail': detail}, response.status_code)


def _running_job() -> Job | None:
    running = get_current_job()
    return Job.objects.using(DEFAULT_DB_ALIAS).filter(job_id=running.id).first() if running is not None else None


class DiscreetJobMixin(NetBoxModelViewSet):
    """Keeps errors out of the records of jobs; what a write answers is passed through `for_job` by the viewset."""

    def handle_exception(self, exc):
        return for_job(super().handle_exception(exc))

    def exception_to_response(self, exc):
        response = super().exception_to_response(exc)
        return response and for_job(response)


class JobReportView(APIView):
    """What was wrong with a request that was left to a job; for the user who sent it."""

    permission_classes = (IsAuthenticatedOrLoginNotRequired,)

    def get_view_name(self):
        return 'Job Report'

    @extend_schema(
        operation_id='plugins_custom_objects_job_reports_retrieve',
        parameters=[OpenApiParameter('id', OpenApiTypes.INT64, OpenApiParameter.PATH)],
        responses={200: JobReportSerializer, 403: ErrorDetailSerializer, 404: ErrorDetailSerializer},
    )
    def get(self, request, pk):
        if pk > INT64_MAX or not request.user.is_authenticated:
            raise NotFound()
        reports = JobReport.objects.using(DEFAULT_DB_ALIAS).filter(data__has_key='status_code')
        report = get_object_or_404(reports, job=pk, job__user=request.user)
        return Response(JobReportSerializer({'job': pk, **report.data}).data)
