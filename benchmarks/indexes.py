"""Filters, sorted lists, far pages and searches by indexed fields: 1,000,000 objects against 1,000."""

import time
from functools import partial

from benchmarks import measure
from tests.support.factories import make_type

ROWS = {'small': 1000, 'large': 1_000_000}
ROUNDS = 9
ROOT, PAGES = '/api/plugins/custom-objects', '/plugins/custom-objects'
# The large table may take so many times as long as the small one, and so many milliseconds more.
RATIO, MORE = 1.2, 30
# Milliseconds that PostgreSQL needs to count 1,000,000 rows, and to read the keys before a page in the middle: it keeps
# no counts, and an index does not know how many entries come before one.
COUNTING, SKIPPING = 60, 30
# Lists of more objects show an estimate, but for those that are counted.
ESTIMATED_FROM = 100_000
COUNTED = 'counted'


def run(profiler=None) -> None:
    install_trigrams()
    for name, rows in ROWS.items():
        fill(name, rows)
    cases = {
        'exact filter': lambda name, rows: f'{name}/?serial__ie=SN-{rows // 2:07}',
        'exact filter, sorted': lambda name, rows: f'{name}/?size={rows // 2}&ordering=serial',
        'sorted by it': lambda name, rows: f'{name}/?ordering=serial',
        'sorted in reverse': lambda name, rows: f'{name}/?ordering=-size',
        'sorted by last_updated': lambda name, rows: f'{name}/?ordering=-last_updated',
        f'sorted by it, {COUNTED}': lambda name, rows: f'{name}/?ordering=serial',
        'page in the middle': lambda name, rows: f'{name}/?ordering=serial&offset={rows // 2}',
        'page in the middle, by id': lambda name, rows: f'{name}/?offset={rows // 2}',
        f'last page, {COUNTED}': lambda name, rows: f'{name}/?ordering=serial&offset={rows - 50}',
        '?q=, one hit': lambda name, rows: f'{name}/?q=n-{rows // 2:07}',
    }
    rest, browser = measure.rest_client(), measure.browser()
    calls = {}
    for case, path in cases.items():
        for name, rows in ROWS.items():
            url = f'{ROOT}/{path(name, rows)}'
            calls[f'REST, {case}', name] = partial(get, rest, url, case)
            page = f'{PAGES}/{path(name, rows)}'.replace('ordering=', 'sort=')
            if '&offset' not in page and '?offset' not in page:
                calls[f'page, {case}', name] = partial(get, browser, page, case)
    suggestions(browser, calls)
    if profiler:
        profiler.runcall(calls['REST, page in the middle', 'large'])
        return
    times = measure.alternate(calls, ROUNDS, warm_up=2)
    for case in dict.fromkeys(case for case, _name in calls):
        small, large = (measure.median_ms(times[case, name]) for name in ROWS)
        more = MORE + (COUNTING if COUNTED in case else 0) + (SKIPPING if 'in the middle' in case else 0)
        measure.limit(f'{case}, ms', small, large, most=RATIO, more=more)


def get(client, path: str, case: str):
    from django.conf import settings

    ours = settings.PLUGINS_CONFIG['netbox_custom_objects']
    ours['exact_count_limit'] = None if COUNTED in case else ESTIMATED_FROM
    return measure.checked(client.get(path))


def suggestions(browser, calls: dict) -> None:
    from netbox_custom_objects.models import CustomObjectTypeField

    for name, rows in ROWS.items():
        field = CustomObjectTypeField.objects.get(custom_object_type__name=name, name='serial')
        url = f'{PAGES}/custom-object-type-fields/{field.pk}/suggestions/?serial=sn-{rows // 2 - 1:07}'
        calls['suggestions', name] = lambda url=url: measure.checked(browser.get(url))


def install_trigrams() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm')


def fill(name: str, rows: int) -> None:
    """Make a type whose fields have values of their own in `rows` objects, and index the fields."""
    from django.db import connection

    from netbox_custom_objects.services.upkeep.deferred import finish_schema_change

    made = make_type(name, fields=[
        {'name': 'serial', 'primary': True, 'suggest_values': True, 'filter_logic': 'exact'},
        {'name': 'note'}, {'name': 'size', 'type': 'integer'}, {'name': 'state', 'filter_logic': 'exact'},
    ])  # fmt: skip
    ids, table = dict(made.fields.values_list('name', 'pk')), made.get_model()._meta.db_table
    columns = ', '.join(f'f_{ids[field]}' for field in ('serial', 'note', 'size', 'state'))
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} ({columns}, created, last_updated)'
            " SELECT 'SN-' || lpad(n::text, 7, '0'), 'rack ' || md5(n::text), n, 'state ' || n %% 5, now(),"
            " now() - n * interval '1 second' FROM generate_series(1, %s) n ORDER BY md5(n::text)",
            [rows],
        )
        # So that it is known to be large: such tables are indexed by `last_updated`.
        cursor.execute(f'ANALYZE {table}')
    started = time.perf_counter()
    for field in made.fields.all():
        field.indexed = True
        field.full_clean()
        field.save()
    finish_schema_change('default', made.pk)
    with connection.cursor() as cursor:
        # So that lists are read without looking at the rows, as when autovacuum has been there. Before the indexes were
        # built, it left pages that are not known to be visible to all.
        cursor.execute(f'VACUUM ANALYZE {table}')
    print(f'  fields of {rows} objects indexed in {time.perf_counter() - started:.0f} s', flush=True)
