"""
What a request costs in queries, compared with the same request for one of NetBox's own models (tenants).

Counts do not depend on the machine: what is asserted here is the promise, with nothing added for safety.
"""

import pytest
from django.db import connection

from core.models import ObjectChange
from dcim.models import Site
from extras.models import Tag
from netbox.api.fields import SerializedPKRelatedField
from tenancy.models import Tenant, TenantGroup

from netbox_custom_objects.runtime.classes import urls

from ..support.factories import make_field, make_object, make_type
from .rest import Rest, make_user

TENANTS = '/api/tenancy/tenants/'
ROWS = 15


def count(call) -> int:
    """Return how many queries a call makes. Django's own log of queries ends at 9,000."""
    seen = []

    def remember(execute, sql, *args):
        seen.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(remember):
        call()
    return len(seen)


def queries(call) -> int:
    """Return how many queries a request makes that is not the first of its kind in this process."""
    call()
    return count(call)


@pytest.fixture
def sites(db):
    return [Site.objects.create(name=f'site {n}', slug=f'site-{n}') for n in range(3)]


@pytest.fixture
def tags(db):
    return [Tag.objects.create(name=f'tag {n}', slug=f'tag-{n}') for n in range(3)]


@pytest.fixture
def thing(db):
    """A type like a tenant: a few plain fields and a reference; and many references and tags as well."""
    return make_type('thing', fields=[
        {'name': 'title', 'primary': True}, ('amount', 'integer'), {'name': 'code', 'unique': True},
        {'name': 'color', 'type': 'select', 'choices': ['red', 'green']},
        {'name': 'place', 'type': 'object', 'target': Site},
        {'name': 'places', 'type': 'multiobject', 'target': Site},
    ])  # fmt: skip


def fill(thing, sites, tags, rows):
    group = TenantGroup.objects.get_or_create(name='group', slug='group')[0]
    for n in range(rows):
        number = Tenant.objects.count()
        tenant = Tenant.objects.create(name=f'tenant {number}', slug=f'tenant-{number}', group=group)
        tenant.tags.set(tags)
        obj = make_object(thing, title=f'thing {number}', place=sites[n % 3], places=sites[:2], color='red')
        obj.tags.set(tags)


def test_a_list_costs_two_more_however_many_rows(rest, thing, sites, tags):
    fill(thing, sites, tags, 5)
    few = queries(lambda: rest.get('thing/', limit=ROWS))
    fill(thing, sites, tags, ROWS - 5)
    native = queries(lambda: rest.get(TENANTS, limit=ROWS))
    many = queries(lambda: rest.get('thing/', limit=ROWS))
    assert len(rest.get('thing/', limit=ROWS)['results']) == ROWS
    assert few == many <= native + 2
    assert queries(lambda: rest.get('thing/', limit=ROWS, brief=1)) <= native


def test_what_objects_of_a_list_have_in_common_is_shown_once(rest, thing, sites, tags, monkeypatch):
    """The shapes of targets, and the addresses of objects but for their keys, however many objects there are."""
    made = []

    def noted(function):
        def call(*args, **kwargs):
            made.append(function)
            return function(*args, **kwargs)

        return call

    monkeypatch.setattr(
        SerializedPKRelatedField, 'to_representation', noted(SerializedPKRelatedField.to_representation)
    )
    monkeypatch.setattr(urls, 'reverse', noted(urls.reverse))
    counts = []
    for rows in (5, ROWS - 5):
        fill(thing, sites, tags, rows)
        rest.get('thing/', limit=ROWS)
        made.clear()
        results = rest.get('thing/', limit=ROWS)['results']
        counts.append(len(made))
    # Three places, two of them among those of a list, and three tags, each field by itself; URLs were known.
    assert counts == [3 + 2 + 3] * 2
    monkeypatch.undo()
    assert len(results) == ROWS
    assert results == [rest.get(f'thing/{found["id"]}/') for found in results]


def test_a_list_costs_the_same_with_many_other_types(rest, thing, sites, tags):
    fill(thing, sites, tags, 3)
    alone = queries(lambda: rest.get('thing/'))
    native = queries(lambda: rest.get(TENANTS))
    for n in range(12):
        make_type(f'other_{n}', fields=[{'name': 'place', 'type': 'object', 'target': Site}] if n % 4 == 0 else ())
    assert queries(lambda: rest.get('thing/')) == alone
    assert queries(lambda: rest.get(TENANTS)) == native
    # Nor does the root ask once per type.
    assert queries(lambda: rest.get()) <= 4


