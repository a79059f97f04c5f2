"""
What 500 types with 3,000 fields cost a process that has just started, the pages that everybody opens, and edits.

Processes with and without types run on two databases and take turns. A type refers to nine others of its ten, and every
tenth one to sites. The edited type has a large table.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from statistics import median

from benchmarks import measure
from dev import database
from dev.paths import ROOT, netbox_environment

TYPES, ISLAND = 500, 10
ROWS = 200_000
STARTS, PAIRS, EDITS = 5, 25, 15
# Milliseconds, but for the memory, which is in megabytes.
MOST_OF_START, MOST_MEMORY, MOST_OF_MODEL, MOST_OF_PAGE, MOST_OF_EDIT = 300, 20, 150, 10, 60
# Path, and queries more: one counts the objects that refer to a site.
PAGES = {'home': ('/', 0), 'list of sites': ('/dcim/sites/', 0), 'page of a site': ('/dcim/sites/{site}/', 1)}

# Answers with what the start has cost and, for each path that it reads, with what getting it costs.
PROCESS = """
import json, sys, time
started = time.perf_counter()
import django
django.setup()
ready = time.perf_counter() - started

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from benchmarks import measure
from dev.admin import ensure_superuser
from netbox_custom_objects.runtime.classes import island

def answer(found):
    print(json.dumps(found), file=sys.__stdout__, flush=True)

def memory():
    with open('/proc/self/status') as status:
        return next(int(line.split()[1]) for line in status if line.startswith('VmRSS')) / 1024

built, build = [], island.build_classes
def counted(definitions):
    built.append(definitions)
    return build(definitions)
island.build_classes = counted

ensure_superuser()
browser, rest = measure.browser(), measure.rest_client()
def get(path):
    return measure.checked((rest if path.startswith('/api/') else browser).get(path))

if type_id := int(sys.argv[1]):
    answer([measure.seconds(lambda: apps.get_model('netbox_custom_objects', f'table{type_id}model')), len(built)])
else:
    answer([ready + measure.seconds(lambda: get('/dcim/sites/')), memory()])
for line in sys.stdin:
    (path, is_counted), before = json.loads(line), len(built)
    call = lambda: get(path)
    answer([measure.queries(call) if is_counted else measure.seconds(call), len(built) - before])
