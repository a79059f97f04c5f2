"""A text field of 500,000 objects becomes an integer step by step, while a client reads and writes single objects.

The client is a process of its own. Its waits are listed by stage; none may reach a second.
"""

import json
import subprocess
import sys
import time

from benchmarks import measure
from dev.paths import ROOT, netbox_environment
from tests.support.factories import make_type

ROWS = 500_000
# Every one of so many objects has a value that is no number.
ODD_ONE = 20_000

# Reads and writes single objects, as requests do, until it is told to stop; answers with [when, seconds] of each.
CLIENT = """
import json, random, sys, threading, time
import django
django.setup()
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.runtime.context import pinned

taken, stopped = [], threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), stopped.set()), daemon=True).start()
kind = CustomObjectType.objects.get()
print('ready', file=sys.__stdout__, flush=True)
while not stopped.is_set():
    for write in (False, True):
        pk = random.randint(1, {rows})
        began, started = time.time(), time.perf_counter()
        with pinned():
            objects = kind.get_model().objects.filter(pk=pk)
            if write and pk % {odd_one}:
                objects.update(value=str(pk + {rows}))
            else:
                objects.values_list('value', flat=True).get()
        taken.append((began, time.perf_counter() - started))
        time.sleep(0.003)
print(json.dumps(taken), file=sys.__stdout__, flush=True)
"""


def run(profiler=None) -> None:
    from django.contrib.auth import get_user_model
    from django.db import connection

    from netbox_custom_objects.services.staged import start
    from netbox_custom_objects.services.staged.run import run as carry_out

    field = fill()
    user = get_user_model().objects.get(username='admin')
    if profiler:
        change = start.start(field, {'type': 'integer'}, user)
        profiler.runcall(carry_out, change.pk)
        return
    code = CLIENT.replace('{rows}', str(ROWS)).replace('{odd_one}', str(ODD_ONE))
    client = subprocess.Popen(
        [sys.executable, '-c', code],
        cwd=ROOT,
        env=netbox_environment(connection.settings_dict['NAME']),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with client:
        client.stdout.readline()
        phases = [('nothing else at work', time.time())]
        time.sleep(5)
        change = start.start(field, {'type': 'integer'}, user)
        phases.append(('backfill and check', time.time()))
        change = carry_out(change.pk)
        offenders, first = change.offender_count, change.offenders[0]
        assert change.stage == 'blocked', change.error
        phases.append(('offenders corrected, check', time.time()))
        field.custom_object_type.get_model().objects.filter(value='n/a').update(value='0')
        change = carry_out(start.ask(change, 'resume', user).pk)
        assert change.stage == 'switched', change.error
        phases.append(('finish', time.time()))
        change = carry_out(start.ask(change, 'finish', user).pk)
        assert change.stage == 'finished', change.error
        phases.append(('after it', time.time()))
        time.sleep(2)
        client.stdin.write('stop\n')
        client.stdin.flush()
        taken = json.loads(client.stdout.readline())
    report(phases, taken)
    print(f'  {offenders} offenders, the first: object {first[0]}, {first[1]!r}: {first[2]}')
    print(f'  longest wait of the client: {1000 * max(seconds for _began, seconds in taken):.0f} ms')


def report(phases, taken) -> None:
    rows = []
    for number, (name, began) in enumerate(phases):
        ended = phases[number + 1][1] if number + 1 < len(phases) else time.time()
        waits = sorted(seconds for when, seconds in taken if began <= when < ended)
        slowest = waits[int(len(waits) * 0.99)] if waits else 0
        rows.append([name, ended - began, len(waits), 1000 * slowest, 1000 * max(waits, default=0)])
    measure.print_table(['', 's', 'reads and writes', 'ms, 99 of 100', 'ms, longest'], rows)


def fill():
    from django.db import connection

    made = make_type('reading', fields=[('value', 'text')])
    model, column = made.get_model(), f'f_{made.fields.get().pk}'
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {model._meta.db_table} ({column}, created, last_updated)'
            " SELECT CASE WHEN n %% %s = 0 THEN 'n/a' ELSE n::text END, now(), now()"
            ' FROM generate_series(1, %s) n',
            [ODD_ONE, ROWS],
        )
        cursor.execute(f'ANALYZE {model._meta.db_table}')
    return made.fields.get()
