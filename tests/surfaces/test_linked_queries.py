"""What linked objects cost in queries: the same for one type and for many, each with one object on the page."""

import re
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dcim.models import Region, Site
from extras.models import Tag
from users.models import Owner

from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.views import linked
from tests.support.factories import make_every_kind, make_field, make_object, make_type
from tests.surfaces.rest import Rest, make_user, superuser
from tests.surfaces.ui import Browser

# More than any budget below: one query for each of them would show.
TYPES = 14
# How many of them have references of every kind.
LINKING = 5
# The acceptance of the tab and of `linked-objects/`.
BUDGET = 10


@pytest.fixture
def site(db):
    return Site.objects.create(name='Here', slug='here')


@pytest.fixture
def nowhere(db):
    return Site.objects.create(name='Nowhere', slug='nowhere')


@pytest.fixture
def types(site):
    """Many types with an object each that points here in several ways, named after another custom object."""
    vendor = make_type('vendor', fields=[{'name': 'title', 'primary': True}])
    owner, tag = Owner.objects.create(name='Owner'), Tag.objects.create(name='Red', slug='red')
    made = []
    for number in range(TYPES):
        kind = make_type(f'kind_{number:02}')
        make_field(kind, 'vendor', 'object', target=vendor, primary=True)
        make_field(kind, 'place', 'object', target=Site)
        if number < LINKING:
            make_field(kind, 'places', 'multiobject', target=Site)
            make_field(kind, 'about', 'object', targets=[Site, Region, vendor])
            make_field(kind, 'others', 'multiobject', targets=[Site, vendor])
        obj = make_object(kind, vendor=make_object(vendor, title=f'vendor {number}'), place=site, owner=owner)
        obj.tags.add(tag)
        if number < LINKING:
            obj.places.set([site])
            obj.others.set([site, obj.vendor])
        made.append(kind)
    return made


def count(call) -> int:
    """Return how many queries a call needs the second time: what a process caches is none of our business."""
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            call()
    return len(queries)


def tab_of(site, query=''):
    return f'{site.get_absolute_url()}custom-objects/{query}'


def rest_page(rest, site, **params):
    return rest.get('linked-objects/', object_type='dcim.site', object_id=site.pk, limit=TYPES, **params)


def test_pages_of_many_types(types, site, nowhere):
    user = superuser()
    browser, rest = Browser(user), Rest(user)
    # What NetBox shows on every tab of a site costs the same on this one.
    furniture = count(lambda: browser.get(f'{nowhere.get_absolute_url()}journal/'))
    for query in ('', '?sort=-type', '?sort=field', '?sort=object', '?q=vendor', '?tag=red', '?type=kind-01'):
        needed = count(partial(browser.get, tab_of(site, query)))
        print(f'{query}: {needed} queries, {furniture} of them for the page around the table')
        assert needed <= furniture + BUDGET, query
    for params in ({}, {'ordering': '-object'}, {'brief': 1}, {'type': 'kind-07'}, {'offset': TYPES}):
        needed = count(partial(rest_page, rest, site, **params))
        print(f'{params}: {needed} queries')
        assert needed <= BUDGET, params
    # Constraints cost no query for each type: these are the user's groups and permissions.
    some = {'place__slug': 'here'}
    rest = Rest(make_user('user', (Site, ['view'], None), *((kind, ['view'], some) for kind in types)))
    assert rest_page(rest, site)['count'] == TYPES + 2 * LINKING
    assert count(lambda: rest_page(rest, site)) <= BUDGET + 3


def test_what_is_read_together_is_what_each_object_shows_itself(site):
    """Values of all kinds survive the one statement that holds the columns of all types."""
    region = Region.objects.create(name='r', slug='r')
    kind = make_every_kind()
    make_field(kind, 'position', 'coordinates')
    make_field(kind, 'about', 'object', targets=[Site, Region, kind])
    make_field(kind, 'others', 'multiobject', targets=[Site, Region, kind])
    make_field(kind, 'parent', 'object', target=kind)
    other = make_type('other', fields=[('code', 'integer'), {'name': 'place', 'type': 'object', 'target': Site}])
    make_object(other, code=7, place=site)
    there = Site.objects.create(name='A first', slug='a-first')
    first = make_object(kind, title='first', place=site)
    second = make_object(
        kind, title='second', notes='n', amount=2**40, price=Decimal('12.34'), active=False, bought='2026-01-02',
        seen='2026-01-02T03:04:05Z', web='https://example.com/', extra={'a': [1, 2.5, None]}, color='red',
        colors=['green', 'blue'], place=site, places=[site, there], position_latitude=1.5, position_longitude=-2,
        about=region, parent=first, owner=Owner.objects.create(name='Owner'),
    )  # fmt: skip
    second.others.set([region, first, site])
    second.tags.set([Tag.objects.create(name=name, slug=name) for name in ('b', 'a')])
    rest = Rest(superuser())
    for ordering in ('type', '-type', 'object'):
        body = rest_page(rest, site, ordering=ordering)
        assert body['count'] == 5
        for row in body['results']:
            path = f'{row["custom_object_type"]["slug"]}/{row["object"]["id"]}/'
            assert row['object'] == rest.get(path), path


