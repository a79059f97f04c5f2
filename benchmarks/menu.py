"""What the menu of 300 types adds to every page: bytes, and time of the page of a site."""

import re

from benchmarks import measure
from tests.support.factories import make_type

TYPES = 300
ROUNDS = 15
# Bytes.
MOST = 60_000


def run(profiler=None) -> None:
    from django.db import transaction

    from dcim.models import Site

    from netbox_custom_objects.runtime.classes.registry import forget_worlds

    path = Site.objects.create(name='Site', slug='site').get_absolute_url()
    browser = measure.browser()

    def get():
        return measure.checked(browser.get(path)).content

    found = []
    for types in (0, TYPES):
        with transaction.atomic():
            for number in range(types):
                make_type(f'type_{number}', group_name=f'Group {number % 12}' if number % 3 else '')
        forget_worlds()
        get()
        if profiler and types:
            profiler.runcall(get)
            return
        times = measure.alternate({'page': get}, ROUNDS)['page']
        menu = re.search(rb'<aside.*?</aside>', get(), re.DOTALL)[0]
        found.append((types, len(menu), measure.median_ms(times), measure.spread(times), measure.queries(get)))
    (_, alone, before, *_), (_, size, after, *_) = found
    measure.print_table(['types', 'bytes of the menu', 'page of a site, ms', 'from', 'queries'], [*map(list, found)])
    measure.limit(f'bytes that the menu of {TYPES} types adds to a page', 0, size - alone, more=MOST)
    measure.limit(f'page of a site with {TYPES} types, ms', before, after, more=10)
