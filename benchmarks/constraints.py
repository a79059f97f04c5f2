"""
Constraints of a table with 1,000,000 objects are made, while a client adds objects; it may not wait for a second.

The job of each is killed once while it builds an index, and done again.
"""

import gc
import subprocess
import sys
import threading
import time

import psycopg

from benchmarks import measure
from tests.support.factories import make_type

ROWS = 1_000_000


def run(profiler=None) -> None:
    from netbox_custom_objects.services.upkeep.deferred import finish_schema_change

    reading = fill()
    ids = dict(reading.fields.values_list('name', 'pk'))
    both = [ids['name'], ids['count']]
    rules = {
        'unique, case-insensitive': {'type': 'unique', 'field_ids': both, 'case_insensitive': True},
        'unique, nulls equal, of some': {
            'type': 'unique', 'field_ids': both, 'nulls_distinct': False, 'condition': 'count >= 0',
        },
        'check': {'type': 'check', 'expression': 'count >= 0 && size(name) < 20'},
    }  # fmt: skip
    if profiler:
        profiler.runcall(make, reading, *rules.popitem())
        return
    rows = []
    # A collection would stop the client, which is a thread of this process.
    gc.collect()
    gc.freeze()
    with Writer(reading.get_model()._meta.db_table, ids) as writer:
        for name, attributes in rules.items():
            for step, work in (
                ('save', lambda: make(reading, name, attributes)),  # noqa: B023
                ('job, killed', lambda: kill_job(reading.pk)),
                ('job', lambda: finish_schema_change('default', reading.pk)),
            ):
                writer.waits.clear()
                seconds = measure.seconds(work, collect=False)
                rows.append([f'{name}: {step}', seconds, len(writer.waits), 1000 * max(writer.waits, default=0)])
    measure.print_table(['', 's', 'writes', 'ms, longest'], rows)
    measure.limit('longest wait of a client, ms', 0, max(row[-1] for row in rows), more=1000)


def make(custom_object_type, name: str, attributes: dict) -> None:
    from netbox_custom_objects.models import CustomObjectTypeConstraint

    rule = CustomObjectTypeConstraint(custom_object_type=custom_object_type, name=name, **attributes)
    rule.full_clean()
    rule.save()


def kill_job(type_id: int) -> None:
    """Begin what the job does in a process of its own, and kill that (SIGKILL) while PostgreSQL builds an index."""
    from django.db import connection

    code = (
        'import django; django.setup()\n'
        'from netbox_custom_objects.services.upkeep.deferred import finish_schema_change\n'
        f"finish_schema_change('default', {type_id})"
    )
    with subprocess.Popen([sys.executable, '-c', code]) as process, connection.cursor() as cursor:
        is_building = False
        while process.poll() is None and not is_building:
            time.sleep(0.05)
            cursor.execute('SELECT EXISTS (SELECT FROM pg_stat_progress_create_index WHERE blocks_done > 0)')
            (is_building,) = cursor.fetchone()
        process.kill()


class Writer:
    """Adds objects, one after the other, in a connection of its own; `waits` holds the seconds that each took."""

    def __init__(self, table: str, ids: dict[str, int]):
        self.statement = f'INSERT INTO {table} (f_{ids["name"]}, f_{ids["count"]}) VALUES (%s, 1)'
        self.waits: list[float] = []
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.write, daemon=True)

    def write(self) -> None:
        from django.db import connection

        wanted, parameters = ('dbname', 'user', 'password', 'host', 'port'), connection.get_connection_params()
        with psycopg.connect(**{key: parameters[key] for key in wanted if key in parameters}, autocommit=True) as own:
            number = 0
            while not self.stopped.wait(0.005):
                number += 1
                started = time.perf_counter()
                own.execute(self.statement, [f'new {number}'])
                self.waits.append(time.perf_counter() - started)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.stopped.set()
        self.thread.join()


def fill():
    from django.db import connection

    made = make_type('reading', fields=[('name', 'text'), ('count', 'integer')])
    ids, table = dict(made.fields.values_list('name', 'pk')), made.get_model()._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} (f_{ids["name"]}, f_{ids["count"]}, created, last_updated)'
            " SELECT 'name ' || n, n %% 100, now(), now() FROM generate_series(1, %s) n",
            [ROWS],
        )
        cursor.execute(f'ANALYZE {table}')
    return made
