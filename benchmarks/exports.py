"""Exports a wide type as CSV, as NetBox's own export does it and as ours, and one with many objects."""

import os
import resource

from benchmarks import measure
from tests.support.factories import make_type

FIELDS, OBJECTS, ROUNDS = 66, int(os.environ.get('OBJECTS', '5000')), 2
MANY = int(os.environ.get('ROWS', '1000000'))
KINDS = ('text', 'integer', 'decimal', 'date', 'boolean', 'url', 'longtext', 'ip_address', 'select', 'datetime')
VALUES = {
    'text': "'text ' || n", 'integer': 'n', 'decimal': 'n / 4.0', 'date': "date '2024-01-01' + mod(n, 900)",
    'boolean': 'mod(n, 2) = 0', 'url': "'https://example.com/' || n", 'longtext': "'*note* ' || n",
    'ip_address': "'10.0.0.1/24'::inet", 'select': "'red'", 'datetime': 'now()',
}  # fmt: skip


def run(profiler=None) -> None:
    wide, narrow = make_table('wide', FIELDS, OBJECTS), make_table('narrow', 5, MANY)
    client = measure.browser()
    if profiler:
        profiler.runcall(export, client, wide)
        return
    # The first request of a process loads what all of them need.
    export(client, wide, 'export=table&id=1')
    for query in ('export=table', 'export=importable'):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        taken = measure.seconds(lambda query=query: export(client, narrow, query))
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
        print(f'{query}, {MANY} objects: {taken:.1f} seconds, {more} MB more')
        measure.limit(f'{query}, {MANY} objects: MB more', 0, more, more=100)
    calls = {'ours': lambda: export(client, wide), "NetBox's": lambda: export_as_netbox(client, wide)}
    print(f'{OBJECTS} objects with {FIELDS} fields')
    times = measure.alternate(calls, ROUNDS, warm_up=0)
    native, ours = (measure.median_ms(times[name]) / 1000 for name in ("NetBox's", 'ours'))
    measure.limit(f'CSV, {OBJECTS} objects with {FIELDS} fields: seconds', 0, ours, more=3)
    measure.limit("the same, against NetBox's export: seconds", native, ours, most=0.5)
    measure.print_table(
        ['', 'seconds', 'spread in ms'],
        [[name, measure.median_ms(taken) / 1000, measure.spread(taken)] for name, taken in times.items()],
    )


def export(client, slug: str, query: str = 'export=') -> int:
    """Return how many bytes an export has; they are not kept."""
    response = measure.checked(client.get(f'/plugins/custom-objects/{slug}/?{query}'))
    return sum(map(len, response.streaming_content if response.streaming else [response.content]))


def export_as_netbox(client, slug: str) -> int:
    from netbox_custom_objects.views.objects.export import ImportableExportMixin

    ours = ImportableExportMixin.export_table
    del ImportableExportMixin.export_table
    try:
        return export(client, slug)
    finally:
        ImportableExportMixin.export_table = ours


def make_table(name: str, fields: int, rows: int) -> str:
    """Make a type with fields of many kinds, fill its table, and return its slug."""
    from django.db import connection

    kinds = [KINDS[number % len(KINDS)] for number in range(fields)]
    extra = {'select': {'choices': ['red', 'blue']}}
    custom_object_type = make_type(name, name, fields=[
        {'name': f'field_{n}', 'type': kind, 'primary': n == 0, **extra.get(kind, {})} for n, kind in enumerate(kinds)
    ])  # fmt: skip
    model = custom_object_type.get_model()
    columns = [model._meta.get_field(f'field_{n}').column for n in range(fields)]
    values = ', '.join(VALUES[kind] for kind in kinds)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {model._meta.db_table} (created, last_updated, {", ".join(columns)}) '
            f'SELECT now(), now(), {values} FROM generate_series(1, %s) n',
            [rows],
        )
        cursor.execute(f'ANALYZE {model._meta.db_table}')
    return name
