"""What a site costs that 30,000 custom objects of 100 types point at: its page, the tab, and `linked-objects/`.

With and without the plugin are two fresh processes on the same database, whose requests take turns: one that has filled
the tables itself would have the memory of that to carry, which no server has.
"""

import json
import subprocess
import sys
from contextlib import ExitStack
from statistics import median

from benchmarks import measure
from dev.paths import ROOT, netbox_environment
from tests.support.factories import make_type

TYPES = 100
OBJECTS = 300
ROUNDS = 15
PAIRS = 41

# Reads a page's path per line, gets it, and answers with the seconds that this took and the number of queries.
BROWSER = """
import json, sys
import django
django.setup()
from benchmarks import measure

browser = measure.browser()
for line in sys.stdin:
    path = json.loads(line)
    call = lambda: measure.checked(browser.get(path))
    answer = measure.seconds(call), measure.queries(call)
    print(json.dumps(answer), file=sys.__stdout__, flush=True)
"""


def run(profiler=None) -> None:
    from dcim.models import Site

    # One that all objects point at, and one with a single object of each type: a page of it shows 50 types.
    many, mixed = (Site.objects.create(name=name, slug=name) for name in ('many', 'mixed'))
    fill(many, mixed)
    browser, rest = measure.browser(), measure.rest_client()
    api = '/api/plugins/custom-objects/linked-objects/?object_type=dcim.site&limit=50&object_id='
    calls = {}
    for name, site in (('', many), (', of 50 types', mixed)):
        calls[f'tab, first page{name}'] = get(browser, f'{site.get_absolute_url()}custom-objects/')
        calls[f'linked-objects/, first page{name}'] = get(rest, f'{api}{site.pk}')
    calls['tab, ordered by object'] = get(browser, f'{many.get_absolute_url()}custom-objects/?sort=object')
    calls['tab of one type'] = get(browser, f'{many.get_absolute_url()}custom-objects/?type=kind-7')
    calls['tab, searched'] = get(browser, f'{many.get_absolute_url()}custom-objects/?q=kind_7')
    if profiler:
        call = calls['tab, first page, of 50 types']
        call()
        profiler.runcall(call)
        return
    compare([many.get_absolute_url(), f'{many.get_absolute_url()}journal/', '/dcim/sites/'])
    times = measure.alternate(calls, ROUNDS, warm_up=2)
    rows = [
        [name, measure.median_ms(taken), measure.spread(taken), measure.queries(calls[name])]
        for name, taken in times.items()
    ]
    measure.print_table(['', 'ms', 'from', 'queries'], rows)


def compare(pages) -> None:
    """Print what pages cost with and without the plugin: the ratio is the median of the pairs."""
    rows = []
    with ExitStack() as stack:
        without = stack.enter_context(process(NCO_PLUGINS='netbox_branching'))
        with_plugin = stack.enter_context(process())
        for page in pages:
            pairs = [(ask(without, page), ask(with_plugin, page)) for _ in range(2 + PAIRS)][2:]
            theirs, ours = ([seconds for seconds, _queries in answers] for answers in zip(*pairs))
            (_, queries), (_, our_queries) = pairs[-1]
            ratio = median(our / their for their, our in zip(theirs, ours))
            fastest = min(ours) / min(theirs)
            medians = measure.median_ms(theirs), measure.median_ms(ours)
            rows.append([page, *medians, ratio, fastest, f'{our_queries - queries:+}'])
    measure.print_table(['', 'ms without the plugin', 'ms with it', 'ratio', 'of the fastest', 'queries'], rows)


def process(**environment) -> subprocess.Popen:
    """Start a process that asks for pages of the database of this one; it ends with its input."""
    return subprocess.Popen(
        [sys.executable, '-c', BROWSER],
        cwd=ROOT,
        env=netbox_environment(database_name(), **environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def ask(browser: subprocess.Popen, page: str) -> list:
    browser.stdin.write(f'{json.dumps(page)}\n')
    browser.stdin.flush()
    return json.loads(browser.stdout.readline())


def database_name() -> str:
    from django.db import connection

    return connection.settings_dict['NAME']


def get(client, path):
    return lambda: measure.checked(client.get(path))


def fill(many, mixed) -> None:
    from django.db import connection, transaction

    with transaction.atomic():
        types = [
            make_type(f'kind_{number}', fields=[
                {'name': 'title', 'primary': True},
                ('amount', 'integer'),
                {'name': 'place', 'type': 'object', 'target': type(many)},
            ])
            for number in range(TYPES)
        ]  # fmt: skip
    for made in types:
        model = made.get_model()
        objects = [model(title=f'{made.name} {number}', amount=number, place=many) for number in range(OBJECTS)]
        model.objects.bulk_create([*objects, model(title=f'{made.name} elsewhere', place=mixed)])
    with connection.cursor() as cursor:
        cursor.execute('ANALYZE')