def badge_of(page: str) -> str | None:
    """Return the badge of the tab of linked objects, None if the page has no such tab."""
    found = re.search(r'custom-objects/"[^>]*>\s*Custom Objects\s*<span[^>]*>\s*([^<]*?)\s*</span>', page)
    return found and found[1]


def test_the_numbers_follow_the_rows_and_the_fields(site):
    kind = make_type('kind', fields=[('title', 'text'), {'name': 'place', 'type': 'object', 'target': Site}])
    make_object(kind, title='here', place=site)
    user = superuser()
    browser, rest = Browser(user), Rest(user)
    for number in range(2, 8):
        browser.get(site.get_absolute_url())
        make_object(kind, title='here', place=site)
        assert rest_page(rest, site)['count'] == number
        assert badge_of(browser.get(site.get_absolute_url())) == str(number)
    make_field(kind, 'place_2', 'object', target=Site)
    make_object(kind, title='twice', place=site, place_2=site)
    assert rest_page(rest, site)['count'] == number + 2
    assert badge_of(browser.get(site.get_absolute_url())) == str(number + 2)


def test_the_statement_of_a_badge_uses_the_indexes(site):
    """With many rows that point elsewhere, and with links, no table is read from end to end."""
    there = Site.objects.create(name='There', slug='there')
    kind = make_type('kind', fields=[('title', 'text'), {'name': 'place', 'type': 'object', 'target': Site}])
    make_field(kind, 'places', 'multiobject', target=Site)
    make_field(kind, 'about', 'object', targets=[Site, Region])
    make_field(kind, 'others', 'multiobject', targets=[Site, Region])
    model = kind.get_model()
    objects = model.objects.bulk_create(model(title=str(n), place=there, about=there) for n in range(5000))
    for name, link in (('places', {'target_id': there.pk}), ('others', {'object_id': there.pk})):
        through = model._meta.get_field(name).remote_field.through
        if name == 'others':
            link['content_type_id'] = objects[0].about_content_type_id
        through._default_manager.bulk_create(through(source_id=obj.pk, **link) for obj in objects)
    make_object(kind, title='here', place=site, places=[site], about=site)
    with connection.cursor() as cursor:
        cursor.execute('ANALYZE')
    user = superuser()
    rest, browser = Rest(user), Browser(user)
    with CaptureQueriesContext(connection) as queries:
        assert rest_page(rest, site)['count'] == 3
        assert badge_of(browser.get(site.get_absolute_url())) == '3'
    statements = [q['sql'] for q in queries if 'count(*)' in q['sql']]
    assert len(statements) == 2
    for statement in statements:
        with connection.cursor() as cursor:
            cursor.execute(f'EXPLAIN {statement}')
            plan = '\n'.join(row[0] for row in cursor.fetchall())
        assert plan.count('Index') >= 4, plan
        assert 'Seq Scan' not in plan, plan


def test_a_badge_counts_to_a_limit(site, monkeypatch):
    """What a page of an object costs does not grow with the number of those that refer to it."""
    monkeypatch.setattr(linked, 'COUNTED_BY_BADGE', 3)
    kind = make_type('kind', fields=[('title', 'text'), {'name': 'place', 'type': 'object', 'target': Site}])
    other = make_type('other', fields=[('title', 'text'), {'name': 'about', 'type': 'object', 'targets': [Site]}])
    browser, path = Browser(superuser()), site.get_absolute_url()
    assert badge_of(browser.get(path)) is None
    make_object(kind, title='a', place=site)
    make_object(kind, title='b', place=site)
    make_object(other, title='c', about=site)
    assert badge_of(browser.get(path)) == '3'
    make_object(other, title='d', about=site)
    make_object(other, title='e', about=site)
    assert badge_of(browser.get(path)) == '3+'
    # The page of the tab counts all of them, for its pages.
    assert badge_of(browser.get(f'{path}custom-objects/')) == '5'
    # Neither does it count more than the user may view, or tell that there is more.
    viewer = Browser(make_user('viewer', (Site, ['view'], None), (kind, ['view'], {'title': 'a'})))
    assert badge_of(viewer.get(path)) == '1'
    # The statement of who may view all of one type, and nothing of the other, needs fewer parameters.
    viewer = Browser(make_user('other viewer', (Site, ['view'], None), (kind, ['view'], None)))
    assert badge_of(viewer.get(path)) == '2'


def test_no_types_no_statement(nowhere):
    browser = Browser(superuser())
    assert CustomObjectType.objects.count() == 0
    with CaptureQueriesContext(connection) as queries:
        browser.get(nowhere.get_absolute_url())
    assert not [q for q in queries if 'count(*)' in q['sql']]
