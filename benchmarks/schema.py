"""The OpenAPI schema of many types: its size, and what it takes the first time, unchanged, and after a change."""

from benchmarks import measure
from tests.support.factories import make_type

TYPES = 300
# Bytes of JSON that a type of six fields may take, and milliseconds that a change of one may cost.
MOST, MOST_MS = 25_000, 10
ROUNDS = 5
PATH = '/api/schema/?format=json'


def run(profiler=None) -> None:
    from django.core.cache import cache

    from netbox_custom_objects.models import CustomObjectType

    rest = measure.rest_client()
    cache.clear()

    def get(path=PATH):
        return measure.checked(rest.get(path)).content

    first, alone = measure.seconds(get), len(get())
    make_types()
    if profiler:
        profiler.runcall(get)
        return
    every, everything = measure.seconds(get), len(get())
    again = measure.seconds(get)
    changes = []
    for number in range(ROUNDS):
        # Nothing of the whole is left, and all descriptions but one.
        CustomObjectType.objects.filter(name='type_1').update(description=f'Changed {number}')
        changes.append(measure.seconds(get))
    few = len(get(f'{PATH}&types=type-1,type-2'))
    measure.print_table(['', 'ms', 'bytes'], [
        ['without types, the first time', 1000 * first, alone],
        [f'{TYPES} types, the first time', 1000 * every, everything],
        [f'{TYPES} types, unchanged', 1000 * again, everything],
        [f'{TYPES} types, one of them changed', 1000 * min(changes), everything],
        ['?types= with two of them', '', few],
    ])  # fmt: skip
    measure.limit('bytes of a type with 6 fields', 0, (everything - alone) / TYPES, more=MOST)
    measure.limit('/api/schema/ after a change of a type, ms', 1000 * first, 1000 * min(changes), more=MOST_MS)


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
