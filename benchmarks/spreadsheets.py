"""Makes types of a CSV file and of an XLSX file with many rows: the upload with its proposal, a check, and the load."""

import csv
import io
import os
import resource
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import openpyxl

ROWS, SITES = int(os.environ.get('ROWS', '50000')), 40
HEADERS = (
    'Hostname', 'Site', 'Management IP', 'MAC', 'Price', 'Purchased', 'Status', 'Latitude', 'Longitude', 'Owner email',
    'Ports', 'Active', 'Notes', 'Prefix', 'Website', 'Vendor', 'Serial', 'Last seen', 'Warranty months', 'Tags of rack',
)  # fmt: skip


def rows(count: int = ROWS) -> Iterator[list]:
    """Yield the rows of a sheet, the headers first."""
    yield list(HEADERS)
    for n in range(count):
        day, octets = date(2020, 1, 1) + timedelta(days=n % 2000), f'{n // 65536}.{n // 256 % 256}.{n % 256}'
        yield [
            f'sw-{n:05}', f'Site {n % SITES}', f'10.{octets}', f'02:00:00:00:{n // 256 % 256:02x}:{n % 256:02x}',
            n % 90000 / 100, day.isoformat(), ('active', 'planned', 'retired')[n % 3], 52 + n % 1000 / 1000,
            13 + n % 777 / 1000, f'user{n % 300}@example.com', n % 48, ('yes', 'no')[n % 2],
            f'Bought for project {n % 977}, see ticket {n}', f'10.{n % 250}.0.0/16', f'https://example.com/d/{n}',
            ('Cisco', 'Juniper', 'Arista')[n % 3], f'SN{n:08}', f'{day.isoformat()} 12:{n % 60:02}:00', 12 * (n % 6),
            ('a, b', 'b', 'c')[n % 3],
        ]  # fmt: skip


def csv_file() -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text).writerows(rows())
    return io.BytesIO(text.getvalue().encode())


def xlsx_file() -> io.BytesIO:
    workbook, file = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = workbook.create_sheet('Switches')
    for row in rows():
        sheet.append(row)
    workbook.save(file)
    file.seek(0)
    return file


def run(profiler=None) -> None:
    from dcim.models import Site

    Site.objects.bulk_create(Site(name=f'Site {n}', slug=f'site-{n}') for n in range(SITES))
    if profiler:
        profiler.runcall(_load, csv_file(), 'switches', lambda name, call: call())
        return
    for kind, make in (('csv', csv_file), ('xlsx', xlsx_file)):
        file = make()
        print(f'{ROWS} rows, {len(HEADERS)} columns, {kind}, {len(file.getvalue()) / 2**20:.1f} MB')
        _load(file, f'from_{kind}', _timed)


def _timed(name: str, call: Callable) -> None:
    """Print what a step takes, at once: all of them take many minutes."""
    before, started = time.process_time(), time.perf_counter()
    call()
    used, passed = time.process_time() - before, time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f'{name}: {used:.1f} CPU seconds (ours), {passed:.1f} seconds, peak memory {peak} MB', flush=True)


def _load(file: io.BytesIO, name: str, step: Callable) -> None:
    """Make a type of a file, as the pages and the worker do; `step` is called with what each step is called, and it."""
    from users.models import User

    from netbox_custom_objects.api import spreadsheet_job
    from netbox_custom_objects.models import Spreadsheet
    from netbox_custom_objects.schema.spreadsheet.plan import Plan
    from netbox_custom_objects.schema.spreadsheet.references import Targets
    from netbox_custom_objects.schema.spreadsheet.uploads import keep_plan, store

    user = User.objects.get(username='admin')
    step('read, propose and check', lambda: store(file, f'{name}.csv', user))
    sheet = Spreadsheet.objects.latest('pk')
    plan = Plan.from_json(sheet.plan)
    plan.name, plan.slug = name, name.replace('_', '-')
    step('check again', lambda: keep_plan(sheet, plan, Targets(user)))
    job = spreadsheet_job.enqueue(sheet, user)
    worker = spreadsheet_job.LoadSpreadsheetJob(job)
    step('load', lambda: worker.work(spreadsheet=sheet.pk, alias='default'))
    sheet.refresh_from_db()
    if sheet.outcome.get('created') != ROWS:
        raise SystemExit(f'{sheet.outcome} {(sheet.found or {}).get("rows", [])[:3]}')
