"""Values that the cases of several types share, and what they are made of."""

from typing import Annotated

import strawberry

from dcim.models import Site

from tests.field_types.case import Filter, Having, Later
from tests.field_types.json_values import HIGH, HUGE, NUL
from tests.support.factories import make_choice_set

UNICODE = 'Zürich ✓ 東京 "quoted" \\back\\ %s {x} \n\t\x7f'
TEXTS = ('Alpha one', 'Beta, "two"', 'Zürich ✓ 東京')
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
COLORS = ['red', 'green', 'Ärmel, lang']


def takes_choices() -> dict:
    return {'choice_set': make_choice_set('colors', COLORS)}


def shown(*values: str) -> list[dict]:
    return [{'value': value, 'label': value.capitalize()} for value in values]


NOWHERE = 10**9
TYPE_NAME = 'SiteType'
SITE_TYPE = Annotated[TYPE_NAME, strawberry.lazy('dcim.graphql.types')]


def sites() -> list[Site]:
    names = ('s1', 's2', 's3')
    return [Site.objects.get_or_create(slug=name, defaults={'name': name})[0] for name in names]


def points_at_sites() -> dict:
    sites()
    return {'target': Site}


def site_pk(number: int) -> Later:
    return Later(lambda: sites()[number].pk, f's{number + 1}')


def brief(number: int) -> Having:
    return Having(id=site_pk(number), display=f's{number + 1}', slug=f's{number + 1}')


S1, S2, S3 = map(site_pk, range(3))
FAMILIES = (Filter('value__family', '4', (0, 2)), Filter('value__family', '6', (1,)))
# Attributes that name no site, or cannot.
ATTRIBUTES = (
    {}, {'a': 1}, {'slug': 'nowhere'}, {'slug': ''}, {'slug': ['s1']}, {'slug': {}}, {'slug': f's1{NUL}'},
    {'slug': HIGH},
    {'slug': True}, {'id': 'abc'}, {'id': NOWHERE}, {'id': HUGE}, {'id': [1]}, {'id': {}}, {'id': ''},
    {'name': 's1', 'slug': 's2'},
    {'': 1}, {'slug__in': ['s1']}, {'slug__foo': 1}, {'region': {}}, {'region': {'slug': 'x'}}, {'region__nope': 1},
    {'latitude': 'x'}, {'time_zone': 'x'}, {'status': 'active'}, {'pk': 'x'}, {'__class__': 1}, {'objects': 1},
    {'id__gt': 'x'},
)  # fmt: skip
