"""What a site costs that 30,000 custom objects of 100 types refer to: its page, the tab, and `linked-objects/`.

With and without the plugin are two fresh processes on the same database, whose requests take turns: one that has filled
the tables itself would have the memory of that to carry, which no server has.
"""

import json
import subprocess
import sys
from statistics import median

from benchmarks import measure
from dev.paths import ROOT, netbox_environment
from tests.support.factories import make_type

TYPES = 100
OBJECTS = 300
ROUNDS = 9
PAIRS = 41
# Objects of one more type, which are read at once.
MANY = 1000

# Reads a path per line, gets it, and answers with the seconds that this took, and the number of queries if it is asked.
CLIENT = """
import json, sys
import django
django.setup()
from benchmarks import measure

browser, rest = measure.browser(), measure.rest_client()
for line in sys.stdin:
    path, is_counted = json.loads(line)
    client = rest if path.startswith('/api/') else browser
    call = lambda: measure.checked(client.get(path))
    answer = measure.queries(call) if is_counted else measure.seconds(call)
    print(json.dumps(answer), file=sys.__stdout__, flush=True)
"""


def run(profiler=None) -> None:
    from dcim.models import Site

    # One that all objects refer to, and one with a single object of each type: a page of it shows 50 types.
    many, mixed, one_type = (Site.objects.create(name=name, slug=name) for name in ('many', 'mixed', 'one-type'))
    fill(many, mixed, one_type)
    page, api = many.get_absolute_url(), '/api/plugins/custom-objects/linked-objects/?object_type=dcim.site&limit=50'
    paths = {
        'tab, first page': f'{page}custom-objects/',
        'linked-objects/, first page': f'{api}&object_id={many.pk}',
        'tab, first page, of 50 types': f'{mixed.get_absolute_url()}custom-objects/',
        'linked-objects/, first page, of 50 types': f'{api}&object_id={mixed.pk}',
        'tab, ordered by object': f'{page}custom-objects/?sort=object',
        'tab of one type': f'{page}custom-objects/?type=kind-7',
        'tab, searched': f'{page}custom-objects/?q=kind_7',
    }
    if profiler:
        browser = measure.browser()
        browser.get(paths['tab, first page, of 50 types'])
        profiler.runcall(browser.get, paths['tab, first page, of 50 types'])
        return
    with process(NCO_PLUGINS='netbox_branching') as without, process() as with_plugin:
        # What every page may cost, and the page itself in proportion: its panel shows what refers to it.
        others = {'most': 1, 'more': 10}
        compare(without, with_plugin, {page: {'most': 1.2}, f'{page}journal/': others, '/dcim/sites/': others})
        compare_with_lists(with_plugin, one_type)
        answers = [{name: ask(with_plugin, path) for name, path in paths.items()} for _ in range(1 + ROUNDS)][1:]
        queries = {name: ask(with_plugin, path, is_counted=True) for name, path in paths.items()}
    rows = []
    for name in paths:
        taken = [found[name] for found in answers]
        rows.append([name, measure.median_ms(taken), measure.spread(taken), queries[name]])
    measure.print_table(['', 'ms', 'from', 'queries'], rows)


def compare(without, with_plugin, pages) -> None:
    """Print what pages cost with and without the plugin: the ratio is the median of the pairs."""
    rows = []
    for page, limit in pages.items():
        pairs = [(ask(without, page), ask(with_plugin, page)) for _ in range(2 + PAIRS)][2:]
        theirs, ours = zip(*pairs)
        queries, our_queries = (ask(client, page, is_counted=True) for client in (without, with_plugin))
        ratio = median(our / their for their, our in zip(theirs, ours))
        fastest = min(ours) / min(theirs)
        medians = measure.median_ms(theirs), measure.median_ms(ours)
        # Paired: the median of the ratios, not the ratio of the medians.
        measure.limit(f'{page}, ms', medians[0], medians[0] * ratio, **limit)
        rows.append([page, *medians, ratio, fastest, f'{our_queries - queries:+}'])
    measure.print_table(['', 'ms without the plugin', 'ms with it', 'ratio', 'of the fastest', 'queries'], rows)


def compare_with_lists(with_plugin, site) -> None:
    """Compare what refers to a site with the lists of the same objects."""
    root, tab = '/plugins/custom-objects/', f'{site.get_absolute_url()}custom-objects/?per_page={MANY}'
    page = f'{root}kind-many/?place_id={site.pk}&per_page={MANY}'
    listed = f'/api{root}kind-many/?place_id={site.pk}&limit={MANY}'
    linked = f'/api{root}linked-objects/?object_type=dcim.site&object_id={site.pk}&limit={MANY}'
    for name, native, ours in (
        ('linked-objects/', listed, linked),
        ('tab', page, tab),
        ('tab of one type', page, f'{tab}&type=kind-many'),
    ):
        pairs = [(ask(with_plugin, native), ask(with_plugin, ours)) for _ in range(1 + ROUNDS)][1:]
        figures = (measure.median_ms(times) for times in zip(*pairs))
        measure.limit(f'{name} with {MANY} entries, against their list, ms', *figures, most=1.3)


def process(**environment) -> subprocess.Popen:
    """Start a process that gets pages of the database of this one; it ends with its input."""
    return subprocess.Popen(
        [sys.executable, '-c', CLIENT],
        cwd=ROOT,
        env=netbox_environment(database_name(), **environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def ask(client: subprocess.Popen, path: str, is_counted: bool = False) -> float:
    client.stdin.write(f'{json.dumps([path, is_counted])}\n')
    client.stdin.flush()
    return json.loads(client.stdout.readline())


def database_name() -> str:
    from django.db import connection

    return connection.settings_dict['NAME']


def fill(many, mixed, one_type) -> None:
    from django.db import connection, transaction

    numbers = [*range(TYPES), 'many']
    with transaction.atomic():
        types = [
            make_type(f'kind_{number}', fields=[
                {'name': 'title', 'primary': True},
                ('amount', 'integer'),
                {'name': 'place', 'type': 'object', 'target': type(many)},
            ])
            for number in numbers
        ]  # fmt: skip
    for made in types[:TYPES]:
        model = made.get_model()
        objects = [model(title=f'{made.name} {number}', amount=number, place=many) for number in range(OBJECTS)]
        model.objects.bulk_create([*objects, model(title=f'{made.name} elsewhere', place=mixed)])
    model = types[-1].get_model()
    model.objects.bulk_create([model(title=f'Title {number}', amount=number, place=one_type) for number in range(MANY)])
    with connection.cursor() as cursor:
        cursor.execute('ANALYZE')
