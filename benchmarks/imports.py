"""Imports a CSV file into a type with ten fields, and one with errors, as a background job does it."""

import csv
import io
import logging
import os
import resource
import time
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from benchmarks import measure
from tests.support.factories import make_field, make_type

ROWS, SITES = int(os.environ.get('ROWS', '30000')), 40
COLUMNS = ('name', 'serial', 'site', 'amount', 'price', 'bought', 'status', 'address', 'web', 'notes')


def run(profiler=None) -> None:
    from dcim.models import Site

    # The log of the job has the errors.
    logging.disable(logging.NOTSET)
    Site.objects.bulk_create(Site(name=f'Site {n}', slug=f'site-{n}') for n in range(SITES))
    custom_object_type = make_asset_type(Site)
    rows = ROWS // 10 if profiler else ROWS
    if profiler:
        profiler.runcall(load, file_of(rows))
        return
    timed(f'{rows} rows', file_of(rows))
    if custom_object_type.get_model().objects.count() != rows:
        raise SystemExit('Not all rows were imported.')
    timed(f'{rows} rows that are all wrong', file_of(rows, 'Nowhere'))


def timed(title: str, text: str) -> None:
    before, started = time.process_time(), time.perf_counter()
    job = load(text)
    used, passed = time.process_time() - before, time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    errors = sum(entry['message'].startswith('Record ') for entry in job.log_entries)
    measure.limit(f'{title}: seconds', 0, passed, more=90)
    measure.limit(f'{title}: MB in all', 0, peak, more=600)
    print(f'{title}: {used:.1f} CPU seconds (ours), {passed:.1f} seconds, peak memory {peak} MB')
    print(f'  {errors} errors listed, status {job.status}')


def load(text: str):
    """Run the job of the import page here; return its record."""
    from core.models import Job
    from netbox.jobs import AsyncViewJob
    from users.models import User
    from utilities.request import copy_safe_request

    from netbox_custom_objects.views.objects.pages import CustomObjectBulkImportView

    file = SimpleUploadedFile('assets.csv', text.encode())
    data = {
        'upload_file': file,
        'format': 'csv',
        'csv_delimiter': ',',
        'import_method': 'upload',
        'background_job': 'on',
    }
    request = RequestFactory().post('/plugins/custom-objects/assets/bulk-import/', data)
    request.user, request.id = User.objects.get(username='admin'), uuid.uuid4()
    AsyncViewJob.enqueue(
        view_cls=CustomObjectBulkImportView, request=copy_safe_request(request), user=request.user, immediate=True,
        name='Bulk import',
    )  # fmt: skip
    return Job.objects.filter(name='Bulk import').latest('created')


def file_of(rows: int, site: str = 'Site') -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for n in range(rows):
        writer.writerow([
            f'asset {n}', f'SN{n:08}', f'{site} {n % SITES}', n % 48, f'{n % 900}.50', f'2024-0{n % 9 + 1}-10',
            ('active', 'planned')[n % 2], f'10.{n // 65536}.{n // 256 % 256}.{n % 256}/24', f'https://example.com/{n}',
            f'Bought for project {n % 977}',
        ])  # fmt: skip
    return text.getvalue()


def make_asset_type(site_model):
    custom_object_type = make_type('asset', 'assets')
    for field in (
        {'name': 'name', 'primary': True, 'required': True, 'unique': True},
        {'name': 'serial', 'unique': True},
        {'name': 'site', 'type': 'object', 'target': site_model},
        {'name': 'amount', 'type': 'integer'},
        {'name': 'price', 'type': 'decimal'},
        {'name': 'bought', 'type': 'date'},
        {'name': 'status', 'type': 'select', 'choices': ['active', 'planned']},
        {'name': 'address', 'type': 'ip_address'},
        {'name': 'web', 'type': 'url'},
        {'name': 'notes', 'type': 'longtext'},
    ):
        make_field(custom_object_type, **field)
    return custom_object_type
