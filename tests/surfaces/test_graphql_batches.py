"""What GraphQL reads for many objects at once: as many queries for fifty as for five, and only what is on a page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dcim.models import Region, Site
from extras.models import Tag
from tenancy.models import Tenant, TenantGroup
from users.models import Owner, OwnerGroup, User

from netbox_custom_objects.graphql.reading import references, selection
from netbox_custom_objects.models import CustomObjectType
from tests.support.factories import make_field, make_object, make_sites, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.graphql import GraphQL
from tests.surfaces.rest import make_user, superuser


def make_rows():
    """Return a function that makes a list of n objects with a target in each reference."""
    owner = Owner.objects.create(name='Ops', group=OwnerGroup.objects.create(name='All'))
    tag = Tag.objects.create(name='Blue', slug='blue')
    group = TenantGroup.objects.create(name='G', slug='g')
    made = make_type('row', fields=[{'name': 'name', 'type': 'text', 'primary': True}])
    make_field(made, 'group', 'object', target=TenantGroup)
    make_field(made, 'sites', 'multiobject', target=Site)
    make_field(made, 'about', 'object', targets=[Region, Site])

    def make(start, stop):
        for number in range(start, stop):
            name = f'n{number}'
            region = Region.objects.create(name=name, slug=name)
            tenant = Tenant.objects.create(name=name, slug=name, group=group, owner=owner)
            site = Site.objects.create(name=name, slug=name, tenant=tenant)
            row = make_object(made, name=name, group=group, about=region, owner=owner, sites=[site])
            row.tags.add(tag)
            tenant.tags.add(tag)

    return make


def test_queries_do_not_depend_on_the_number_of_rows(db):
    """A list costs two queries more at most than one of tenants, whose selection has the same kinds."""
    rows, graphql = make_rows(), GraphQL(superuser())
    ours = """{ custom_objects_row_list { name display owner { name } tags { name } group { name parent { name } }
        sites { name region { name } } about { ... on RegionType { name } } } }"""
    # Contacts stand in for the polymorphic reference.
    theirs = """{ tenant_list { name display owner { name } tags { name } group { name parent { name } }
        sites { name region { name } } contacts { id } } }"""
    counts = {}
    for number, (start, stop) in enumerate(((0, 5), (5, 50))):
        rows(start, stop)
        for name, query in (('ours', ours), ('theirs', theirs)):
            graphql(query)
            with CaptureQueriesContext(
                connection,
            ) as found:
                graphql(query)
            counts[name, number] = len(found)
    assert counts['ours', 0] == counts['ours', 1]
    assert counts['ours', 1] <= counts['theirs', 1] + 2


def statements(graphql, query):
    """Return the data of a query, and the statements that it costs once everything is warm."""
    graphql(query)
    with CaptureQueriesContext(connection) as found:
        data = graphql(query)
    return data, [row['sql'] for row in found]


def make_linked():
    """Return types whose objects refer to sites and to one another."""
    rack = make_type('rack', fields=[
        {'name': 'name', 'type': 'text', 'primary': True}, {'name': 'place', 'type': 'object', 'target': Site},
    ])  # fmt: skip
    make_field(rack, 'all_about', 'multiobject', targets=[Site, rack])
    box = make_type('box', fields=[
        {'name': 'name', 'type': 'text', 'primary': True}, {'name': 'rack', 'type': 'object', 'target': rack},
        {'name': 'places', 'type': 'multiobject', 'target': Site},
    ])  # fmt: skip
    return rack, box


@pytest.fixture
@keeps(make_linked)
def linked(db):
    """Return a function that makes n sites in as many regions, each with three entries of two types."""
    rack, box = kept_again()
    north = Region.objects.create(name='North', slug='north')

    def make(start, stop):
        for number in range(start, stop):
            region = Region.objects.create(name=f'r{number:02}', slug=f'r{number}', parent=north)
            site = Site.objects.create(name=f's{number:02}', slug=f's{number}', region=region)
            made = make_object(rack, name=f'rack {number}', place=site)
            made.all_about.set([site, made])
            make_object(box, name=f'box {number}', rack=made, places=[site])

    return make


ENTRIES = 'custom_objects { field_name object { display } }'
PAGE = 'custom_objects(pagination: {offset: 1, limit: 1}) { field_name object { display } }'
QUERIES = {
    'list': f'{{ site_list {{ name {ENTRIES} }} }}',
    'reverse': f'{{ region_list {{ name sites {{ {ENTRIES} }} }} }}',
    'forward': f'{{ site_list {{ region {{ sites {{ {PAGE} }} }} }} }}',
    'custom': f"""{{ custom_objects_rack_list {{
        {PAGE} place {{ {ENTRIES} }} all_about {{ ... on SiteType {{ name {ENTRIES} }} }} }} }}""",
    'nested': f'{{ site_list {{ custom_objects {{ object {{ ... on Table%dModelType {{ {ENTRIES} }} }} }} }} }}',
}


class TestLinkedObjects:
    @pytest.mark.parametrize('kind', QUERIES)
    def test_queries_do_not_depend_on_the_number_of_objects(self, linked, kind):
        query = QUERIES[kind].replace('%d', str(CustomObjectType.objects.get(name='rack').pk))
        limited = make_user(
            'reader',
            (Site, ['view'], None),
            (Region, ['view'], {'name__startswith': 'r'}),
            (CustomObjectType.objects.get(name='rack'), ['view'], {'name__startswith': 'rack'}),
            (CustomObjectType.objects.get(name='box'), ['view'], None),
        )
        for start, user in ((0, superuser()), (20, limited)):
            graphql = GraphQL(user)
            linked(start, start + 3)
            few = len(statements(graphql, query)[1])
            linked(start + 3, start + 12)
            data, many = statements(graphql, query)
            assert len(many) == few
            assert len(next(iter(data.values()))) >= 12

    def test_each_object_has_a_page_of_its_own(self, linked):
        linked(0, 3)
        types = {found.name: found for found in CustomObjectType.objects.all()}
        query = '{ site_list { %s } }'
        found = GraphQL(superuser())(query % PAGE)['site_list']
        assert [site['custom_objects'] for site in found] == [
            [{'field_name': 'all_about', 'object': {'display': f'rack {number}'}}] for number in range(3)
        ]
        limited = make_user(
            'reader', (Site, ['view'], None), (types['rack'], ['view'], {'name__in': ['rack 0', 'rack 2']})
        )
        found = GraphQL(limited)(query % PAGE)['site_list']
        assert [[entry['field_name'] for entry in site['custom_objects']] for site in found] == [
            ['place'],
            [],
            ['place'],
        ]


def make_shelf():
    """Return types. A shelf has three books, tags, sites and things of two types; another has the last book only."""
    book = make_type('book', fields=[{'name': 'name', 'type': 'text', 'primary': True}])
    shelf = make_type('shelf', fields=[{'name': 'name', 'type': 'text', 'primary': True}])
    sites = make_sites()
    make_field(book, 'shelf', 'object', target=shelf, related_name='held')
    make_field(shelf, 'books', 'multiobject', target=book, related_name='shelves')
    make_field(shelf, 'places', 'multiobject', target=Site)
    make_field(shelf, 'mixed', 'multiobject', targets=[Site, Region, book])
    make_field(shelf, 'users', 'multiobject', target=User)
    first, second = make_object(shelf, name='First'), make_object(shelf, name='Second')
    books = [make_object(book, name=name, shelf=first) for name in 'CBA']
    tags = [Tag.objects.create(name=name, slug=name.lower()) for name in 'FED']
    users = [User.objects.create_user(name) for name in 'ihg']
    first.books.set(books)
    first.places.set(sites)
    first.mixed.set([sites[2], books[0], sites[0], books[1]])
    first.tags.set(tags)
    first.users.set(users)
    second.books.set(books[2:])
    second.mixed.set(books[2:])
    for comments in ('one', 'two', 'three'):
        first.journal_entries.create(comments=comments)
    return {'book': book, 'shelf': shelf}


@pytest.fixture
@keeps(make_shelf)
def shelf(db):
    return kept_again()


PAGES = """{ custom_objects_shelf_list(order: {name: ASC}) {
    books(pagination: $page) { name }
    held(pagination: $page) { name }
    places(pagination: $page) { name }
    mixed(pagination: $page) { ... on SiteType { name } ... on Table%dModelType { label: name } }
    tags(pagination: $page) { name }
    users(pagination: $page) { username }
    journal_entries(pagination: $page) { comments }
} }"""


class TestPages:
    """Lists of an object are cut by PostgreSQL, after what the user may not view was left out."""

    def pages(self, graphql, shelf, page):
        query = f'query ($page: OffsetPaginationInput) {PAGES % shelf["book"].pk}'
        answer = graphql(query, page=page)['custom_objects_shelf_list']
        return [
            {name: [next(iter(item.values())) for item in items] for name, items in found.items()} for found in answer
        ]

    def test_of_each_list(self, shelf):
        first, second = self.pages(GraphQL(superuser()), shelf, {'offset': 1, 'limit': 1})
        assert first == {
            'books': ['B'], 'held': ['B'], 'places': ['Cairo'], 'mixed': ['C'], 'tags': ['E'], 'users': ['h'],
            'journal_entries': ['two'],
        }  # fmt: skip
        assert second == dict.fromkeys(first, [])

    def test_from_an_id(self, shelf):
        graphql = GraphQL(superuser())
        first, second = self.pages(graphql, shelf, {'start': 2**30})
        assert first == second == dict.fromkeys(first, [])
        pk = shelf['book'].get_model().objects.get(name='B').pk
        first, second = self.pages(graphql, shelf, {'start': pk, 'limit': 1})
        assert (first['books'], second['books']) == (['B'], ['A'])

    def test_of_what_may_be_viewed(self, shelf):
        reader = make_user(
            'reader',
            (shelf['shelf'], ['view'], None),
            (shelf['book'], ['view'], {'name__in': ['A', 'C']}),
            (Site, ['view'], {'name': 'Berlin'}),
        )
        first, second = self.pages(GraphQL(reader), shelf, {'offset': 1, 'limit': 1})
        assert (first['books'], first['places'], first['mixed'], second['mixed']) == (['A'], [], ['Berlin'], [])

    @pytest.mark.parametrize('name', ['books', 'held', 'places', 'mixed', 'tags', 'journal_entries'])
    def test_only_what_is_on_the_page_is_read(self, shelf, name, monkeypatch):
        made = []
        monkeypatch.setattr(
            references, '_grouped', lambda rows, grouped=references._grouped: grouped(watched(rows, made))
        )
        monkeypatch.setattr(references, 'fetched', lambda *args, f=references.fetched: watched(f(*args), made))
        GraphQL(superuser())(f'{{ custom_objects_shelf_list {{ {name}(pagination: {{limit: 1}}) {{ __typename }} }} }}')
        assert len(made) <= 2

    def test_with_filters_that_find_objects_more_than_once(self, shelf):
        query = """{ custom_objects_shelf_list(order: {name: ASC}) {
            books(filters: {shelf: {name: {exact: "First"}}, DISTINCT: true}, pagination: {limit: 2}) { name }
            tags(filters: {DISTINCT: true}, pagination: {limit: 2}) { name }
            places(filters: {DISTINCT: true}, pagination: {limit: 2}) { name }
        } }"""
        first, second = GraphQL(superuser())(query)['custom_objects_shelf_list']
        assert [tag['name'] for tag in first['tags']] == ['D', 'E']
        assert [place['name'] for place in first['places']] == ['Berlin', 'Cairo']
        assert [book['name'] for book in first['books']] == ['C', 'B']
        assert [book['name'] for book in second['books']] == ['A']


def watched(rows, made):
    rows = list(rows)
    made += rows
    return rows


class TestColumns:
    def test_only_what_is_selected_is_read(self, shelf):
        query = '{ custom_objects_book_list { name shelf { display } } }'
        data, found = statements(GraphQL(superuser()), query)
        assert data['custom_objects_book_list'][0] == {'name': 'C', 'shelf': {'display': 'First'}}
        tables = [f'"{made.get_model()._meta.db_table}"."last_updated"' for made in shelf.values()]
        assert not [sql for sql in found if any(table in sql for table in tables)]

    def test_fragments_and_variables_are_followed(self, shelf):
        query = """query ($yes: Boolean!) { custom_objects_book_list { ...all ... @include(if: $yes) { last_updated }
            ... on CustomObject { class_type } } }
            fragment all on Table%dModelType { name ...more } fragment more on Table%dModelType { created }"""
        query %= (shelf['book'].pk, shelf['book'].pk)
        graphql = GraphQL(superuser())
        for yes, names in ((True, {'name', 'created', 'last_updated', 'class_type'}), (False, None)):
            with CaptureQueriesContext(connection) as found:
                (book, *_others) = graphql(query, yes=yes)['custom_objects_book_list']
            assert set(book) == (names or {'name', 'created', 'class_type'})
            table = shelf['book'].get_model()._meta.db_table
            assert len([row for row in found.captured_queries if f'FROM "{table}"' in row['sql']]) == 1

    def test_each_fragment_is_followed_once(self, shelf, monkeypatch):
        """NetBox itself follows these 2 ** 10 times, to count aliases."""
        followed = []
        monkeypatch.setattr(selection, '_applies', lambda *args, a=selection._applies: followed.append(1) or a(*args))
        spread = 'fragment f%d on CustomObject { ...f%d ...f%d }'
        fragments = ' '.join(spread % (number, number + 1, number + 1) for number in range(10))
        query = f'{{ custom_objects_book_list {{ ...f0 }} }} {fragments} fragment f10 on CustomObject {{ display }}'
        assert len(GraphQL(superuser())(query)['custom_objects_book_list']) == 3
        assert len(followed) == 11

    def test_names_that_are_made_of_other_values(self, shelf):
        for made in shelf.values():
            made.refresh_from_db()
        shelf['book'].display_expression = '{{ name }} in {{ shelf }}'
        shelf['book'].full_clean()
        shelf['book'].save()
        graphql, query = GraphQL(superuser()), '{ custom_objects_book_list { display } }'
        data, few = statements(graphql, query)
        assert data['custom_objects_book_list'][0] == {'display': 'C in First'}
        for name in 'XYZ':
            make_object(shelf['book'], name=name)
        assert len(statements(graphql, query)[1]) == len(few)

    def test_an_answer_may_be_called_like_something_else(self, shelf):
        query = '{ custom_objects_shelf_list(order: {name: DESC}) { shown: display display: books { name } } }'
        assert GraphQL(superuser())(query)['custom_objects_shelf_list'][0] == {
            'shown': 'Second', 'display': [{'name': 'A'}],
        }  # fmt: skip
