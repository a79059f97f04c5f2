"""Queries that are wrong, huge or hostile: each is answered with errors that have a code, and never with a 500."""

import json
from itertools import cycle

import pytest
from django.db import connection
from django.test import Client

from dcim.models import Site

from tests.support.factories import make_field, make_object, make_sites, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.graphql import GraphQL
from tests.surfaces.rest import make_user, superuser

KINDS = {
    'text': 'text', 'long': 'longtext', 'amount': 'integer', 'price': 'decimal', 'active': 'boolean', 'bought': 'date',
    'seen': 'datetime', 'web': 'url', 'extra': 'json', 'address': 'ip_address', 'net': 'ip_prefix',
    'mac': 'mac_address', 'age': 'duration', 'spot': 'coordinates', 'mail': 'email', 'hue': 'color',
}  # fmt: skip


def make_thing():
    """Return a type with a field of each kind, referring to sites and to itself; one object has values."""
    sites = make_sites()
    made = make_type(
        'thing',
        fields=[
            *KINDS.items(),
            {'name': 'state', 'type': 'select', 'choices': ['new', 'old']},
            {'name': 'states', 'type': 'multiselect', 'choices': ['hot', 'cold']},
            {'name': 'place', 'type': 'object', 'target': Site},
            {'name': 'places', 'type': 'multiobject', 'target': Site},
        ],
    )
    make_field(made, 'about', 'object', targets=[Site, made])
    make_field(made, 'all_about', 'multiobject', targets=[Site, made])
    make_field(made, 'up', 'object', target=made, related_name='down')
    obj = make_object(made, text='one', place=sites[0], places=sites, about=sites[0])
    obj.all_about.set([obj, *sites])
    return made


@pytest.fixture
@keeps(make_thing)
def thing(db):
    return kept_again()


@pytest.fixture
def graphql(thing):
    return GraphQL(superuser())


def answer_to(graphql, query, **variables):
    """Return the answer to a query, which PostgreSQL may refuse without more than that query being lost."""
    savepoint = connection.savepoint()
    try:
        return graphql.send(query, **variables)
    finally:
        connection.savepoint_rollback(savepoint)


HOSTILE = [
    '', ' ', '\x00', "'", '%', '\\', '(', '[', '*' * 50, '-1', '1e400', 'NaN', 'Infinity', '9' * 40, 'x' * 10000,
    '2024-13-45', '256.1.1.1/99', '$user', None, True, -1, 0, 2**31, 2**63, 1e308, [], [None], {}, {'a': 1},
]  # fmt: skip


class TestFilters:
    def test_each_lookup_with_values_that_do_not_fit(self, graphql, thing):
        """Of each input of each lookup: an answer, or errors with a code or of GraphQL's validation."""
        types = graphql(
            """{ __schema { types { name inputFields { name type { name kind ofType { name kind } } } } } }"""
        )['__schema']['types']
        inputs = {found['name']: found['inputFields'] for found in types if found['inputFields']}
        root = f'Table{thing.pk}ModelFilter'
        query = f'query ($filters: {root}) {{ custom_objects_thing_list(filters: $filters) {{ id }} }}'
        # Fields with the same lookup differ in what PostgreSQL thinks of a value; each is tried with some of them.
        values, tried = cycle(HOSTILE), set()
        for field in inputs[root]:
            lookup = field['type']['name']
            for name in [one['name'] for one in inputs.get(lookup, ())] if lookup.endswith('Lookup') else [None]:
                if (lookup, name) not in tried:
                    tried.add((lookup, name))
                    value = next(values)
                    answer = answer_to(graphql, query, filters={field['name']: {name: value} if name else value})
                    check(answer, (field['name'], name, value))
        assert len(tried) > 50

    @pytest.mark.parametrize(
        'text',
        [
            'place: {id: {exact: "x"}}', 'place: {id: {in_list: ["1", "x"]}}', 'place_id: "x"', 'place_id: "-1"',
            'about_dcim_site_id: "x"', 'all_about_dcim_site_id: "9999999999999999999999"', 'owner_id: "x"',
            'id: {exact: "x"}', 'id: {range: {start: "2", end: "x"}}', 'text: {regex: "("}', 'text: {i_regex: "[a-"}',
            'amount: {range: {start: 5, end: 1}}', 'amount: {in_list: []}', 'address: {regex: "*"}',
            'places: {name: {regex: "("}}', 'up: {up: {up: {text: {regex: "("}}}}', 'OR: {text: {regex: "("}}',
            'extra: {path: "\\u0000", lookup: {string_lookup: {exact: "x"}}}', 'place: {region: {name: {regex: "("}}}',
        ],
    )  # fmt: skip
    def test_values_that_do_not_fit(self, graphql, text):
        answer = answer_to(graphql, f'{{ custom_objects_thing_list(filters: {{{text}}}) {{ id }} }}')
        check(answer, text)

    def test_filters_within_filters(self, graphql, thing):
        value = {'text': {'exact': 'one'}}
        for _ in range(60):
            value = {'NOT': value, 'OR': {'text': {'exact': 'x'}}}
        query = f'query ($f: Table{thing.pk}ModelFilter) {{ custom_objects_thing_list(filters: $f) {{ id }} }}'
        check(answer_to(graphql, query, f=value), 'deep')
        for _ in range(150):
            value = {'up': value}
        check(answer_to(graphql, query, f=value), 'deep references')