"""


def run(profiler=None) -> None:
    from django.db import connection

    from dcim.models import Site

    name = connection.settings_dict['NAME']
    without = f'{name}_without'
    connection.close()
    database.clone(without, in_memory=True)
    try:
        site = Site.objects.create(name='Site', slug='site')
        types = make_types()
        fill(types[0])
        if profiler:
            edits = make_edits(types[0])
            profiler.runcall(lambda: [edit() for edit in edits.values() for _ in range(EDITS)])
            return
        compare_starts(without, name, types[-1].pk)
        compare_pages(without, name, site)
        compare_edits(name, types[0])
    finally:
        database.drop(without)


def make_types() -> list:
    from netbox_custom_objects.models import CustomObjectType
    from netbox_custom_objects.schema.executor import apply_document

    apply_document({'schema_version': '1', 'types': [entry(number) for number in range(TYPES)]})
    return list(CustomObjectType.objects.order_by('pk'))


def entry(number: int) -> dict:
    """Return a type as a document describes it."""
    # The first of its island refers to sites.
    target = f'custom-objects/type-{number - 1}' if number % ISLAND else 'dcim/site'
    fields = [
        {'name': 'title', 'type': 'text', 'primary': True},
        {'name': 'notes', 'type': 'longtext'},
        {'name': 'amount', 'type': 'integer'},
        {'name': 'bought', 'type': 'date'},
        {'name': 'is_used', 'type': 'boolean'},
        {'name': 'peer', 'type': 'object', 'related_object_type': target},
    ]
    return {
        'name': f'type_{number}',
        'slug': f'type-{number}',
        'group_name': f'Group {number % 12}',
        'fields': [{'id': place, **field} for place, field in enumerate(fields, start=1)],
    }


def fill(custom_object_type) -> None:
    from django.db import connection

    columns = {field.name: f'f_{field.pk}' for field in custom_object_type.fields.all()}
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO custom_objects_{custom_object_type.pk} ({columns["title"]}, {columns["amount"]}) '
            f"SELECT 'Object ' || number, number FROM generate_series(1, {ROWS}) number"
        )
        cursor.execute('ANALYZE')


@contextmanager
def process(name: str, type_id: int = 0) -> Iterator[subprocess.Popen]:
    """Start a process that gets pages of a database, or first of all the class of a type; it ends with its input."""
    with subprocess.Popen(
        [sys.executable, '-c', PROCESS, str(type_id)],
        cwd=ROOT,
        env=netbox_environment(name),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as found:
        yield found
        found.stdin.close()


def answer(found: subprocess.Popen) -> list:
    return json.loads(found.stdout.readline())


def ask(found: subprocess.Popen, path: str, is_counted: bool = False) -> list:
    found.stdin.write(f'{json.dumps([path, is_counted])}\n')
    found.stdin.flush()
    return answer(found)


def compare_starts(without: str, name: str, type_id: int) -> None:
    starts: dict[str, list] = {without: [], name: []}
    models = []
    for _ in range(STARTS):
        for database_name, found in starts.items():
            with process(database_name) as started:
                found.append(answer(started))
        with process(name, type_id) as started:
            models.append(answer(started))
    (before, memory_before), (after, memory_after) = (
        [median(values) for values in zip(*found)] for found in starts.values()
    )
    first = measure.median_ms([taken for taken, _built in models])
    measure.print_table(['', 'ms', 'MB'], [
        ['start and first page, without types', 1000 * before, memory_before],
        [f'start and first page, {TYPES} types', 1000 * after, memory_after],
        [f'first model, {TYPES} types', first, ''],
    ])  # fmt: skip
    measure.limit(f'start with {TYPES} types, ms', 1000 * before, 1000 * after, more=MOST_OF_START)
    measure.limit(f'memory with {TYPES} types, MB', memory_before, memory_after, more=MOST_MEMORY)
    measure.limit(f'first model of {TYPES} types, ms', 0, first, more=MOST_OF_MODEL)
    measure.limit('islands that it builds', 0, models[0][1], more=1)


def compare_pages(without: str, name: str, site) -> None:
    rows = []
    with process(without) as native, process(name) as ours:
        answer(native)
        answer(ours)
        # The other database has no such site.
        make_site(without, site)
        for page, (pattern, most_queries) in PAGES.items():
            path = pattern.format(site=site.pk)
            pairs = [(ask(native, path), ask(ours, path)) for _ in range(2 + PAIRS)][2:]
            (theirs, _), (taken, _) = (zip(*found) for found in zip(*pairs))
            their_queries, queries = (ask(found, path, is_counted=True)[0] for found in (native, ours))
            more = measure.median_ms([our - their for their, our in zip(theirs, taken)])
            before = measure.median_ms(theirs)
            rows.append([page, before, measure.median_ms(taken), more, their_queries, queries])
            measure.limit(f'{page} with {TYPES} types, ms', before, before + more, more=MOST_OF_PAGE)
            measure.limit(f'{page} with {TYPES} types, queries', their_queries, queries, more=most_queries)
    measure.print_table(['', 'ms without types', 'ms with them', 'more', 'queries without', 'queries'], rows)


def make_site(name: str, site) -> None:
    code = (
        'import django; django.setup()\n'
        'from dcim.models import Site\n'
        f'Site.objects.create(pk={site.pk}, name="Site", slug="site")'
    )
    subprocess.run([sys.executable, '-c', code], cwd=ROOT, env=netbox_environment(name), check=True)


def make_edits(custom_object_type) -> dict:
    """Return calls that save a tenant and edit the type over REST, each in another way."""
    from tenancy.models import Tenant

    rest, numbers = measure.rest_client(), count()
    tenant = Tenant.objects.create(name='Tenant', slug='tenant')
    field = custom_object_type.fields.get(name='notes')
    api = '/api/plugins/custom-objects'
    paths = {
        'a tenant': (f'/api/tenancy/tenants/{tenant.pk}/', 'description'),
        'description of a type': (f'{api}/custom-object-types/{custom_object_type.pk}/', 'description'),
        'name of a type': (f'{api}/custom-object-types/{custom_object_type.pk}/', 'name'),
        'label of a field': (f'{api}/custom-object-type-fields/{field.pk}/', 'label'),
        'name of a field': (f'{api}/custom-object-type-fields/{field.pk}/', 'name'),
    }

    def edit(path, attribute):
        measure.checked(rest.patch(path, {attribute: f'edit_{next(numbers)}'}, content_type='application/json'))

    return {name: partial(edit, *place) for name, place in paths.items()}


def compare_edits(name: str, custom_object_type) -> None:
    edits = make_edits(custom_object_type)
    times = measure.alternate(edits, EDITS, warm_up=2)
    tenant, *others = ((what, measure.median_ms(taken)) for what, taken in times.items())
    listed = f'/api/plugins/custom-objects/{custom_object_type.slug}/?limit=1'
    rows = [['a tenant', tenant[1], '', '']]
    with process(name) as other:
        answer(other)
        ask(other, listed)
        for what, taken in others:
            edits[what]()
            after, built = ask(other, listed)
            again, *_rest = ask(other, listed)
            rows.append([what, taken, 1000 * (after - again), built])
            measure.limit(f'edit of the {what}, ms', tenant[1], taken, more=MOST_OF_EDIT)
            measure.limit(f'islands another process builds after the edit of the {what}', 0, built, more=1)
    measure.print_table(['edited over REST', 'ms', 'more in another process, ms', 'islands built'], rows)
