"""Creates lists of objects through REST: of a custom type with the columns of a tenant, and tenants, in turns."""

import json

from benchmarks import measure
from tests.support.factories import make_field, make_type

OBJECTS = 500
ROUNDS = 7


def run(profiler=None) -> None:
    from tenancy.models import TenantGroup

    group = TenantGroup.objects.create(name='Group', slug='group')
    make_tenant_like_type(TenantGroup)
    client = measure.rest_client()
    numbers = iter(range(10**9))

    def create(path):
        start = next(numbers) * OBJECTS
        body = json.dumps([tenant(start + index, group.pk) for index in range(OBJECTS)])
        measure.checked(client.post(path, body, content_type='application/json'), 201)

    calls = {
        'tenants': lambda: create('/api/tenancy/tenants/'),
        'custom objects': lambda: create('/api/plugins/custom-objects/customers/'),
    }
    if profiler:
        calls['custom objects']()
        profiler.runcall(calls['custom objects'])
        return
    times = measure.alternate(calls, ROUNDS)
    counts = {name: measure.queries(call) for name, call in calls.items()}
    base = measure.median_ms(times['tenants'])
    measure.print_table(
        ['', 'ms per object', f'ms per list of {OBJECTS}', 'queries per object', 'ratio'],
        [
            [
                name,
                measure.median_ms(taken) / OBJECTS,
                measure.spread(taken),
                counts[name] / OBJECTS,
                measure.median_ms(taken) / base,
            ]
            for name, taken in times.items()
        ],
    )


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
