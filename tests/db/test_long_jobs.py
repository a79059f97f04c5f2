"""Jobs that read whole tables: a worker may take longer for them than for others."""

import re

from django_rq import get_queue

from core.models import Job
from dcim.models import Site

from netbox_custom_objects.services.upkeep.reference_check_job import enqueue_check
from netbox_custom_objects.services.upkeep.schemas import open_main_schema
from tests.support.branches import edit
from tests.support.factories import make_field
from tests.support.staged import begin, fresh, make_filled

DAY = 24 * 3600


def test_jobs_that_read_whole_tables_may_take_a_day(fresh_database, plugin_settings):
    plugin_settings(inline_row_limit=2)
    field = make_filled(['1', '2', '3'])
    Job.objects.all().delete()
    edit(fresh(field), search_weight=77)
    # An index, which is built later.
    make_field(field.custom_object_type, 'place', 'object', target=Site)
    enqueue_check(open_main_schema())
    begin(field, type='integer')
    queue = get_queue('default')
    # Some names end with the id of what the job is about.
    timeouts = {
        re.sub(r' \d+$|:.*', '', str(job.name)): queue.fetch_job(str(job.job_id)).timeout for job in Job.objects.all()
    }
    assert timeouts == {
        'Reindex Custom Object Type': DAY,
        'Finish schema change': DAY,
        'Check custom object references': DAY,
        'Staged change': DAY,
    }
