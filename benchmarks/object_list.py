"""Lists 50 objects that have an object, several objects and tags each, and 50 tenants with group and tags."""

from benchmarks import measure
from benchmarks.bulk import make_tenant_like_type
from tests.support.factories import make_field

OBJECTS = 50
ROUNDS = 30


def run(profiler=None) -> None:
    make_objects()
    rest, browser = measure.rest_client(), measure.browser()
    calls = {
        'REST, tenants': lambda: get(rest, '/api/tenancy/tenants/'),
        'REST, custom objects': lambda: get(rest, '/api/plugins/custom-objects/customers/'),
        'REST, brief, tenants': lambda: get(rest, '/api/tenancy/tenants/?brief=1'),
        'REST, brief, custom objects': lambda: get(rest, '/api/plugins/custom-objects/customers/?brief=1'),
        'page, tenants': lambda: get(browser, '/tenancy/tenants/'),
        'page, custom objects': lambda: get(browser, '/plugins/custom-objects/customers/'),
    }
    if profiler:
        calls['REST, custom objects']()
        profiler.runcall(calls['REST, custom objects'])
        return
    times = measure.alternate(calls, ROUNDS, warm_up=2)
    rows = []
    for name, taken in times.items():
        if name.endswith('tenants'):
            base = measure.median_ms(taken)
        median = measure.median_ms(taken)
        # Pages are as wide as their tables: tenants show fewer columns than this type.
        columns = calls[name]().content.count(b'</th>') or ''
        rows.append([name, median, measure.spread(taken), measure.queries(calls[name]), median / base, columns])
    measure.print_table(['', 'ms', 'from', 'queries', 'ratio', 'columns'], rows)


def get(client, path):
    return measure.checked(client.get(path))


def make_objects():
    from dcim.models import Site
    from extras.models import Tag
    from tenancy.models import Tenant, TenantGroup

    group = TenantGroup.objects.create(name='Group', slug='group')
    tags = [Tag.objects.create(name=f'Tag {number}', slug=f'tag-{number}') for number in range(3)]
    sites = [Site.objects.create(name=f'Site {number}', slug=f'site-{number}') for number in range(10)]
    custom_object_type = make_tenant_like_type(TenantGroup)
    make_field(custom_object_type, 'sites', 'multiobject', target=Site)
    model = custom_object_type.get_model()
    for number in range(OBJECTS):
        values = {'name': f'Name {number}', 'slug': f'name-{number}', 'group': group}
        Tenant.objects.create(**values).tags.set(tags)
        custom_object = model.objects.create(**values)
        custom_object.tags.set(tags)
        custom_object.sites.set(sites[number % 5 : number % 5 + 3])
