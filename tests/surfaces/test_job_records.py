"""Records of jobs, which everyone with the right to view jobs reads, hold ids and no values or names."""

import json

import pytest
from django.db import IntegrityError
from django_rq import get_queue
from rq import SimpleWorker

from core.models import Job
from netbox.jobs import JobRunner

from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.models import CustomObjectType, StagedChange
from netbox_custom_objects.services.discreet_job import DiscreetJob
from netbox_custom_objects.services.staged import run
from netbox_custom_objects.services.staged.run_job import StagedChangeJob
from tests.support.factories import make_object, make_type
from tests.support.staged import begin, make_filled

from .rest import Rest, make_user

ALL = ['view', 'add', 'change', 'delete']
BACKGROUND = '?background=true'


@pytest.fixture
def worker(db, monkeypatch, django_capture_on_commit_callbacks):
    """Return a function that sends a request, and runs the job which it queues."""
    monkeypatch.setattr('netbox.api.viewsets.mixins.any_workers_for_queue', lambda name: True)
    queue = get_queue('default')
    queue.empty()

    def send(method, path, data):
        with django_capture_on_commit_callbacks(execute=True):
            job = method(path + BACKGROUND, data, expect=202)['job']
        SimpleWorker([queue], connection=queue.connection).work(burst=True)
        return Job.objects.get(pk=job['id'])

    return send


def shown(job) -> str:
    """What NetBox shows of a job to those who may view it."""
    viewer = Rest(make_user(f'viewer of {job.pk}', (Job, ['view'], None)))
    return json.dumps(viewer.get(f'/api/core/jobs/{job.pk}/'))


def subclasses_of(cls):
    for found in cls.__subclasses__():
        yield found
        yield from subclasses_of(found)


def test_no_job_of_ours_keeps_tracebacks():
    ours = {job for job in subclasses_of(JobRunner) if job.__module__.startswith(f'{APP_LABEL}.')} - {DiscreetJob}
    assert len(ours) > 5
    assert {job for job in ours if not issubclass(job, DiscreetJob)} == set()


def test_requests_that_were_left_to_a_job(worker):
    kind = make_type('thing', fields=[{'name': 'code', 'unique': True}])
    asking, other = make_user('asking', (kind, ALL, None)), make_user('other', (kind, ALL, None))
    rest = Rest(asking)
    job = worker(rest.post, 'thing/', [{'code': 'secret-1'}, {'code': 'secret-2'}])
    assert job.status == 'completed'
    pks = list(kind.get_model().objects.values_list('pk', flat=True))
    assert job.data['data'] == [{'id': pk} for pk in pks]
    assert 'secret' not in shown(job)
    for method, data in (
        (rest.post, [{'code': 'secret-3'}, {'code': 'secret-1'}]),
        (rest.patch, [{'id': pks[0], 'code': 'secret-2'}]),
        (rest.delete, [{'id': pks[0]}, {'id': 10**9}]),
    ):
        job = worker(method, 'thing/', data)
        assert job.status == 'failed'
        text = shown(job)
        assert 'secret' not in text
        assert '"code"' not in text
        report = rest.get(f'job-reports/{job.pk}/')
        assert (report['job'], report['status_code']) == (job.pk, 400)
        assert report['data']['errors']
        Rest(other).get(f'job-reports/{job.pk}/', expect=404)
    rest.get('job-reports/1000000000/', expect=404)
    rest.get(f'job-reports/{10**30}/', expect=404)


def test_values_in_the_way_of_a_change_of_fields(worker):
    kind = make_type('thing', fields=[('title', 'text')])
    make_object(kind, title='secret')
    user = make_user('user', (kind, ALL, None), (CustomObjectType, ALL, None), (type(kind.fields.get()), ALL, None))
    job = worker(Rest(user).patch, 'custom-object-type-fields/', [{'id': kind.fields.get().pk, 'type': 'integer'}])
    assert job.status == 'failed'
    assert 'secret' not in shown(job)


def test_errors_of_the_database_in_staged_changes(db, monkeypatch):
    """PostgreSQL quotes keys: `Key (f_7)=(…) already exists`."""
    field = make_filled(['secret-a'], name='secret_thing')
    change = begin(field, type='longtext', unique=True)

    def fail(self):
        raise IntegrityError('duplicate key: Key (f_7)=(secret-a) already exists.')

    monkeypatch.setattr(run.StagedRun, 'expand', fail)
    job = StagedChangeJob.enqueue(name='run', immediate=True, change_id=change.pk)
    job.refresh_from_db()
    change = StagedChange.objects.get(pk=change.pk)
    assert job.status == 'failed'
    assert 'IntegrityError' in change.error
    for text in (shown(job), shown(change.job), change.error):
        assert 'secret' not in text