def check(answer, about):
    for error in answer.get('errors', ()):
        code = error.get('extensions', {}).get('code')
        # Without a path, GraphQL itself has refused the query, before anything was read.
        assert code == 'BAD_USER_INPUT' or 'path' not in error, (about, error)
        for word in ('Traceback', 'psycopg', 'SELECT', 'LINE 1', 'relation "'):
            assert word not in error['message'], (about, error)


class TestPages:
    PLACES = [
        'custom_objects_thing_list(pagination: %s) { id }',
        'custom_objects_thing_list { places(pagination: %s) { id } }',
        'custom_objects_thing_list { all_about(pagination: %s) { __typename } }',
        'custom_objects_thing_list { tags(pagination: %s) { id } }',
        'custom_objects_thing_list { down(pagination: %s) { id } }',
        'custom_objects_thing_list { changelog(pagination: %s) { id } }',
        'custom_objects_thing_list { custom_objects(pagination: %s) { field_name } }',
        'site_list { custom_objects(pagination: %s) { field_name } }',
        'linked_custom_objects(object_type: "dcim.site", object_id: SITE, pagination: %s) { field_name }',
    ]

    @pytest.mark.parametrize('page', ['{offset: -1}', '{start: -1}', '{start: 1, offset: 1}'])
    def test_that_are_wrong(self, graphql, sites, page):
        for place in self.PLACES:
            (error, *_others) = graphql.errors(f'{{ {place % page} }}'.replace('SITE', str(sites[0].pk)))
            assert error['extensions'] == {'code': 'BAD_USER_INPUT'}, place

    def test_that_are_too_large(self, graphql, sites, settings):
        settings.MAX_PAGE_SIZE = 2
        for page in ('{limit: 100000}', '{limit: -1}', '{limit: 0}', 'null'):
            for place in self.PLACES:
                data = graphql(f'{{ {place % page} }}'.replace('SITE', str(sites[0].pk)))
                for found in lists_in(data):
                    assert len(found) <= 2, (place, page)


def lists_in(data):
    if isinstance(data, list):
        yield data
        for item in data:
            yield from lists_in(item)
    elif isinstance(data, dict):
        for value in data.values():
            yield from lists_in(value)


BODIES = [
    '', '[]', '{}', 'null', '"x"', '5', '1e400', 'NaN', 'true', '[null]', '\x00', b'\xff\xfe', b'{"query": "\xff"}',
    '[' * 100_000, f'{{"query": "{{ x }}", "variables": {{"a": {"9" * 5000}}}}}',
    '{"query": 1}', '{"query": null}', '{"query": ["{ x }"]}', '{"query": "{ x }", "variables": []}',
    '{"query": "{ x }", "variables": "x"}', '{"query": "{ x }", "extensions": []}',
    '{"query": "{ x }", "operationName": "x"}', '{"query": "{ x }", "operationName": []}',
]  # fmt: skip


