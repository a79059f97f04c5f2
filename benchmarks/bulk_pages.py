"""Bulk edit, bulk rename and bulk delete pages: of a custom type with a tenant's columns, and of tenants."""

import os
import resource

from benchmarks import measure
from benchmarks.bulk import PATHS, Lists, make_tenant_like_type

SIZE, ROUNDS = int(os.environ.get('OBJECTS', '300')), 3
PAGES = {'tenants': '/tenancy/tenants/{}/', 'custom objects': '/plugins/custom-objects/customers/bulk-{}/'}
# Objects that are deleted at once, to measure the memory that it takes; none by default.
MANY = int(os.environ.get('ROWS', '0'))


def run(profiler=None) -> None:
    from tenancy.models import TenantGroup

    group = TenantGroup.objects.create(name='Group', slug='group')
    custom_object_type = make_tenant_like_type(TenantGroup)
    rest, browser = measure.rest_client(), measure.browser()
    lists = {name: Lists(rest, path, group.pk) for name, path in PATHS.items()}
    for page in ('edit', 'rename', 'delete'):
        calls = {name: lambda name=name, page=page: submit(browser, name, page, lists[name]) for name in lists}
        if profiler:
            lists['custom objects'].prepare(page, SIZE)
            profiler.runcall(calls['custom objects'])
        else:
            compare(page, calls, lists)
    if MANY and not profiler:
        delete_many(browser, custom_object_type)


def compare(page: str, calls: dict, lists: dict) -> None:
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(1 + ROUNDS):
        for name, call in calls.items():
            lists[name].prepare(page, SIZE)
            taken = measure.seconds(call)
            if number:
                times[name].append(taken)
    native = measure.median_ms(times['tenants'])
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


def delete_many(browser, custom_object_type) -> None:
    """Delete all objects of the type at once, and print how much more memory that takes."""
    from django.db import connection

    model = custom_object_type.get_model()
    columns = [model._meta.get_field(name).column for name in ('name', 'slug')]
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {model._meta.db_table} (created, last_updated, {", ".join(columns)}) '
            "SELECT now(), now(), 'many ' || n, 'many-' || n FROM generate_series(1, %s) n",
            [MANY],
        )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pks = list(model.objects.values_list('pk', flat=True))
    sent = {'pk': pks, '_confirm': '1', 'confirm': 'on'}
    taken = measure.seconds(lambda: measure.checked(browser.post(PAGES['custom objects'].format('delete'), sent), 302))
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(f'delete, {len(pks)} objects at once: {taken:.1f} seconds, {more} MB more')
