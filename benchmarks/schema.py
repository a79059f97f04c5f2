"""The OpenAPI schema of many types: its size, and what it takes the first time, unchanged, and after a change."""

from statistics import median

from benchmarks import measure
from tests.support.factories import make_type

TYPES = 300
# Bytes of JSON that a type of six fields may take, and milliseconds that a change of one may cost. Writing one in YAML
# takes drf-spectacular six of them.
MOST, MOST_MS = 25_000, {'JSON': 10, 'YAML': 20}
ROUNDS = 7
ROOT = '/api/plugins/custom-objects/'
PATHS = {'JSON': '/api/schema/?format=json', 'YAML': '/api/schema/'}


def run(profiler=None) -> None:
    from django.core.cache import cache

    rest = measure.rest_client()
    cache.clear()

    def get(path=PATHS['JSON']):
        return measure.checked(rest.get(path)).content

    first, alone = measure.seconds(get), len(get())
    make_types()
    if profiler:
        profiler.runcall(get)
        return
    every, everything = measure.seconds(get), len(get())
    few = len(get(f'{PATHS["JSON"]}&types=type-1,type-2'))
    measure.print_table(['JSON', 'ms', 'bytes'], [
        ['without types, the first time', 1000 * first, alone],
        [f'{TYPES} types, the first time', 1000 * every, everything],
        ['?types= with two of them', '', few],
    ])  # fmt: skip
    measure.limit('bytes of a type with 6 fields', 0, (everything - alone) / TYPES, more=MOST)
    for name, path in PATHS.items():
        compare(name, lambda path=path: get(path), lambda: get(ROOT))


def compare(form: str, get, get_root) -> None:
    """Compare the document that is put together of what is kept with the one after a change of a type."""
    from netbox_custom_objects.models import CustomObjectType

    get()
    again, changed = [], []
    for number in range(ROUNDS):
        again.append(measure.seconds(get))
        # All descriptions are left but one.
        CustomObjectType.objects.filter(name='type_1').update(description=f'Changed {number} {form}')
        # What any first request after a change costs: this process learns of it.
        get_root()
        changed.append(measure.seconds(get))
    kept, described = 1000 * median(again), 1000 * median(changed)
    name = f'/api/schema/ of {TYPES} types in {form}, one of them changed, ms'
    measure.limit(name, kept, described, more=MOST_MS[form])


def make_types() -> None:
    from django.db import transaction

    from dcim.models import Site

    with transaction.atomic():
        for number in range(TYPES):
            make_type(f'type_{number}', fields=[
                {'name': 'title', 'primary': True}, ('notes', 'longtext'), ('amount', 'integer'), ('bought', 'date'),
                {'name': 'place', 'type': 'object', 'target': Site},
                {'name': 'places', 'type': 'multiobject', 'target': Site},
            ])  # fmt: skip
