"""After each replay a job looks for references to nothing; queueing it never fails the replay."""

import django_rq
import pytest
from redis.exceptions import RedisError

from core.models import Job
from dcim.models import Site

from netbox_custom_objects.services.upkeep import reference_check_job
from netbox_custom_objects.services.upkeep.reference_check_job import CheckReferencesJob, enqueue_check, find_schema
from tests.support.branches import delete, edit
from tests.support.factories import make_object, make_type


@pytest.fixture
def site(fresh_database):
    return Site.objects.create(name='S', slug='s')


def make_thing(**attributes):
    return make_type('thing', fields=[{'name': 'site', 'type': 'object', 'target': Site, **attributes}])


def checks():
    found = Job.objects.filter(name__startswith=CheckReferencesJob.name)
    return sorted(job.name.partition(': ')[2] for job in found)


def run(alias='default', **kwargs):
    """Run a check here and now, and return what its log says, with the job."""
    job = CheckReferencesJob.enqueue(name='run', immediate=True, alias=alias, **kwargs)
    job.refresh_from_db()
    assert job.status == 'completed', job.error
    return job, [entry['message'] for entry in job.log_entries]


def test_is_queued_after_merge_revert_and_sync(lab, site):
    with lab.request():
        thing = make_thing()
        make_object(thing, site=site)
    branch = lab.branch()
    with lab.request(branch):
        edit(Site.objects.get(), description='branch')
    with lab.request():
        make_object(thing, site=site)
    assert checks() == []
    lab.sync(branch)
    assert checks() == ['branch']
    lab.merge(branch)
    assert checks() == ['branch', 'main']
    lab.revert(branch)
    # One that waits already is enough.
    assert checks() == ['branch', 'main']
    Job.objects.all().delete()
    lab.merge(branch)
    assert checks() == ['main']


def test_is_not_queued_where_nothing_refers_to_anything(lab, site):
    with lab.request():
        make_type('thing', fields=[('title', 'text')])
    branch = lab.branch()
    with lab.request(branch):
        edit(Site.objects.get(), description='branch')
    lab.merge(branch)
    assert checks() == []


def test_a_merge_succeeds_without_a_queue(lab, site, monkeypatch):
    def fail(*args, **kwargs):
        raise RedisError('no connection')

    with lab.request():
        make_thing()
    branch = lab.branch()
    with lab.request(branch):
        edit(Site.objects.get(), description='branch')
    monkeypatch.setattr(django_rq.get_queue('default').__class__, 'enqueue', fail)
    lab.merge(branch)
    assert Site.objects.get().description == 'branch'


def test_what_a_merge_left_dangling_is_found_and_cleared(lab, site):
    """Main deletes a site by raw SQL while a branch refers to it: nobody is told."""
    with lab.request():
        thing = make_thing()
        obj = make_object(thing)
    branch = lab.branch()
    with lab.request(branch):
        edit(thing.get_model().objects.get(), site=Site.objects.get())
    Site.objects.filter(pk=site.pk)._raw_delete('default')
    lab.merge(branch)
    job, log = run()
    assert job.data == {'schema': 'main', 'found': 1, 'repaired': False}
    assert f'table{thing.pk}model {obj.pk}, field ' in log[0]
    assert 'thing' not in log[0]
    assert f'dcim.site {site.pk}' in log[0]
    job, log = run(repair=True, user=lab.user)
    assert job.data['repaired']
    with lab.request():
        assert thing.get_model().objects.get().site_id is None
    job, log = run()
    assert job.data['found'] == 0


def test_a_branch_is_checked_and_cleared_by_itself(lab, site):
    with lab.request():
        thing = make_thing()
        make_object(thing, site=site)
    branch = lab.branch()
    Site.objects.using(branch.connection_name).filter(pk=site.pk)._raw_delete(branch.connection_name)
    assert run()[0].data['found'] == 0
    job, log = run(branch.connection_name, repair=True, user=lab.user)
    assert (job.data['schema'], job.data['found']) == ('branch', 1)
    with lab.request(branch):
        assert thing.get_model().objects.get().site_id is None
    with lab.request():
        assert thing.get_model().objects.get().site == site
        delete(thing.get_model().objects.get())
    branch.delete()
    assert 'no longer open' in run(branch.connection_name)[1][0]


def test_two_requests_are_one_job(lab, site):
    with lab.request():
        make_thing()
        first = enqueue_check(find_schema('default'))
        assert enqueue_check(find_schema('default')) == first
        assert enqueue_check(find_schema('default'), repair=True) != first
    assert reference_check_job.find_schema('nothing') is None
