"""What GraphQL shows to whom."""

import pytest
from graphql import validate_schema

from dcim.models import Site

from netbox_custom_objects.graphql.composed import schema_for
from tests.support.factories import make_field, make_object, make_sites, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.graphql import GraphQL
from tests.surfaces.rest import make_user, superuser


def make_types():
    """Servers refer to vaults, which some users may not know of."""
    sites = make_sites()
    vault = make_type('vault', fields=[{'name': 'codeword', 'type': 'text', 'primary': True}])
    server = make_type('server', fields=[
        {'name': 'name', 'type': 'text', 'primary': True},
        {'name': 'vault', 'type': 'object', 'target': vault, 'related_name': 'servers'},
        {'name': 'vaults', 'type': 'multiobject', 'target': vault},
        {'name': 'place', 'type': 'object', 'target': Site}, {'name': 'places', 'type': 'multiobject', 'target': Site},
        {'name': 'about', 'type': 'object', 'targets': [Site, vault]},
        {'name': 'all_about', 'type': 'multiobject', 'targets': [Site, vault]},
    ])  # fmt: skip
    make_field(vault, 'twin', 'object', target=vault, related_name='twin_of')
    hidden = make_object(vault, codeword='Alpha')
    make_object(
        server, name='One', vault=hidden, place=sites[0], about=hidden, vaults=[hidden], places=sites[:2]
    ).all_about.set([hidden, sites[0]])
    return {'vault': vault, 'server': server}


@pytest.fixture
@keeps(make_types)
def types(db):
    return kept_again()


SERVERS = """{ custom_objects_server_list {
    name vault { __typename id display } vaults { __typename id } place { name } places { name }
    about { __typename } all_about { __typename ... on SiteType { name } }
} }"""


# What finds a server by an object that some may not view.
FILTERS = (
    'vault: {codeword: {starts_with: "A"}}', 'vaults: {codeword: {starts_with: "A"}}', 'vault_id: %(hidden)d',
    'place: {name: {exact: "Berlin"}}', 'places: {name: {exact: "Berlin"}}', 'place_id: %(berlin)d',
    'about_netbox_custom_objects_table%(vault)dmodel: {codeword: {starts_with: "A"}}',
    'about_netbox_custom_objects_table%(vault)dmodel_id: %(hidden)d',
    'all_about_dcim_site: {name: {exact: "Berlin"}}', 'all_about_dcim_site_id: %(berlin)d',
)  # fmt: skip


class TestRights:
    def test_nothing(self, types):
        graphql = GraphQL(make_user('nobody'))
        assert not {name for name in graphql.names() if name.startswith(('Table', 'custom_objects_'))} - {
            'TableConfigType', 'TableConfigFilter',
        }  # fmt: skip
        message = graphql.message('{ custom_objects_serve_list { id } }')
        assert 'server' not in message
        query = """{ custom_object_type_list { name } custom_object_type_field_list { name }
                     custom_object_type_constraint_list { name } }"""
        assert graphql(query) == {
            'custom_object_type_list': [], 'custom_object_type_field_list': [],
            'custom_object_type_constraint_list': [],
        }  # fmt: skip

    def test_a_type_that_is_hidden_has_no_name(self, types):
        graphql = GraphQL(make_user('reader', (types['server'], ['view'], None), (Site, ['view'], None)))
        names = ' '.join(graphql.names())
        for word in ('codeword', 'twin', f'Table{types["vault"].pk}', 'custom_objects_vault'):
            assert word not in names
        assert 'vault_list' not in graphql.message('{ custom_objects_vaul_list { id } }')
        (found,) = graphql(SERVERS)['custom_objects_server_list']
        assert found == {
            'name': 'One', 'vault': None, 'vaults': [], 'place': {'name': 'Berlin'},
            'places': [{'name': 'Berlin'}, {'name': 'Cairo'}], 'about': None,
            'all_about': [{'__typename': 'SiteType', 'name': 'Berlin'}],
        }  # fmt: skip
        message = graphql.message(
            '{ linked_custom_objects(object_type: "dcim.site", object_id: 1, type: "vault") { field_name } }'
        )
        assert 'Alpha' not in message

    def test_targets_that_are_hidden(self, types):
        graphql = GraphQL(
            make_user(
                'reader',
                (types['server'], ['view'], None),
                (types['vault'], ['view'], {'codeword': 'Beta'}),
                (Site, ['view'], {'name': 'Cairo'}),
            )
        )
        (found,) = graphql(SERVERS)['custom_objects_server_list']
        assert found == {
            'name': 'One', 'vault': None, 'vaults': [], 'place': None, 'places': [{'name': 'Cairo'}], 'about': None,
            'all_about': [],
        }  # fmt: skip
        assert graphql('{ custom_objects_vault_list { codeword servers { name } } }') == {
            'custom_objects_vault_list': []
        }
        pk = types['vault'].get_model().objects.get().pk
        assert graphql.errors(f'{{ custom_objects_vault(id: {pk}) {{ codeword }} }}')[0]['extensions'] == {
            'code': 'NOT_FOUND'
        }
        query = f'{{ linked_custom_objects(object_type: "custom-objects.vault", object_id: {pk}) {{ field_name }} }}'
        assert graphql.errors(query)[0]['extensions'] == {'code': 'NOT_FOUND'}

    def test_filters_and_orders_tell_nothing_of_hidden_targets(self, types, sites):
        vault = types['vault'].get_model()
        names = {'vault': types['vault'].pk, 'hidden': vault.objects.get().pk, 'berlin': sites[0].pk}
        query = '{ custom_objects_server_list(filters: {%s}) { name } }'
        queries = [query % (text % names) for text in FILTERS]
        graphql = GraphQL(superuser())
        reader = GraphQL(
            make_user(
                'reader',
                (types['server'], ['view'], None),
                (types['vault'], ['view'], {'codeword': 'Beta'}),
                (Site, ['view'], {'name': 'Cairo'}),
            )
        )
        for text in queries:
            assert graphql(text) == {'custom_objects_server_list': [{'name': 'One'}]}, text
            assert reader(text) == {'custom_objects_server_list': []}, text
        for name, codeword in (('Two', 'Zulu'), ('Three', 'Mike')):
            make_object(types['server'], name=name, vault=make_object(types['vault'], codeword=codeword))
        for sign, found in (('ASC', ['One', 'Three', 'Two']), ('DESC', ['Two', 'Three', 'One'])):
            text = f'{{ custom_objects_server_list(order: {{vault: {sign}}}) {{ name }} }}'
            assert [row['name'] for row in graphql(text)['custom_objects_server_list']] == found
            assert [row['name'] for row in reader(text)['custom_objects_server_list']] == ['One', 'Two', 'Three']

    def test_linked_objects(self, types, sites):
        query = '{ site_list { name custom_objects { field_name object { display } } } }'
        reader = make_user('reader', (Site, ['view'], None), (types['vault'], ['view'], None))
        assert all(not site['custom_objects'] for site in GraphQL(reader)(query)['site_list'])
        assert GraphQL(make_user('other', (Site, ['view'], None)))(query)['site_list'][0]['custom_objects'] == []
        (berlin, *_others) = GraphQL(superuser())(query)['site_list']
        assert [entry['field_name'] for entry in berlin['custom_objects']] == ['all_about', 'place', 'places']

    def test_the_composed_schema_is_valid(self, types):
        schema = schema_for(superuser())._schema
        schema._validation_errors = None
        assert validate_schema(schema) == []