class TestQueries:
    @pytest.mark.parametrize('pk', ['"x"', '"-1"', '0', '"99999999999999999999"', '""', '"\\u0000"'])
    def test_ids_of_nothing(self, graphql, pk):
        (error,) = graphql.errors(f'{{ custom_objects_thing(id: {pk}) {{ id }} }}')
        assert error['extensions'] == {'code': 'NOT_FOUND'}

    @pytest.mark.parametrize(
        ('query', 'part'),
        [
            ('{ custom_objects_thing_list(order: {places: ASC}) { id } }', 'places'),
            ('{ custom_objects_thing_list(order: {text: UP}) { id } }', 'UP'),
            ('{ custom_objects_thing_list(nothing: 1) { id } }', 'nothing'),
            ('{ custom_objects_thing_list { ...a } } fragment a on SiteType { id }', 'SiteType'),
            ('{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }', 'itself'),
            ('mutation { custom_objects_thing_list { id } }', 'mutation'),
            ('{ ' + ' '.join(f'a{n}: custom_objects_thing_list {{ id }}' for n in range(11)) + ' }', 'aliases'),
            ('{ ' + 'a ' * 100_000 + '}', 'tokens'),
            ('{ custom_objects_thing_list { ' + ' '.join(f'a{n}: text' for n in range(11)) + ' } }', 'aliases'),
        ],
    )
    def test_that_are_not_valid(self, graphql, query, part):
        assert part in graphql.message(query)

    def test_orders_of_nothing(self, graphql):
        for order in ('[]', '{}', '[{}, {}]', 'null', '{text: null}'):
            assert len(
                graphql(f'{{ custom_objects_thing_list(order: {order}) {{ id }} }}')['custom_objects_thing_list']
            )

    def test_the_same_object_over_and_over(self, graphql, thing):
        """A reference in a circle is followed as far as the query goes, at the same cost for each step."""
        obj = thing.get_model().objects.get()
        obj.up = obj
        obj.save()
        query = '{ custom_objects_thing_list ' + '{ down { up ' * 10 + '{ text }' + ' } }' * 10 + ' }'
        assert 'one' in str(graphql(query))

    def test_bodies_that_are_not_queries(self, thing):
        client = Client(raise_request_exception=False)
        client.force_login(superuser())
        for body in BODIES:
            response = client.post('/graphql/', body, content_type='application/json')
            assert (response.status_code, response.headers['Content-Type']) == (400, 'text/plain'), body[:60]
        # What can be read is refused by GraphQL itself.
        for body in ('{"query": "{"}', '{"query": "{ x\\ud800 }"}'):
            response = client.post('/graphql/', body, content_type='application/json')
            assert (response.status_code, 'errors' in response.json()) == (200, True), body
        for variables, status in (('null', 200), ('5', 400), ('[]', 400), ('{', 400)):
            response = client.get('/graphql/', {'query': '{ __typename }', 'variables': variables})
            assert response.status_code == status, variables

    def test_a_query_that_is_nested_too_deep(self, thing):
        client = Client(raise_request_exception=False)
        client.force_login(superuser())
        query = '{ custom_objects_thing_list ' + '{ up ' * 400 + '{ id }' + ' }' * 401
        response = client.post('/graphql/', json.dumps({'query': query}), content_type='application/json')
        assert response.status_code == 200


class TestRights:
    @pytest.mark.parametrize('constraint', [{'nope': 1}, {'name__nope': 1}, {'id': 'many'}])
    def test_constraints_that_cannot_be_resolved_grant_nothing(self, thing, constraint):
        reader = make_user('reader', (thing, ['view'], None), (Site, ['view'], constraint))
        query = """{ custom_objects_thing_list {
            place { id } places { id } about { __typename } all_about { __typename } custom_objects { field_name }
        } }"""
        (found,) = GraphQL(reader)(query)['custom_objects_thing_list']
        assert (found['place'], found['places'], found['about'], len(found['all_about'])) == (None, [], None, 1)
        for text in ('place: {name: {exact: "Berlin"}}', 'all_about_dcim_site: {name: {exact: "Berlin"}}'):
            answer = GraphQL(reader)(f'{{ custom_objects_thing_list(filters: {{{text}}}) {{ id }} }}')
            assert answer == {'custom_objects_thing_list': []}
        owner = make_user('owner', (Site, ['view'], None), (thing, ['view'], constraint))
        linked = '{ custom_objects_thing_list { id } site_list { custom_objects { field_name } } }'
        answer = GraphQL(owner)(linked)
        assert answer['custom_objects_thing_list'] == []
        assert not any(site['custom_objects'] for site in answer['site_list'])

    def test_users_who_are_not_signed_in(self, thing, settings):
        query = '{ custom_objects_thing_list { text place { name } } }'
        settings.LOGIN_REQUIRED = False
        anonymous = GraphQL()
        message = anonymous.message(query)
        assert 'thing' not in message.replace('custom_objects_thing_list', '', 1)
        settings.EXEMPT_VIEW_PERMISSIONS = ['netbox_custom_objects.' + thing.get_model()._meta.model_name]
        assert anonymous(query)['custom_objects_thing_list'] == [{'text': 'one', 'place': None}]
        settings.EXEMPT_VIEW_PERMISSIONS = ['*']
        assert anonymous(query)['custom_objects_thing_list'] == [{'text': 'one', 'place': {'name': 'Berlin'}}]
        assert len(anonymous('{ site_list { custom_objects { field_name } } }')['site_list'][0]['custom_objects']) == 4
        settings.LOGIN_REQUIRED = True
        assert Client().post('/graphql/', {'query': query}, content_type='application/json').status_code in (302, 403)

    def test_names_after_a_rename(self, graphql, thing):
        query = '{ custom_objects_thing_list { text } }'
        graphql(query)
        field = thing.fields.get(name='text')
        field.name = 'words'
        field.full_clean()
        field.save()
        assert "Cannot query field 'text'" in graphql.message(query)
        assert graphql('{ custom_objects_thing_list { words } }')['custom_objects_thing_list'] == [{'words': 'one'}]
        thing.refresh_from_db()
        thing.slug = 'things'
        thing.full_clean()
        thing.save()
        assert "Cannot query field 'custom_objects_thing_list'" in graphql.message(query)
        assert graphql('{ custom_objects_things_list { words } }')['custom_objects_things_list'] == [{'words': 'one'}]
