"""
How many queries pages cost.

"Without the plugin" is measured for real: another process with another list of plugins opens the same pages on the
same database. Each page is opened twice, and the second time counts: what a process caches is none of our business.
"""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import ObjectType
from dcim.models import Site
from extras.models import Tag
from tenancy.models import Tenant

from netbox_custom_objects.models import CustomObjectType
from tests.support.factories import make_every_kind, make_field, make_object, make_type
from tests.support.kept import KEEPER, read_again
from tests.support.processes import run_new_python, run_python
from tests.surfaces.rest import superuser
from tests.surfaces.ui import Browser

OBJECTS = 12
# More than any budget below: one query for each of them would show.
TYPES = 12
# Enough where the costs must be the same.
FEW = 4

# Prints {page: number of queries}; asks for nothing that belongs to the plugin.
COUNT = """
import json, django
django.setup()
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from users.models import User

client, counts = Client(), {}
client.force_login(User.objects.get(username='root'))
for page in json.loads(PAGES):
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
    counts[page] = len(queries)
print(json.dumps(counts))
"""


def queries_of(browser, page):
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            browser.get(page)
    return len(queries)


def make_types(number, target=Site):
    """Make many types, each with a field that refers to `target`."""
    targets = ObjectType.objects.get_for_model(target)
    for index in range(number):
        kind = CustomObjectType(name=f'many_{target._meta.model_name}_{index}', slug=f'many-{target.__name__}-{index}')
        kind.save()
        kind.fields.create(name='place', type='object', related_object_type=targets)


@pytest.fixture
def tenants(db):
    Tenant.objects.bulk_create(Tenant(name=f'{number}', slug=f'{number}') for number in range(OBJECTS))


class TestList:
    @pytest.mark.parametrize('types', [0, TYPES])
    def test_costs_little_more_than_that_of_tenants(self, browser, tenants, types):
        kind = make_type(
            'cable', fields=[('name', 'text'), ('amount', 'integer'), ('web', 'url'), ('note', 'longtext')]
        )
        make_types(types)
        for number in range(OBJECTS):
            make_object(kind, name=str(number), amount=number)
        native, ours = queries_of(browser, '/tenancy/tenants/'), queries_of(browser, 'cable/')
        print(f'tenants: {native}, cables: {ours}, other types: {types}')
        assert ours <= native + 3

    def test_references_cost_by_field_and_not_by_object(self, browser, sites, every_kind):
        make_object(every_kind, title='0', place=sites[0], places=sites)
        one = queries_of(browser, 'every-kind/')
        for number in range(1, FEW):
            make_object(every_kind, title=str(number), place=sites[number % 3], places=sites)
        assert queries_of(browser, 'every-kind/') == one

    def test_references_to_many_models_cost_as_little(self, browser, sites):
        """All links are read in one statement, and all targets, of whatever model, in another."""
        other = make_type('other', fields=[{'name': 'title', 'primary': True}])
        kind = make_every_kind()
        make_field(kind, 'parent', 'object', target=kind)
        make_field(kind, 'peers', 'multiobject', target=other)
        make_field(kind, 'tenant', 'object', target=Tenant)
        make_field(kind, 'about', 'object', targets=[Site, Tenant, other])
        make_field(kind, 'others', 'multiobject', targets=[Site, Tenant, kind, other])
        tenant = Tenant.objects.create(name='0', slug='0')
        peer, first = make_object(other, title='peer'), make_object(kind, title='first')
        for number in range(OBJECTS):
            obj = make_object(
                kind, title=str(number), place=sites[number % 3], places=sites, parent=first, peers=[peer],
                tenant=tenant, about=(peer, tenant, sites[0])[number % 3],
            )  # fmt: skip
            obj.others.set([peer, tenant, sites[1], first])
        native, ours = queries_of(browser, '/tenancy/tenants/'), queries_of(browser, 'every-kind/')
        print(f'tenants: {native}, every kind: {ours}')
        assert ours <= native + 3

    def test_exports_do_not_cost_by_object(self, browser, sites, every_kind):
        make_object(every_kind, title='0', place=sites[0], places=sites)
        counts = {page: queries_of(browser, f'every-kind/?export={page}') for page in ('', 'table', 'importable')}
        for number in range(1, FEW):
            make_object(every_kind, title=str(number), place=sites[number % 3], places=sites)
        for page, count in counts.items():
            assert queries_of(browser, f'every-kind/?export={page}') <= count + 1, page


def make_plain():
    """Make a type like NetBox's tenants, with an object, and a tenant."""
    kind = make_type('cable', fields=[('name', 'text'), ('amount', 'integer'), ('web', 'url'), ('note', 'longtext')])
    make_types(TYPES)
    return make_object(kind, name='0', amount=1), Tenant.objects.create(name='0', slug='0')


