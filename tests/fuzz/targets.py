"""Every address of the plugin, its pages and its REST endpoints, with objects that exist."""

import itertools
import re

from django.urls import URLPattern

from netbox_custom_objects import urls
from netbox_custom_objects.api import urls as api_urls
from tests.surfaces.rest import API
from tests.surfaces.ui import ROOT

CONVERTER = re.compile(r'<(?:\w+:)?(\w+)>')
# Of a regular expression of NetBox's router: a named group, and what is left of it.
GROUP = re.compile(r'\(\?P<(\w+)>[^)]*\)')


def patterns(urlpatterns, prefix='') -> list[str]:
    """Return the routes below some patterns."""
    found = []
    for pattern in urlpatterns:
        route = prefix + str(pattern.pattern)
        found += [route] if isinstance(pattern, URLPattern) else patterns(pattern.url_patterns, route)
    return found


def addresses(values: dict[str, list]) -> list[str]:
    """
    Return all addresses, each with every value of the first of its parts.

    Args:
        values: by part of a route; those of `pk` by the first segment of the route
    """
    routes = [ROOT + route for route in patterns(urls.urlpatterns)]
    for route in patterns(api_urls.urlpatterns):
        if 'format>' not in route:
            routes.append(API + GROUP.sub(r'<\1>', route).replace('^', '').replace('$', ''))
    return list(dict.fromkeys(path for route in routes for path in filled(route, values)))


def filled(route: str, values: dict[str, list]) -> list[str]:
    names = CONVERTER.findall(route)
    known = 'custom-object-types/', 'custom-object-type-fields/', 'custom-object-type-constraints/'
    first = next((key for key in known if key in route), '')
    choices = [values.get(f'{first}{name}') or values[name] for name in names]
    template = CONVERTER.sub('{}', route)
    return [template.format(*chosen) for chosen in itertools.islice(itertools.product(*choices), 6)]
