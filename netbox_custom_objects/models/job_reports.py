"""
What a job has found, or was answered, that not everyone who may view the job may see.

NetBox shows a job's log, error and data to all with the right to view jobs. One table in the main schema, as for
staged changes; a report goes with its job.
"""

import json

from django.db import DEFAULT_DB_ALIAS, models
from django.utils.translation import gettext_lazy as _
from rq import get_current_job

from core.models import Job

from ..ddl.target import separate_cursor


class JobReport(models.Model):
    """The report of one job; each surface that shows it asks first what its reader may view."""

    job = models.OneToOneField('core.Job', on_delete=models.CASCADE, related_name='+')
    data = models.JSONField(default=dict)

    _netbox_private = True

    class Meta:
        ordering = ('pk',)
        verbose_name = _('job report')
        verbose_name_plural = _('job reports')

    def __str__(self):
        return f'{self._meta.verbose_name} {self.pk}'


def keep_report(job, data: dict) -> None:
    """Store the report of a job; a former one of the same job is replaced."""
    JobReport.objects.using(DEFAULT_DB_ALIAS).update_or_create(job=job, defaults={'data': data})


def keep_in_trouble(data: dict) -> None:
    """Store the report of the job that runs now, if one does, also if what it has written is undone."""
    if (running := get_current_job()) is None:
        return
    # The job's own connection may be in a transaction that has failed.
    with separate_cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {JobReport._meta.db_table} (job_id, data) SELECT id, %s FROM {Job._meta.db_table} '
            'WHERE job_id = %s ON CONFLICT (job_id) DO UPDATE SET data = excluded.data',
            [json.dumps(data), running.id],
        )


def report_of(job) -> dict:
    """Return the report of a job, {} if there is none."""
    return JobReport.objects.using(DEFAULT_DB_ALIAS).filter(job=job).values_list('data', flat=True).first() or {}