@pytest.fixture
def plain(db):
    return [read_again(obj) for obj in KEEPER.value]


@pytest.mark.kept.with_args(make_plain)
@pytest.mark.parametrize('page', ['add/', '{pk}/', '{pk}/edit/', '{pk}/delete/', '{pk}/changelog/', '{pk}/journal/'])
def test_pages_of_one_object_cost_little_more_than_those_of_a_tenant(browser, plain, page):
    obj, tenant = plain
    native = queries_of(browser, f'/tenancy/tenants/{page.format(pk=tenant.pk)}')
    ours = queries_of(browser, f'cable/{page.format(pk=obj.pk)}')
    print(f'{page}: tenant {native}, cable {ours}')
    assert ours <= native + 3


@pytest.mark.kept.with_args(make_plain)
@pytest.mark.parametrize('page', ['import', 'edit', 'rename', 'delete'])
def test_bulk_forms_cost_little_more_than_those_of_tenants(browser, plain, page):
    obj, tenant = plain
    if page == 'import':
        native, ours = (queries_of(browser, path) for path in ('/tenancy/tenants/import/', 'cable/bulk-import/'))
    else:
        native = queries_of_form(browser, f'/tenancy/tenants/{page}/', tenant)
        ours = queries_of_form(browser, f'cable/bulk-{page}/', obj)
    print(f'{page}: tenants {native}, cables {ours}')
    assert ours <= native + 3


def queries_of_form(browser, path, obj):
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            browser.post(path, expect=200, pk=[obj.pk])
    return len(queries)


class TestDetail:
    def test_does_not_depend_on_the_number_of_types(self, browser, sites, every_kind):
        obj = make_object(every_kind, title='0', place=sites[0], places=sites)
        alone = queries_of(browser, obj.get_absolute_url())
        make_types(FEW)
        assert queries_of(browser, obj.get_absolute_url()) == alone


class TestCorePages:
    def test_cost_one_query_more_than_without_the_plugin(self, fresh_database):
        superuser()
        site = Site.objects.create(name='Berlin', slug='berlin')
        pages = ['/', '/dcim/sites/', f'/dcim/sites/{site.pk}/', f'/dcim/sites/{site.pk}/edit/']
        without = self.count(fresh_database, pages, run_new_python, NCO_PLUGINS='netbox_branching')
        assert all(count > 5 for count in without.values())
        for types in (0, TYPES):
            make_types(types, target=Tenant)
            found = self.count(fresh_database, pages)
            print(f'{types} types: {found}, without the plugin: {without}')
            for page in pages:
                assert found[page] <= without[page] + 1, page
        # The tab that lists what refers to a site has a badge: one statement for all types.
        make_types(TYPES)
        found = self.count(fresh_database, pages)
        for page in pages:
            assert found[page] <= without[page] + 1 + (page == pages[2]), page

    @staticmethod
    def count(database, pages, run=run_python, **environment):
        code = f'PAGES = {json.dumps(pages)!r}\n{COUNT}'
        result = run(code, database.name, **environment)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout.splitlines()[-1])


def test_search_page_does_not_depend_on_the_number_of_types(db):
    browser = Browser(superuser())
    make_type('cable')
    alone = queries_of(browser, '/search/?q=x')
    make_types(FEW)
    assert queries_of(browser, '/search/?q=x') == alone


@pytest.mark.parametrize('page', ['bulk-edit', 'bulk-delete'])
def test_pages_of_a_selection_do_not_cost_by_object(browser, every_kind, values, page):
    target = make_type('target', fields=[{'name': 'name', 'primary': True}])
    make_field(every_kind, 'one', 'object', target=target)
    make_field(every_kind, 'mixed', 'multiobject', targets=[Site, target])
    tag = Tag.objects.create(name='a', slug='a')

    def cost(number):
        for _ in range(number):
            one = make_object(target, name='x')
            made = make_object(every_kind, **values, one=one, mixed=[one, values['place']])
            made.tags.add(tag)
        pks = list(every_kind.get_model().objects.values_list('pk', flat=True))
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                browser.post(f'every-kind/{page}/', 200, pk=pks)
        return len(queries)

    few = cost(2)
    assert cost(18) <= few + 2


def test_bulk_edit_of_types_does_not_cost_by_type(browser):
    tag = Tag.objects.create(name='a', slug='a')

    def cost(start, number):
        for index in range(start, start + number):
            make_type(f'some_{index}').tags.add(tag)
        pks = list(CustomObjectType.objects.values_list('pk', flat=True))
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                browser.post('custom-object-types/edit/', 200, pk=pks)
        return len(queries)

    assert cost(2, 8) <= cost(0, 2) + 2
