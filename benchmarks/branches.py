"""Provisions branches, with 0 and with 200 types, and watches the memory of a process that works in 20 of them."""

import gc
import resource

from benchmarks import measure
from tests.support.branches import Lab, close
from tests.support.factories import make_field, make_object, make_type

TYPES = 200
OBJECTS = 20
ROUNDS = 5
BRANCHES = 20


def run(profiler=None) -> None:
    from netbox_branching.models import Branch

    lab = Lab()
    numbers = iter(range(10**6))

    def provision():
        close(lab.branch(f'branch {next(numbers)}'))

    def remove():
        # Each branch makes the catalog larger, and the next one slower.
        for branch in Branch.objects.all():
            branch.delete()

    rows = []
    for count in (0, TYPES):
        with lab.request():
            for number in range(count):
                fill_type(number)
        provision()
        if profiler and count:
            profiler.runcall(provision)
            return
        times = []
        for _round in range(ROUNDS):
            remove()
            times.append(measure.seconds(provision))
        rows.append([count, measure.median_ms(times)])
    remove()
    measure.print_table(['types', 'provisioning, ms', 'ratio'], [[*row, row[1] / rows[0][1]] for row in rows])
    watch_memory(lab)


def fill_type(number: int) -> None:
    """Make a type with five fields, one of them a reference, and some objects."""
    custom_object_type = make_type(f'kind_{number}')
    make_field(custom_object_type, 'name', primary=True)
    for name, type_name in (('slug', 'text'), ('amount', 'integer'), ('since', 'date')):
        make_field(custom_object_type, name, type_name)
    make_field(custom_object_type, 'itself', 'object', target=custom_object_type)
    for index in range(OBJECTS):
        make_object(custom_object_type, name=f'{index}')


def watch_memory(lab: Lab) -> None:
    """Print what a process holds after working in more and more branches: a type and objects in each, then merged."""
    rows = []
    for number in range(BRANCHES):
        branch = lab.branch(f'memory {number}')
        with lab.request(branch):
            fill_type(TYPES + number)
        lab.merge(branch, 'squash')
        close(branch)
        if number % 5 == 4:
            gc.collect()
            rows.append([number + 1, resident_mib(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024])
    print()
    measure.print_table(['branches worked in and merged', 'resident, MiB', 'at most, MiB'], rows)


def resident_mib() -> float:
    with open('/proc/self/statm') as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20
