"""Bulk edit, bulk rename and bulk delete pages: of a custom type with a tenant's columns, and of tenants."""

import os

from benchmarks import measure
from benchmarks.bulk import PATHS, TIMES_AS_FAST, Lists, make_tenant_like_type

SIZE, ROUNDS = int(os.environ.get('OBJECTS', '300')), 3
PAGES = {'tenants': '/tenancy/tenants/{}/', 'custom objects': '/plugins/custom-objects/customers/bulk-{}/'}


def run(profiler=None) -> None:
    from tenancy.models import TenantGroup

    group = TenantGroup.objects.create(name='Group', slug='group')
    make_tenant_like_type(TenantGroup)
    rest, browser = measure.rest_client(), measure.browser()
    lists = {name: Lists(rest, path, group.pk) for name, path in PATHS.items()}
    for page in ('edit', 'rename', 'delete'):
        calls = {name: lambda name=name, page=page: submit(browser, name, page, lists[name]) for name in lists}
        if profiler:
            lists['custom objects'].prepare(page, SIZE)
            profiler.runcall(calls['custom objects'])
        else:
            compare(page, calls, lists)


def compare(page: str, calls: dict, lists: dict) -> None:
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(1 + ROUNDS):
        for name, call in calls.items():
            lists[name].prepare(page, SIZE)
            taken = measure.seconds(call)
            if number:
                times[name].append(taken)
    native, ours = map(measure.median_ms, times.values())
    least = TIMES_AS_FAST['delete' if page == 'delete' else 'update']
    measure.limit(f'{page}, {SIZE} objects: ms per page', native, ours, most=1 / least)
    print(f'{page}, {SIZE} objects')
    measure.print_table(
        ['', 'ms per object', 'ms per page', 'times as fast'],
        [
            [name, measure.median_ms(taken) / SIZE, measure.spread(taken), native / measure.median_ms(taken)]
            for name, taken in times.items()
        ],
    )


def submit(browser, name: str, page: str, made: Lists) -> None:
    pks, number = made.pks[:SIZE], next(made.numbers)
    sent = {
        'edit': {'_apply': '1', 'description': f'Changed {number}'},
        # Names stay unlike each other.
        'rename': {'_apply': '1', 'field_names': ['name'], 'find': '^', 'replace': 'x', 'use_regex': 'on'},
        'delete': {'_confirm': '1', 'confirm': 'on'},
    }[page]  # fmt: skip
    if page == 'delete':
        made.pks = made.pks[SIZE:]
    measure.checked(browser.post(PAGES[name].format(page), {'pk': pks, **sent}), 302)
