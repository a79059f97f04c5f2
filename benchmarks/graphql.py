"""
Composing and introspecting the GraphQL schema of 400 types with 2,500 fields; lists of 1,000 objects and of tenants.

One of the lists is of a type with 66 fields, of which few are selected.
"""

import gc
from dataclasses import replace
from functools import partial
from pathlib import Path

from graphql import get_introspection_query, graphql_sync

from benchmarks import measure
from benchmarks.bulk import make_tenant_like_type
from netbox_custom_objects.definitions import FieldDefinition, TargetRef, TypeDefinition
from netbox_custom_objects.graphql.composed import compose
from netbox_custom_objects.graphql.host import host
from netbox_custom_objects.runtime.classes.world import World
from tests.support.factories import make_type

TYPES, FIELDS, FIRST = 400, 2500, 10**6
# Memory is compared over the edits after these.
WARM_UP, EDITS = 50, 200
OBJECTS = 1000
WIDE = 66
ROUNDS = 15
KINDS = ('text', 'longtext', 'integer', 'decimal', 'boolean', 'date', 'json')


def run(profiler=None) -> None:
    definitions = make_definitions()
    visible = frozenset(definitions)
    if profiler:
        current = World(definitions)
        profiler.runcall(compose, current, visible)
        return
    current = World(definitions)
    rows = [
        [
            f'compose {TYPES} types with {FIELDS} fields, first',
            1000 * measure.seconds(partial(compose, current, visible)),
        ]
    ]
    times, memory = [], []
    for number in range(WARM_UP + EDITS):
        definitions = edited(definitions, number)
        current = World(definitions)
        # To collect what 400 types consist of takes ten times as long as this.
        times.append(measure.seconds(partial(compose, current, visible), collect=False))
        if number + 1 in (WARM_UP, WARM_UP + EDITS):
            gc.collect()
            memory.append(resident())
    rows.append(['compose after an edit of one type', measure.median_ms(times)])
    rows.append([f'MB more after {EDITS} edits', float(memory[1] - memory[0])])
    rows += introspections(current, visible)
    measure.print_table(['', 'ms'], rows)
    lists()


def introspections(current: World, visible: frozenset[int]) -> list[list]:
    """Return what it takes to tell all of the schema: NetBox's alone, and those of two users."""
    half = frozenset(sorted(visible)[::2])
    schemas = {
        "introspection of NetBox's own schema": host().schema,
        f'introspection with {len(half)} of {TYPES} types': compose(current, half),
        f'introspection with {TYPES} types': compose(current, visible),
    }
    query = get_introspection_query()
    calls = {name: partial(graphql_sync, schema._schema, query) for name, schema in schemas.items()}
    return [[name, measure.median_ms(times)] for name, times in measure.alternate(calls, 3).items()]


def make_definitions() -> dict[int, TypeDefinition]:
    """Return types of which ten at a time refer to one another."""
    found = {}
    for number in range(TYPES):
        type_id = FIRST + number
        fields = [field(type_id, place, KINDS[place % len(KINDS)]) for place in range(FIELDS // TYPES)]
        if number % 10:
            target = TargetRef('netbox_custom_objects', f'table{type_id - 1}model')
            fields[0] = replace(fields[0], type='object', targets=(target,))
        fields += [field(type_id, 90, 'text')] if number % 4 == 0 else []
        found[type_id] = TypeDefinition(type_id, f'type_{number}', f'type-{number}').with_fields(fields)
    return found


def field(type_id: int, place: int, kind: str) -> FieldDefinition:
    pk = type_id * 1000 + place
    return FieldDefinition(pk, type_id, f'field_{place}', kind, f'field_{place}__{pk}')


def edited(definitions: dict[int, TypeDefinition], number: int) -> dict[int, TypeDefinition]:
    definition = definitions[FIRST + 5]
    changed = definition.with_fields((*definition.fields[:6], field(definition.id, 100 + number, 'text')))
    return {**definitions, definition.id: changed}


def resident() -> float:
    """Return the memory of this process, in MB."""
    return int(Path('/proc/self/statm').read_text().split()[1]) * 4 / 1024


def lists() -> None:
    from tenancy.models import Tenant, TenantGroup

    group = TenantGroup.objects.create(name='Group', slug='group')
    model = make_tenant_like_type(TenantGroup).get_model()
    for number in range(OBJECTS):
        values = {'name': f'Name {number}', 'slug': f'name-{number}', 'group': group}
        Tenant.objects.create(**values)
        model.objects.create(**values)
    make_wide_objects()
    client = measure.browser()
    fields = 'id name slug description comments created'
    every = ' '.join(f'field_{number}' for number in range(WIDE))
    some = ' '.join(every.split()[:5])
    calls = {
        'tenant_list': lambda: ask(client, f'{{ tenant_list {{ {fields} }} }}'),
        'custom_objects_customers_list': lambda: ask(client, f'{{ custom_objects_customers_list {{ {fields} }} }}'),
        f'6 of {WIDE} fields': lambda: ask(client, f'{{ custom_objects_wide_list {{ id {some} }} }}'),
        f'{WIDE} fields': lambda: ask(client, f'{{ custom_objects_wide_list {{ id {every} }} }}'),
    }
    times = measure.alternate(calls, ROUNDS, warm_up=2)
    base = measure.median_ms(times['tenant_list'])
    rows = []
    for name, taken in times.items():
        median = measure.median_ms(taken)
        rows.append([name, median, measure.spread(taken), measure.queries(calls[name]), median / base])
    measure.print_table([f'{OBJECTS} objects, 6 fields', 'ms', 'from', 'queries', 'ratio'], rows)


def make_wide_objects() -> None:
    names = [f'field_{number}' for number in range(WIDE)]
    model = make_type('wide', fields=[(name, 'text') for name in names]).get_model()
    model.objects.bulk_create(model(**dict.fromkeys(names, f'Value {number}')) for number in range(OBJECTS))


def ask(client, query: str):
    return measure.checked(client.post('/graphql/', {'query': query}, content_type='application/json'))
