"""What keeping every process up to date costs: reading the token, loading definitions, building classes."""

from functools import partial

from benchmarks import measure
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.field_types import FIELD_TYPES
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.models.revision import read_token
from netbox_custom_objects.models.rows.loader import load_definitions
from netbox_custom_objects.runtime.classes import registry, world
from tests.support.factories import make_type

TYPES = 200
FIELDS = 15
ROUNDS = 15
READS = 200


def run(profiler=None) -> None:
    make_types()
    build_all()
    if profiler:
        profiler.runcall(build_all)
        return
    target = Target.for_alias('default')
    definitions = load_definitions('default')
    one = CustomObjectType.objects.first()
    numbers = iter(range(10**6))

    def describe():
        CustomObjectType.objects.filter(pk=one.pk).update(description=f'changed {next(numbers)}')

    def describe_and_look():
        describe()
        registry.world()

    rows = []
    for name, call, repeat in (
        ('read the token, as each request does', lambda: read_token(target), READS),
        ('find the current World, token included', registry.world, READS),
        ('write a change of one type', describe, 1),
        ('write a change of one type, and see it', describe_and_look, 1),
        ('build the classes of one type', lambda: build({one.pk: definitions[one.pk]}), 1),
        (f'load the definitions of {TYPES} types', lambda: load_definitions('default'), 1),
        (f'build the classes of {TYPES} types', lambda: build(definitions), 1),
        ('both, as a process does that needs all', build_all, 1),
    ):
        times = measure.alternate({name: partial(times_over, call, repeat)}, ROUNDS)[name]
        rows.append([name, measure.median_ms(times) / repeat, measure.queries(call)])
    measure.print_table([f'{TYPES} types of {FIELDS} fields', 'ms', 'queries'], rows)


def times_over(call, repeat: int) -> None:
    for _ in range(repeat):
        call()


def make_types() -> None:
    from django.db import transaction

    from dcim.models import Site

    plain = [
        name
        for name, field_type in FIELD_TYPES.items()
        if not field_type.is_reference and not field_type.needs_choice_set
    ]
    with transaction.atomic():
        for number in range(TYPES):
            fields = [{'name': f'field_{index}', 'type': plain[index % len(plain)]} for index in range(FIELDS - 1)]
            make_type(f'type_{number}', fields=[*fields, {'name': 'place', 'type': 'object', 'target': Site}])


def build(definitions):
    """Build classes with no island of an earlier World to share."""
    world._islands.clear()
    return world.World(definitions).islands


def build_all() -> None:
    registry.forget_worlds()
    world._islands.clear()
    return registry.world().islands
