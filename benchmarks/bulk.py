"""Creates, changes and deletes lists of objects through REST: of a custom type with a tenant's columns, and tenants."""

import json
import os

from benchmarks import measure
from tests.support.factories import make_field, make_type

SIZES = tuple(int(size) for size in os.environ.get('SIZES', '1,60,1000').split(','))
# How many times as fast as tenants lists of so many objects must be, at least; an object of its own as fast.
TIMES_AS_FAST = {'create': 6, 'update': 4, 'delete': 4}
MANY_FROM = 50
LONG = 100
PATHS = {'tenants': '/api/tenancy/tenants/', 'custom objects': '/api/plugins/custom-objects/customers/'}


def run(profiler=None) -> None:
    from tenancy.models import TenantGroup

    group = TenantGroup.objects.create(name='Group', slug='group')
    make_tenant_like_type(TenantGroup)
    client = measure.rest_client()
    lists = {name: Lists(client, path, group.pk) for name, path in PATHS.items()}
    for size in SIZES:
        for step in ('create', 'update', 'delete'):
            calls = {name: made.prepared(step, size) for name, made in lists.items()}
            if profiler:
                lists['custom objects'].prepare(step, size)
                profiler.runcall(calls['custom objects'])
            else:
                compare(step, size, calls, lists)


def compare(step: str, size: int, calls: dict, lists: dict) -> None:
    """Print what a list costs each object, of tenants and of custom objects."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    # A long list takes minutes, and hardly differs from round to round; shorter ones came before it.
    is_long = size > LONG
    for number in range(1 if is_long else 6 if size > 1 else 21):
        for name, call in calls.items():
            lists[name].prepare(step, size)
            taken = measure.seconds(call)
            if number or is_long:
                times[name].append(taken)
    counts = {}
    for name, call in () if is_long else calls.items():
        lists[name].prepare(step, size)
        counts[name] = measure.queries(call)
    native, ours = (measure.median_ms(taken) / size for taken in times.values())
    least = TIMES_AS_FAST[step] if size >= MANY_FROM else 1
    measure.limit(f'{step}, {size} in a list: ms per object', native, ours, most=1 / least)
    print(f'{step}, {size} in a list')
    measure.print_table(
        ['', 'ms per object', 'ms per list', 'queries per object', 'times as fast'],
        [
            [
                name,
                measure.median_ms(taken) / size,
                measure.spread(taken),
                counts[name] / size if counts else '',
                native * size / measure.median_ms(taken),
            ]
            for name, taken in times.items()
        ],
    )


class Lists:
    """Lists of objects of one endpoint; what is changed or deleted is created before."""

    numbers = iter(range(10**9))

    def __init__(self, client, path: str, group: int):
        self.client, self.path, self.group = client, path, group
        self.pks: list[int] = []

    def prepared(self, step: str, size: int):
        return lambda: getattr(self, step)(size)

    def prepare(self, step: str, size: int) -> None:
        """Create what the next call changes or deletes."""
        if step != 'create':
            while len(self.pks) < size:
                self.create(max(size, 100))

    def create(self, size: int) -> None:
        body = [tenant(next(self.numbers), self.group) for _ in range(size)]
        self.pks += [made['id'] for made in self._send('post', body, 201).json()]

    def update(self, size: int) -> None:
        number = next(self.numbers)
        self._send('patch', [{'id': pk, 'description': f'Changed {number} {pk}'} for pk in self.pks[:size]], 200)

    def delete(self, size: int) -> None:
        gone, self.pks = self.pks[:size], self.pks[size:]
        self._send('delete', [{'id': pk} for pk in gone], 204)

    def _send(self, method: str, body: list, status: int):
        send = getattr(self.client, method)
        return measure.checked(send(self.path, json.dumps(body), content_type='application/json'), status)


def make_tenant_like_type(group_model):
    """Make a type with a tenant's own columns: unique name and slug, group, description, comments."""
    custom_object_type = make_type('customer', 'customers')
    for field in (
        {'name': 'name', 'primary': True, 'required': True, 'unique': True},
        {'name': 'slug', 'required': True, 'unique': True},
        {'name': 'group', 'type': 'object', 'target': group_model},
        {'name': 'description'},
        {'name': 'comments', 'type': 'longtext'},
    ):
        make_field(custom_object_type, **field)
    return custom_object_type


def tenant(number: int, group_id: int) -> dict:
    return {
        'name': f'Tenant {number}',
        'slug': f'tenant-{number}',
        'group': group_id,
        'description': f'Number {number} of many',
        'comments': 'Created by a benchmark',
    }