def test_a_list_costs_the_same_for_a_user_with_constraints(rest, thing, sites, tags):
    fill(thing, sites, tags, 3)
    user = Rest(make_user('user', (thing, ['view'], {'amount': None}), (Tenant, ['view'], {'description': ''})))
    assert queries(lambda: user.get('thing/')) <= queries(lambda: user.get(TENANTS)) + 2


def test_names_that_are_made_of_other_objects(rest, sites):
    """A name or a context that reads references is no query per row, be it the object's own or its target's."""
    inner = make_type('inner', display_expression='{{ place.name }} {{ n }}', fields=[
        ('n', 'integer'), {'name': 'place', 'type': 'object', 'target': Site},
        {'name': 'others', 'type': 'multiobject', 'target': Site},
    ])  # fmt: skip
    middle = make_type('middle', fields=[
        {'name': 'inner', 'type': 'object', 'target': inner, 'primary': True},
        {'name': 'places', 'type': 'multiobject', 'target': Site, 'context': True},
        {'name': 'back', 'type': 'object', 'target': inner, 'context': True},
    ])  # fmt: skip
    outer = make_type('outer', fields=[
        {'name': 'one', 'type': 'object', 'target': middle}, {'name': 'some', 'type': 'multiobject', 'target': middle},
    ])  # fmt: skip
    make_field(inner, 'outer', 'object', target=outer)

    def add(rows):
        for n in range(rows):
            a = make_object(inner, n=n, place=sites[n % 3])
            b = make_object(middle, inner=a, places=sites, back=a)
            make_object(outer, one=b, some=[b])

    add(2)
    paths = ('inner/', 'middle/', 'outer/', 'inner/?brief=1', 'middle/?brief=1', 'outer/?fields=one')
    few = [queries(lambda path=path: rest.get(path)) for path in paths]
    add(8)
    assert [queries(lambda path=path: rest.get(path)) for path in paths] == few
    shown = rest.get('outer/')['results'][0]['one']
    assert shown['display'] == 'site 0 0'
    assert shown['_context'] == {'display': 'site 0 0, site 0, site 1, site 2'}


def test_types_and_fields_cost_the_same_however_many(rest):
    make_type('a', fields=[{'name': 'place', 'type': 'object', 'target': Site}])
    lists = ('custom-object-types/', 'custom-object-type-fields/')
    few = [queries(lambda path=path: rest.get(path)) for path in lists]
    for name in 'bcde':
        make_type(name, fields=[{'name': 'place', 'type': 'object', 'target': Site}, ('title', 'text')])
    assert [queries(lambda path=path: rest.get(path)) for path in lists] == few


@pytest.fixture
def hub(db):
    """A type with several many-valued references to the same model."""
    fields = [{'name': 'title', 'primary': True}, {'name': 'place', 'type': 'object', 'target': Site}]
    return make_type('hub', fields=[
        *fields, *({'name': f'places_{n}', 'type': 'multiobject', 'target': Site} for n in range(4)),
    ])  # fmt: skip


def test_several_many_valued_references_cost_no_more_than_one(rest, hub, sites, tags):
    group = TenantGroup.objects.create(name='group', slug='group')
    for rows in (3, 10):
        for n in range(rows):
            links = {f'places_{k}': sites[k % 3 :] for k in range(4)}
            make_object(hub, title=f'{n}', place=sites[0], **links).tags.set(tags)
            number = Tenant.objects.count()
            Tenant.objects.create(name=f'tenant {number}', slug=f'tenant-{number}', group=group).tags.set(tags)
        assert queries(lambda: rest.get('hub/')) <= queries(lambda: rest.get(TENANTS)) + 2
    shown = rest.get('hub/')['results'][0]
    assert [[site['slug'] for site in shown[f'places_{k}']] for k in range(4)] == [
        ['site-0', 'site-1', 'site-2'], ['site-1', 'site-2'], ['site-2'], ['site-0', 'site-1', 'site-2'],
    ]  # fmt: skip
    tenant = queries(lambda: rest.get(f'{TENANTS}{Tenant.objects.first().pk}/'))
    assert queries(lambda: rest.get(f'hub/{shown["id"]}/')) <= tenant + 2


