"""Cases of references, which all point at sites."""

from typing import Annotated

import strawberry

from dcim.models import Site

from .base import Case, Filter, Having, Later, empty_lookup, sample

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

CASES = (
    Case(
        'object',
        ('bigint',),
        values=(S1, S2),
        default=(S1, S1),
        bad_values=(NOWHERE,),
        bad_defaults=('1', NOWHERE, True, [1]),
        needs=points_at_sites,
        attribute='value_id',
        samples=(
            sample(S1, form=S1, text='s1', reads=brief(0), payload=S1),
            sample(S2, {'slug': 's2'}, form=S2, text='s2', reads=brief(1), payload=S2),
        ),
        filters=(
            Filter('value', S1, (0,)),
            Filter('value', [S1, S2], (0, 1)),
            Filter('value', 's1', (0,)),
            Filter('value', 'null', (None,)),
            Filter('value__n', S1, (1, None)),
            Filter('value_id', S1, (0,)),
            Filter('value_id__n', S1, (1, None)),
            *empty_lookup(2),
        ),
        bad_filters=(('value', '4711'), ('value', 'x'), ('value_id', 'x'), ('value__n', 'x'), ('value__empty', 'x')),
        order=(0, 1),
        bad_form={'value': NOWHERE},
        bad_text={'value': 'nowhere'},
        bad_rest=NOWHERE,
        word='s1',
        graphql=SITE_TYPE | None,
    ),
    Case(
        'multiobject',
        (),
        values=([S1], [S2, S1], [S1, S2, S3]),
        default=([S1, S2], [S1, S2]),
        bad_defaults=('1', [NOWHERE], [True], 1),
        unique=False,
        needs=points_at_sites,
        samples=(
            sample([S1], form=[S1], text='s1', reads=[brief(0)], payload=[S1]),
            sample([S2, S3], form=[S2, S3], text='s2,s3', reads=[brief(1), brief(2)], cell='s2', payload=[S2, S3]),
        ),
        filters=(
            Filter('value', S1, (0,)),
            Filter('value', [S1, S2], (0, 1)),
            Filter('value', 's3', (1,)),
            Filter('value', 'null', (None,)),
            Filter('value__n', S1, (1, None)),
            Filter('value_id', S1, (0,)),
            Filter('value_id__n', S1, (1, None)),
            *empty_lookup(2),
        ),
        bad_filters=(('value', '4711'), ('value', 'x'), ('value_id', 'x'), ('value__n', 'x'), ('value__empty', 'x')),
        bad_form={'value': [NOWHERE]},
        bad_text={'value': 's1,nowhere'},
        bad_rest=[NOWHERE],
        word='s1',
        graphql=list[SITE_TYPE],
    ),
)
