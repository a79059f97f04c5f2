"""The page that has references checked: who may ask, what for, and what it answers."""

import pytest
from django_rq import get_queue
from rq import SimpleWorker

from core.models import Job
from dcim.models import Site

from netbox_custom_objects.models import CustomObjectType
from tests.support.factories import make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, text_of

PATH = 'custom-object-types/check-references/'


@pytest.fixture
def dangling(db):
    """An object that refers to a site which is gone."""
    site = Site.objects.create(name='S', slug='s')
    thing = make_type('thing', fields=[{'name': 'site', 'type': 'object', 'target': Site}])
    obj = make_object(thing, site=site)
    Site.objects.filter(pk=site.pk)._raw_delete('default')
    return obj


@pytest.fixture
def work(django_capture_on_commit_callbacks):
    """Send what is queued, and run it, as a worker does."""

    def run(send):
        with django_capture_on_commit_callbacks(execute=True):
            send()
        queue = get_queue('default')
        SimpleWorker([queue], connection=queue.connection).work(burst=True)
        return Job.objects.latest('pk')

    return run


def test_a_check_lists_what_it_finds(browser, dangling, work):
    assert PATH in browser.get('custom-object-types/')
    assert 'name="repair"' in browser.get(PATH)
    job = work(lambda: browser.post(PATH))
    assert browser.response['Location'] == job.get_absolute_url()
    assert job.status == 'completed'
    # Ids alone: everyone with the right to view jobs reads them.
    place = f'{dangling._meta.model_name} {dangling.pk}, field '
    assert place in job.log_entries[0]['message']
    assert place in text_of(browser.get(f'/core/jobs/{job.pk}/log/'))
    dangling.refresh_from_db()
    assert dangling.site_id is not None


def test_a_repair_clears_and_logs(browser, dangling, work):
    job = work(lambda: browser.post(PATH, repair='true'))
    assert job.data['repaired']
    dangling.refresh_from_db()
    assert dangling.site_id is None
    assert 'Updated' in text_of(browser.get(f'{dangling.get_absolute_url()}changelog/'))


def test_nothing_to_check(browser, db):
    make_type('thing', fields=[('title', 'text')])
    browser.post(PATH)
    assert 'nothing to check' in browser.messages[0]
    assert not Job.objects.exists()


def test_rights(dangling):
    Browser(make_user('reader', (CustomObjectType, ['view'], None))).get(PATH, expect=403)
    browser = Browser(make_user('editor', (CustomObjectType, ['view', 'change'], None)))
    assert 'name="repair"' not in browser.get(PATH)
    browser.post(PATH, repair='true', expect=403)
    assert not Job.objects.exists()
    browser.post(PATH)
    assert Job.objects.count() == 1
