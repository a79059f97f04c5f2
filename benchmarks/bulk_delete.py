"""Deletes many objects of a type by its bulk delete page, all at once."""

import os
import resource

from benchmarks import measure
from benchmarks.bulk import make_tenant_like_type

ROWS = int(os.environ.get('ROWS', '100000'))
# What one object may leave in memory until the request ends, in KB.
MOST_KB = 8
PAGE = '/plugins/custom-objects/customers/bulk-delete/'


def run(profiler=None) -> None:
    from tenancy.models import TenantGroup

    model, client = make_tenant_like_type(TenantGroup).get_model(), measure.browser()
    # The first request of a process loads what all of them need.
    delete(client, fill(model, 2 if profiler is None else 1000), profiler)
    if profiler:
        return
    pks = fill(model, ROWS)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken = measure.seconds(lambda: delete(client, pks))
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f'{ROWS} objects at once: {taken:.1f} seconds, {more // 1024} MB more')
    measure.limit('KB more for each object that is deleted', 0, more / ROWS, more=MOST_KB)


def delete(client, pks: list[int], profiler=None) -> None:
    sent = {'pk': pks, '_confirm': '1', 'confirm': 'on'}
    post = profiler and (lambda *arguments: profiler.runcall(client.post, *arguments))
    measure.checked((post or client.post)(PAGE, sent), 302)


def fill(model, rows: int) -> list[int]:
    """Insert objects, and return their IDs."""
    from django.db import connection

    columns = [model._meta.get_field(name).column for name in ('name', 'slug')]
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {model._meta.db_table} (created, last_updated, {", ".join(columns)}) '
            "SELECT now(), now(), 'many ' || n, 'many-' || n FROM generate_series(1, %s) n RETURNING id",
            [rows],
        )
        return [pk for (pk,) in cursor.fetchall()]
