"""Specials of multiobject: links in a table of their own, to core objects and to custom ones."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from dcim.models import Site

from tests.field_types.case import Case, Filter, empty_lookup, sample
from tests.field_types.json_values import BOOLEANS, HIGH, HUGE, NUL, OBJECTS, WORDS
from tests.field_types.refusals import one_field
from tests.field_types.samples import (
    ATTRIBUTES,
    NOWHERE,
    S1,
    S2,
    S3,
    SITE_TYPE,
    brief,
    points_at_sites,
    sites,
)
from tests.support.factories import make_field, make_object, make_type

pytestmark = pytest.mark.django_db


def names(manager):
    return sorted(str(target) for target in manager.all())


def test_links_are_added_removed_set_and_cleared():
    one, two, three = sites()
    obj = make_object(one_field('multiobject', target=Site), value=[one])
    obj.value.add(two, two)
    assert names(obj.value) == ['s1', 's2']
    obj.value.remove(one)
    assert names(obj.value) == ['s2']
    obj.value.set([one, three])
    assert names(obj.value) == ['s1', 's3']
    obj.value.clear()
    assert names(obj.value) == []


def test_a_link_exists_once():
    thing = one_field('multiobject', target=Site)
    obj = make_object(thing, value=sites()[:1])
    through = thing.get_model().value.through
    with pytest.raises(IntegrityError), transaction.atomic():
        through.objects.create(source_id=obj.pk, target_id=sites()[0].pk)


def test_prefetching_takes_two_queries_for_any_number_of_objects():
    thing = one_field('multiobject', target=Site)
    for count in (0, 1, 2, 3):
        make_object(thing, value=sites()[:count])
    model = thing.get_model()
    with CaptureQueriesContext(connection) as queries:
        found = [names(obj.value) for obj in model.objects.prefetch_related('value').order_by('pk')]
    assert found == [[], ['s1'], ['s1', 's2'], ['s1', 's2', 's3']]
    of_links = [query for query in queries if 'dcim_site' in query['sql'] or '_f_' in query['sql']]
    assert len(of_links) == 2


def test_lookups_reach_into_the_targets():
    thing = one_field('multiobject', target=Site)
    make_object(thing, value=sites()[:2])
    make_object(thing, value=sites()[1:])
    model = thing.get_model()
    assert model.objects.filter(value__name='s2').count() == 2
    assert model.objects.filter(value__name='s1').count() == 1
    assert model.objects.filter(value__isnull=True).count() == 0
    assert model.objects.exclude(value__name='s1').count() == 1


def test_links_between_types_can_be_followed_back():
    target = make_type('target', fields=[('title', 'text')])
    thing = one_field('multiobject', target=target, related_name='things')
    one = make_object(target, title='a')
    obj = make_object(thing, value=[one])
    one = target.get_model().objects.get(pk=one.pk)
    assert list(one.things.all()) == [obj]
    one.things.remove(obj)
    assert names(obj.value) == []


def test_a_type_may_link_to_itself():
    node = make_type('node', fields=[('title', 'text')])
    make_field(node, 'peers', 'multiobject', target=node)
    one, two = make_object(node, title='1'), make_object(node, title='2')
    one.peers.set([one, two])
    two = node.get_model().objects.get(pk=two.pk)
    assert sorted(peer.title for peer in one.peers.all()) == ['1', '2']
    assert list(two.peers.all()) == [], 'links have a direction'


def test_a_default_links_the_objects_that_exist():
    thing = make_type('thing', fields=[('title', 'text')])
    objects = [make_object(thing, title=str(number)) for number in range(3)]
    make_field(thing, 'value', 'multiobject', target=Site, default=[site.pk for site in sites()[:2]])
    for obj in objects:
        assert names(thing.get_model().objects.get(pk=obj.pk).value) == ['s1', 's2']


def test_deleting_an_object_takes_its_links_along():
    thing = one_field('multiobject', target=Site)
    obj = make_object(thing, value=sites())
    through = thing.get_model().value.through
    assert through.objects.count() == 3
    obj.delete()
    assert through.objects.count() == 0


# What the contract of all types runs, and what REST refuses, see case.py.
CASES = (
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

ITEMS = (
    True, False, None, '', ' ', 'abc', 's1', 0, -1, NOWHERE, HUGE, -HUGE, 2**63, 2**64, 1.5, 1e300, [], [1], [[1]],
    NUL, HIGH,
    '1.5', str(HUGE), '1' * 2_000,
)  # fmt: skip
OTHERS = ('', 0, 1, -1, 1.5, HUGE, 's1', '1,2', '[1]', S1, NUL, HIGH)
BAD_INPUTS = (
    *BOOLEANS,
    *OBJECTS,
    *WORDS,
    *OTHERS,
    *([item] for item in (*ITEMS, *ATTRIBUTES)),
    [S1, NOWHERE],
    [S1, 'x'],
    [S1, None],
    [S1, [S1]],
    [NOWHERE, S1],
)
