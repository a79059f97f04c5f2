"""
Merges and reverts branches: with a new type of five fields and 200 objects of it, and with 200 tenants.

`OBJECTS=2000 ROUNDS=1` measures larger ones, once.
"""

import os
from functools import partial

from benchmarks import measure
from tests.support.branches import STRATEGIES, Lab
from tests.support.factories import make_field, make_type

OBJECTS, ROUNDS = int(os.environ.get('OBJECTS', '200')), int(os.environ.get('ROUNDS', '3'))


def run(profiler=None) -> None:
    lab = Lab()
    numbers = iter(range(10**6))
    fillings = {'tenants': fill_tenants, 'type and custom objects': fill_type}

    def prepare(name):
        number = next(numbers)
        branch = lab.branch(f'{name} {number}')
        with lab.request(branch):
            fillings[name](number)
        return branch

    if profiler:
        profiler.runcall(lab.merge, prepare('type and custom objects'), 'squash')
        return
    rows = []
    for strategy in STRATEGIES:
        merged, reverted = {name: [] for name in fillings}, {name: [] for name in fillings}
        for _round in range(ROUNDS):
            for name in fillings:
                branch = prepare(name)
                merged[name].append(measure.seconds(partial(lab.merge, branch, strategy)))
                reverted[name].append(measure.seconds(partial(lab.revert, branch)))
        rows += [[f'{strategy}, {name}', *_row(merged, name), *_row(reverted, name)] for name in fillings]
    measure.print_table([f'{OBJECTS} objects', 'merge, ms', 'ratio', 'revert, ms', 'ratio'], rows)


def _row(times, name):
    median = measure.median_ms(times[name])
    return median, median / measure.median_ms(times['tenants'])


def fill_tenants(number: int) -> None:
    from tenancy.models import Tenant

    for index in range(OBJECTS):
        save(Tenant(name=f'Tenant {number} {index}', slug=f'tenant-{number}-{index}', description='text'))


def fill_type(number: int) -> None:
    custom_object_type = make_type(f'customer_{number}')
    make_field(custom_object_type, 'name', primary=True, required=True, unique=True)
    for name, type_name in (('slug', 'text'), ('amount', 'integer'), ('since', 'date'), ('notes', 'longtext')):
        make_field(custom_object_type, name, type_name)
    model = custom_object_type.get_model()
    for index in range(OBJECTS):
        save(model(name=f'Name {index}', slug=f'name-{index}', amount=index, notes='text'))


def save(instance) -> None:
    instance.full_clean()
    instance.save()
