"""A core object's page and deletion must cost the same however many types there are, and however many refer to it."""

from benchmarks import measure
from tests.support.factories import make_type

TYPES = 100
ROUNDS = 25


def run(profiler=None) -> None:
    from dcim.models import Site
    from tenancy.models import Tenant

    calls = make_calls(Site)
    results = {}
    for situation, prefix, target in (
        ('no types', None, None),
        (f'{TYPES} types', 'other', Tenant),
        (f'and {TYPES} types that refer to sites', 'pointing', Site),
    ):
        for number in range(TYPES if prefix else 0):
            field = {'name': 'place', 'type': 'object', 'target': target}
            make_type(f'{prefix}_{number}', fields=[('title', 'text'), field])
        if profiler and prefix:
            profiler.runcall(calls['page of a site'])
            return
        times = measure.alternate(calls, ROUNDS, warm_up=2)
        for name, taken in times.items():
            results[name, situation] = measure.median_ms(taken), measure.spread(taken), measure.queries(calls[name])
    situations = list(dict.fromkeys(situation for _, situation in results))
    rows = [[f'{name}, {situation}', *results[name, situation]] for name in calls for situation in situations]
    measure.print_table(['', 'ms', 'from', 'queries'], rows)


def make_calls(site_model) -> dict:
    site = site_model.objects.create(name='Site', slug='site')
    browser, rest = measure.browser(), measure.rest_client()
    numbers = iter(range(10**6))

    def delete():
        number = next(numbers)
        victim = site_model.objects.create(name=f'Victim {number}', slug=f'victim-{number}')
        measure.checked(rest.delete(f'/api/dcim/sites/{victim.pk}/'), 204)

    return {
        'page of a site': lambda: measure.checked(browser.get(site.get_absolute_url())),
        'one site over REST': lambda: measure.checked(rest.get(f'/api/dcim/sites/{site.pk}/')),
        'create and delete a site': delete,
    }
