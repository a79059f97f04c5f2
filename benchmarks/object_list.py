"""Lists 1,000 objects that have an object, several objects and tags each, and 1,000 tenants with group and tags.

And the first page of a type with 66 fields, against that of a type with 8.
"""

from benchmarks import measure
from benchmarks.bulk import make_tenant_like_type
from tests.support.factories import make_field, make_type

OBJECTS = 1000
ROUNDS = 9
REST = f'/api/tenancy/tenants/?limit={OBJECTS}', f'/api/plugins/custom-objects/customers/?limit={OBJECTS}'
PAGES = f'/tenancy/tenants/?per_page={OBJECTS}', f'/plugins/custom-objects/customers/?per_page={OBJECTS}'
# What is compared, what the native path and ours have besides, and the limit; tables show the same columns.
REST_CASES = {'REST': ('', '', 1.2), 'REST, brief': ('&brief=1', '&brief=1', 1.2)}
PAGE_CASES = {
    'page': ('&include_columns=id,slug', '', 1.5),
    'page, with tags': ('&include_columns=id,slug,tags', '&include_columns=tags', 1.5),
}
# Fields of types that differ in nothing else, and how many objects these have.
NARROW, WIDE = 8, 66
ROWS = 5000


def run(profiler=None) -> None:
    make_objects()
    rest, browser = measure.rest_client(), measure.browser()
    calls, most = {}, {}
    for client, paths, cases in ((rest, REST, REST_CASES), (browser, PAGES, PAGE_CASES)):
        for name, (native, ours, limit) in cases.items():
            for whose, path in (('tenants', paths[0] + native), ('custom objects', paths[1] + ours)):
                calls[name, whose] = lambda client=client, path=path: get(client, path)
            most[name] = limit
    for fields in (NARROW, WIDE):
        path = f'/plugins/custom-objects/{make_wide(fields)}/'
        calls['first page', f'{fields} fields'] = lambda path=path: get(browser, path)
    if profiler:
        calls['REST', 'custom objects']()
        profiler.runcall(calls['REST', 'custom objects'])
        return
    report(calls, most)


def report(calls: dict, most: dict[str, float]) -> None:
    times = measure.alternate(calls, ROUNDS, warm_up=2)
    sizes = {key: len(call()) for key, call in calls.items()}
    measure.print_table(
        ['', 'ms', 'from', 'queries', 'bytes'],
        [
            [', '.join(key), measure.median_ms(taken), measure.spread(taken), measure.queries(calls[key]), sizes[key]]
            for key, taken in times.items()
        ],
    )
    for name, limit in most.items():
        native, ours = ((name, 'tenants'), (name, 'custom objects'))
        # An answer that is longer may take longer.
        share = sizes[native] / sizes[ours]
        figures = measure.median_ms(times[native]), measure.median_ms(times[ours]) * share
        measure.limit(f'{name} of {OBJECTS}, ms at equal bytes', *figures, most=limit)
    narrow, wide = (measure.median_ms(times['first page', f'{fields} fields']) for fields in (NARROW, WIDE))
    measure.limit(f'first page of {WIDE} fields, against {NARROW}, ms', narrow, wide, most=1.3)


def get(client, path) -> bytes:
    return measure.checked(client.get(path)).content


def make_objects() -> None:
    from django.db import transaction

    from dcim.models import Site
    from extras.models import Tag
    from tenancy.models import Tenant, TenantGroup

    group = TenantGroup.objects.create(name='Group', slug='group')
    tags = [Tag.objects.create(name=f'Tag {number}', slug=f'tag-{number}') for number in range(3)]
    sites = [Site.objects.create(name=f'Site {number}', slug=f'site-{number}') for number in range(10)]
    made = make_tenant_like_type(TenantGroup)
    make_field(made, 'sites', 'multiobject', target=Site)
    model = made.get_model()
    with transaction.atomic():
        for number in range(OBJECTS):
            values = {'name': f'Name {number}', 'slug': f'name-{number}', 'group': group}
            Tenant.objects.create(**values).tags.set(tags)
            custom_object = model.objects.create(**values)
            custom_object.tags.set(tags)
            custom_object.sites.set(sites[number % 5 : number % 5 + 3])


def make_wide(fields: int) -> str:
    """Make a type with many fields of several types, and its objects; return its slug."""
    kinds = 'text', 'integer', 'date', 'boolean', 'decimal', 'longtext'
    named = {f'field_{number}': kinds[number % len(kinds)] for number in range(fields)}
    made = make_type(f'wide_{fields}', f'wide-{fields}', fields=[
        {'name': name, 'type': kind, 'primary': name == 'field_0'} for name, kind in named.items()
    ])  # fmt: skip
    model = made.get_model()
    values = {name: f'value of {name}' for name, kind in named.items() if kind == 'text'}
    model.objects.bulk_create([model(**values, field_1=number) for number in range(ROWS)])
    return made.slug