def test_links_of_a_new_object_cost_two_statements_for_each_field(rest, hub, sites):
    ids = [site.pk for site in sites]
    titles = iter(range(1000))

    def cost(many, fields):
        def body():
            return {'title': str(next(titles)), **{f'places_{k}': ids for k in range(fields)}}

        return queries(lambda: rest.post('hub/', [body() for _ in range(many)] if many else body()))

    # To look up the targets that the body names, and to link them. What is shown afterwards costs two in all.
    assert cost(0, 4) <= cost(0, 0) + 2 * 4 + 2
    # A bulk request looks all targets up at once.
    assert cost(11, 4) - cost(1, 4) <= cost(11, 0) - cost(1, 0) + 4 * 10
    pk = rest.post('hub/', {'title': 'x', 'places_0': ids, 'places_1': ids[:1]})['id']
    (record,) = ObjectChange.objects.filter(changed_object_type=hub.object_type, changed_object_id=pk)
    keys = hub.get_model()._payload_names
    assert record.postchange_data[keys['places_0']] == ids
    assert record.postchange_data[keys['places_1']] == ids[:1]


def test_a_detail_costs_two_more(rest, thing, sites, tags):
    fill(thing, sites, tags, 1)
    tenant, obj = Tenant.objects.get(), thing.get_model().objects.get()
    native = queries(lambda: rest.get(f'{TENANTS}{tenant.pk}/'))
    assert queries(lambda: rest.get(f'thing/{obj.pk}/')) <= native + 2


class Bodies:
    """Makes bodies of tenants and of things, each different from the ones before."""

    def __init__(self, site, tag=None):
        self.site = site
        self.group = TenantGroup.objects.get_or_create(name='group', slug='group')[0]
        self.extra = {'tags': [{'slug': tag.slug}]} if tag else {}
        self.number = 0

    def tenant(self):
        self.number += 1
        name = f'body-{self.number}'
        return {'name': name, 'slug': name, 'group': self.group.pk, **self.extra}

    def thing(self, **more):
        self.number += 1
        name = f'body-{self.number}'
        return {'title': name, 'code': name, 'amount': 1, 'color': 'red', 'place': self.site.pk, **self.extra, **more}


@pytest.mark.parametrize('tagged', [False, True])
def test_a_create_costs_four_more(rest, thing, sites, tags, tagged):
    bodies = Bodies(sites[0], tags[0] if tagged else None)
    native = queries(lambda: rest.post(TENANTS, bodies.tenant()))
    assert queries(lambda: rest.post('thing/', bodies.thing())) <= native + 4


def test_a_create_with_links_costs_four_more_than_one_with_tags(rest, thing, sites, tags):
    native = Bodies(sites[0], tags[0])
    bodies = Bodies(sites[0])
    links = [site.pk for site in sites]
    budget = queries(lambda: rest.post(TENANTS, native.tenant())) + 4
    assert queries(lambda: rest.post('thing/', bodies.thing(places=links))) <= budget


@pytest.mark.parametrize('tagged', [False, True])
@pytest.mark.parametrize('linked', [False, True])
def test_many_in_one_body_cost_one_more_each(rest, thing, sites, tags, tagged, linked):
    bodies = Bodies(sites[0], tags[0] if tagged else None)
    more = {'places': [site.pk for site in sites]} if linked else {}

    def each(path, make):
        """Return the queries per object, from requests of two sizes, so that the fixed part does not count."""
        small = queries(lambda: rest.post(path, [make() for _ in range(2)]))
        large = queries(lambda: rest.post(path, [make() for _ in range(6)]))
        assert (large - small) % 4 == 0
        return (large - small) // 4

    native = each(TENANTS, bodies.tenant)
    assert each('thing/', lambda: bodies.thing(**more)) <= native + 1


def test_many_objects_in_one_body(rest, thing, sites):
    bodies = Bodies(sites[0])
    rest.post(TENANTS, [bodies.tenant()])
    rest.post('thing/', [bodies.thing()])
    counts = []
    for path, make in ((TENANTS, bodies.tenant), ('thing/', bodies.thing)):
        body = [make() for _ in range(ROWS)]
        counts.append(count(lambda path=path, body=body: rest.post(path, body)))
    native, custom = counts
    assert custom <= native + ROWS


def test_an_update_and_a_delete_cost_four_more(rest, thing, sites, tags):
    fill(thing, sites, tags, 4)
    first, second, *_ = Tenant.objects.order_by('pk')
    one, two, *_ = thing.get_model().objects.order_by('pk')
    native = queries(lambda: rest.patch(f'{TENANTS}{first.pk}/', {'description': str(next(numbers))}))
    assert queries(lambda: rest.patch(f'thing/{one.pk}/', {'amount': next(numbers)})) <= native + 4
    costs = []
    for path, warm, measured in ((TENANTS, first, second), ('thing/', one, two)):
        rest.delete(f'{path}{warm.pk}/')
        costs.append(count(lambda url=f'{path}{measured.pk}/': rest.delete(url)))
    assert costs[1] <= costs[0] + 4


numbers = iter(range(1000))
