"""Custom objects in NetBox's GraphQL API: values, references, filters, order, pages, and what is linked."""

import json

import pytest
from django.test import Client
from strawberry.extensions import QueryDepthLimiter

from core.models import ObjectType
from dcim.models import Region, Site
from extras.models import Tag
from netbox.config import get_config
from users.models import Owner, OwnerGroup, Token

from netbox_custom_objects.definitions import TypeDefinition
from netbox_custom_objects.field_types.graphql import annotation_of, lookup_of
from netbox_custom_objects.field_types.text import TextFieldType
from netbox_custom_objects.graphql.extensions import MODELS
from netbox_custom_objects.graphql.host import host
from netbox_custom_objects.graphql.names import attribute_name, root_names
from netbox_custom_objects.graphql.types.roots import root_fields
from tests.support.factories import make_constraint, make_field, make_object, make_sites, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.graphql import GraphQL
from tests.surfaces.rest import superuser


@pytest.fixture
def graphql(db):
    return GraphQL(superuser())


@pytest.fixture
def thing(every_kind, sites):
    """One object with a value in each field."""
    return make_object(
        every_kind, title='First', notes='long', amount=2**40, price='1.50', active=True, bought='2024-05-01',
        seen='2024-05-01T10:00:00Z', web='https://example.com/a', web_title='Example', extra={'a': [1]}, color='red',
        colors=['red', 'blue'], place=sites[0], places=sites[:2],
    )  # fmt: skip


def make_network():
    """Return types that refer to one another, to themselves, and to objects of several types."""
    sites = make_sites()
    box = make_type('box', fields=[{'name': 'name', 'type': 'text', 'primary': True}])
    item = make_type('item', fields=[
        {'name': 'name', 'type': 'text', 'primary': True},
        {'name': 'box', 'type': 'object', 'target': box, 'related_name': 'items'},
        {'name': 'owned_by', 'type': 'object', 'targets': [Site, box]},
        {'name': 'near', 'type': 'multiobject', 'targets': [Site, Region, box]},
        {'name': 'only', 'type': 'object', 'targets': [Site]},
    ])  # fmt: skip
    make_field(box, 'favorite', 'object', target=item)
    make_field(item, 'peers', 'multiobject', target=item, related_name='peer_of')
    region = Region.objects.create(name='North', slug='north')
    one = make_object(box, name='One')
    bolt = make_object(item, name='Bolt', box=one, owned_by=sites[0], only=sites[1])
    nut = make_object(item, name='Nut', box=one, owned_by=one, peers=[bolt])
    nut.near.set([sites[0], region, one])
    one.favorite = nut
    one.save()
    return {'box': box, 'item': item}


@pytest.fixture
@keeps(make_network)
def network(db):
    return kept_again()


class TestValues:
    def test_of_each_kind(self, graphql, every_kind, thing):
        found = graphql(
            """{ custom_objects_every_kind_list {
                id display class_type title notes amount price active bought seen web web_title extra
                color { value label color } colors { value label } place { name } places { name }
            } }"""
        )['custom_objects_every_kind_list']
        assert found == [
            {
                'id': str(thing.pk), 'display': 'First', 'class_type': f'Table{every_kind.pk}Model', 'title': 'First',
                'notes': 'long', 'amount': 2**40, 'price': '1.50', 'active': True, 'bought': '2024-05-01',
                'seen': '2024-05-01T10:00:00+00:00', 'web': 'https://example.com/a', 'web_title': 'Example',
                'extra': {'a': [1]}, 'color': {'value': 'red', 'label': 'Red', 'color': None},
                'colors': [{'value': 'red', 'label': 'Red'}, {'value': 'blue', 'label': 'Blue'}],
                'place': {'name': 'Berlin'}, 'places': [{'name': 'Berlin'}, {'name': 'Cairo'}],
            }
        ]  # fmt: skip

    def test_of_an_empty_object(self, graphql, every_kind):
        made = make_object(every_kind)
        query = '{ custom_objects_every_kind(id: %d) { title amount web color {value} colors {value} place {id} } }'
        assert graphql(query % made.pk)['custom_objects_every_kind'] == {
            'title': None, 'amount': None, 'web': None, 'color': None, 'colors': None, 'place': None,
        }  # fmt: skip

    def test_that_all_objects_have(self, graphql, every_kind, thing):
        thing.owner = Owner.objects.create(name='Ops', group=OwnerGroup.objects.create(name='All'))
        thing.save()
        thing.tags.add(Tag.objects.create(name='Blue', slug='blue'), Tag.objects.create(name='Amber', slug='amber'))
        thing.journal_entries.create(comments='Moved')
        query = """{ custom_objects_every_kind_list {
            created last_updated owner { name } tags(filters: {slug: {exact: "blue"}}) { name } all: tags { name }
            journal_entries { comments } changelog { action } contacts { id } image_attachments { id }
        } }"""
        (found,) = graphql(query)['custom_objects_every_kind_list']
        assert found.pop('created')
        assert found.pop('last_updated')
        assert found == {
            'owner': {'name': 'Ops'}, 'tags': [{'name': 'Blue'}], 'all': [{'name': 'Amber'}, {'name': 'Blue'}],
            'journal_entries': [{'comments': 'Moved'}], 'changelog': [], 'contacts': [], 'image_attachments': [],
        }  # fmt: skip


class TestReferences:
    def test_of_types_to_one_another(self, graphql, network):
        found = graphql(
            """{ custom_objects_box_list {
                favorite { name box { name items(pagination: {limit: 1}) { name } } }
                items(filters: {name: {i_contains: "o"}}) { name peer_of { name } peers { name } }
            } }"""
        )
        assert found['custom_objects_box_list'] == [
            {
                'favorite': {'name': 'Nut', 'box': {'name': 'One', 'items': [{'name': 'Bolt'}]}},
                'items': [{'name': 'Bolt', 'peer_of': [{'name': 'Nut'}], 'peers': []}],
            }
        ]

    def test_to_several_types(self, graphql, network):
        query = """query ($n: Int) { custom_objects_item_list(order: {name: ASC}) {
            owned_by { __typename ... on SiteType { name region { name } } ... on BoxType { items { name } } }
            near(pagination: {offset: 1, limit: $n}) { ... on RegionType { slug } ... on BoxType { name } }
            only { name }
        } }""".replace('BoxType', f'Table{network["box"].pk}ModelType')
        found = graphql(query, n=5)
        assert found['custom_objects_item_list'] == [
            {
                'owned_by': {'__typename': 'SiteType', 'name': 'Berlin', 'region': None},
                'near': [],
                'only': {'name': 'Cairo'},
            },
            {
                'owned_by': {
                    '__typename': f'Table{network["box"].pk}ModelType',
                    'items': [{'name': 'Bolt'}, {'name': 'Nut'}],
                },
                'near': [{'slug': 'north'}, {'name': 'One'}],
                'only': None,
            },
        ]

    def test_to_what_netbox_has_no_type_for(self, graphql, sites):
        log = make_type('log', fields=[('name', 'text')])
        make_field(log, 'kind', 'object', targets=[ObjectType, Site])
        make_object(log, kind=ObjectType.objects.get_for_model(Site))
        query = '{ custom_objects_log_list { kind { __typename ... on CustomObjectRelatedObjectType { display } } } }'
        (found,) = graphql(query)['custom_objects_log_list']
        assert found['kind']['__typename'] in ('CustomObjectRelatedObjectType', 'ObjectTypeType')


class TestLinkedObjects:
    def test_of_any_object(self, graphql, network, sites):
        query = """{ linked_custom_objects(object_type: "dcim.site", object_id: %d) {
            field_name custom_object_type { slug } object { display }
        } }"""
        found = graphql(query % sites[0].pk)['linked_custom_objects']
        assert found == [
            {'field_name': name, 'custom_object_type': {'slug': 'item'}, 'object': {'display': display}}
            for name, display in (('near', 'Nut'), ('owned_by', 'Bolt'))
        ]

    def test_by_the_name_of_a_type(self, graphql, network):
        query = (
            '{ linked_custom_objects(object_type: "custom-objects.box", object_id: %d, field: "box") { field_name } }'
        )
        pk = network['box'].get_model().objects.get().pk
        assert len(graphql(query % pk)['linked_custom_objects']) == 2

    def test_of_objects_of_netbox(self, graphql, network, sites):
        query = """{ site_list { name custom_objects(type: ["item"], pagination: {limit: 1}) {
            object { id display ... on Table%dModelType { box { name } } }
        } } }"""
        found = graphql(query % network['item'].pk)['site_list']
        assert [len(site['custom_objects']) for site in found] == [1, 1, 0]
        assert found[0]['custom_objects'][0]['object']['box'] == {'name': 'One'}

    @pytest.mark.parametrize(
        ('arguments', 'code'),
        [
            ('object_type: "dcim.nothing", object_id: 1', 'BAD_USER_INPUT'),
            ('object_type: "site", object_id: 1', 'BAD_USER_INPUT'),
            ('object_type: "dcim.site", object_id: 999999', 'NOT_FOUND'),
            ('object_type: "dcim.site", object_id: "x"', 'NOT_FOUND'),
        ],
    )
    def test_of_nothing(self, graphql, arguments, code):
        (error,) = graphql.errors(f'{{ linked_custom_objects({arguments}) {{ field_name }} }}')
        assert error['extensions'] == {'code': code}


FILTERS = [
    ('title: {exact: "First"}', 1),
    ('title: {i_contains: "FIRS"}', 1),
    ('title: {is_null: true}', 1),
    ('amount: {gt: 5}', 1),
    ('amount: {in_list: [1, 2]}', 0),
    ('price: {range: {start: "1.0", end: "2.0"}}', 1),
    ('active: {exact: true}', 1),
    ('bought: {lt: "2024-05-01"}', 0),
    ('seen: {gte: "2024-05-01T10:00:00Z"}', 1),
    ('web: {starts_with: "https"}', 1),
    ('web_title: {exact: "Example"}', 1),
    ('extra: {path: "a", lookup: {int_comparison_lookup: {exact: 1}}}', 0),
    ('color: {exact: "red"}', 1),
    ('colors: {contains: ["red", "blue"]}', 1),
    ('colors: {length: 1}', 0),
    ('place: {name: {exact: "Berlin"}}', 1),
    ('place: {region: {name: {exact: "x"}}}', 0),
    ('places: {name: {exact: "Cairo"}}', 1),
    ('tags: {name: {exact: "x"}}', 0),
    ('journal_entries: {comments: {exact: "x"}}', 0),
    ('owner: {name: {exact: "x"}}', 0),
    ('NOT: {title: {exact: "First"}}', 1),
    ('title: {exact: "x"}, OR: {amount: {gt: 1}}', 1),
    ('title: {exact: "First"}, AND: {amount: {lt: 1}}', 0),
    ('places: {name: {i_contains: "a"}}, DISTINCT: true', 1),
]


class TestFilters:
    def test_of_each_kind(self, graphql, every_kind, thing):
        make_object(every_kind)
        counts = {}
        for start in range(0, len(FILTERS), 8):  # NetBox limits aliases
            texts = [text for text, _count in FILTERS[start : start + 8]]
            lists = (
                f'a{n}: custom_objects_every_kind_list(filters: {{{text}}}) {{ id }}' for n, text in enumerate(texts)
            )
            found = graphql('{' + ' '.join(lists) + '}')
            counts |= {text: len(found[f'a{n}']) for n, text in enumerate(texts)}
        assert counts == dict(FILTERS)

    @pytest.mark.parametrize(
        ('text', 'found'),
        [
            ('box: {favorite: {name: {exact: "Nut"}}}', ['Bolt', 'Nut']),
            ('peers: {name: {exact: "Bolt"}}', ['Nut']),
            ('owned_by_dcim_site: {name: {exact: "Berlin"}}', ['Bolt']),
            ('owned_by_netbox_custom_objects_table%(box)dmodel: {name: {exact: "One"}}', ['Nut']),
            ('near_dcim_region: {slug: {exact: "north"}}', ['Nut']),
            ('near_dcim_region: {slug: {exact: "south"}}', []),
        ],
    )
    def test_of_references(self, graphql, network, text, found):
        text %= {name: made.pk for name, made in network.items()}
        answer = graphql(f'{{ custom_objects_item_list(filters: {{{text}}}) {{ name }} }}')
        assert [item['name'] for item in answer['custom_objects_item_list']] == found

    def test_by_id(self, graphql, network, sites):
        query = '{ custom_objects_item_list(filters: {%s}) { name } }'
        for text, found in (
            (f'owned_by_dcim_site_id: {sites[0].pk}', ['Bolt']),
            (f'near_dcim_site_id: {sites[0].pk}', ['Nut']),
            (f'only_dcim_site_id: {sites[1].pk}', ['Bolt']),
            ('box_id: 0', []),
        ):
            assert [item['name'] for item in graphql(query % text)['custom_objects_item_list']] == found

    def test_that_a_field_does_not_have(self, graphql, db):
        make_type('kind', fields=[{'name': 'name', 'type': 'text', 'filter_logic': 'disabled'}])
        message = graphql.message('{ custom_objects_kind_list(filters: {name: {exact: "x"}}) { id } }')
        assert "not to include unknown field 'name'" in message

    def test_of_values_that_are_no_text(self, graphql, db):
        host_type = make_type('host', fields=[('address', 'ip_address'), ('mac', 'mac_address'), ('age', 'duration')])
        make_object(host_type, address='192.0.2.1/24', mac='00:11:22:33:44:55', age='1 02:30:00')
        query = '{ custom_objects_host_list(filters: {%s}) { address mac age } }'
        for text, count in (
            ('address: {exact: "192.0.2.1/24"}', 1),
            ('address: {starts_with: "192.0.2."}', 1),
            ('mac: {i_contains: "22:33"}', 1),
            ('age: {gt: "1 00:00:00"}', 1),
            ('age: {lt: "PT1H"}', 0),
        ):
            found = graphql(query % text)['custom_objects_host_list']
            assert len(found) == count, text
            for row in found:
                assert row == {'address': '192.0.2.1/24', 'mac': '00:11:22:33:44:55', 'age': '1 02:30:00'}
        assert graphql.errors(query % 'age: {gt: "soon"}')[0]['extensions'] == {'code': 'BAD_USER_INPUT'}


class TestOrderAndPages:
    def test_order(self, graphql, network):
        make_object(network['item'], name='Axle')
        query = '{ custom_objects_item_list(order: %s) { name } }'
        for order, names in (
            ('{name: DESC}', ['Nut', 'Bolt', 'Axle']),
            ('[{box: ASC}, {name: DESC}]', ['Nut', 'Bolt', 'Axle']),
            ('{id: DESC}', ['Axle', 'Nut', 'Bolt']),
        ):
            assert [item['name'] for item in graphql(query % order)['custom_objects_item_list']] == names
        assert "unknown field 'peers'" in graphql.message(query % '{peers: ASC}')

    def test_pages(self, graphql, network):
        query = '{ custom_objects_item_list(pagination: {%s}) { name } }'
        nut = network['item'].get_model().objects.get(name='Nut')
        for page, names in (
            ('limit: 1', ['Bolt']),
            ('offset: 1', ['Nut']),
            (f'start: {nut.pk}', ['Nut']),
            ('limit: 0', ['Bolt', 'Nut']),
        ):
            assert [item['name'] for item in graphql(query % page)['custom_objects_item_list']] == names
        assert 'both' in graphql.message(query % 'start: 1, offset: 1')

    def test_page_size(self, graphql, network, monkeypatch):
        monkeypatch.setattr(get_config(), 'MAX_PAGE_SIZE', 1, raising=False)
        assert len(graphql('{ custom_objects_item_list { name } }')['custom_objects_item_list']) == 1


class TestEndpoint:
    def test_get_and_tokens(self, network, db):
        token = Token(user=superuser())
        token.save()
        headers = {'Authorization': f'Bearer nbt_{token.key}.{token.token}' if token.key else f'Token {token.token}'}
        answer = Client(headers=headers).get('/graphql/', {'query': '{ custom_objects_item_list { name } }'})
        assert json.loads(answer.content)['data'] == {'custom_objects_item_list': [{'name': 'Bolt'}, {'name': 'Nut'}]}

    def test_is_off_if_netbox_says_so(self, graphql, monkeypatch):
        monkeypatch.setattr(get_config(), 'GRAPHQL_ENABLED', False, raising=False)
        assert graphql.client.get('/graphql/').status_code == 404

    def test_limits_of_netbox(self, graphql, network, monkeypatch):
        """Those of aliases hold by default, see the hostile queries; that of the depth is an option of NetBox's."""
        extensions = [*host().schema.extensions, lambda: QueryDepthLimiter(max_depth=3)]
        monkeypatch.setattr(host().schema, 'extensions', extensions)
        make_field(network['item'], 'weight', 'integer')
        assert graphql('{ custom_objects_item_list { box { favorite { weight } } } }')
        too_deep = graphql.message('{ custom_objects_item_list { box { favorite { box { name } } } } }')
        assert 'exceeds maximum operation depth of 3' in too_deep

    def test_errors(self, graphql, network):
        assert graphql.errors('{ custom_objects_item(id: 0) { name } }')[0]['extensions'] == {'code': 'NOT_FOUND'}
        assert "Unknown argument 'nonsense'" in graphql.message('{ custom_objects_item_list(nonsense: 1) { name } }')
        error = graphql.errors('{ custom_objects_item_list(filters: {box_id: "x"}) { name } }')[0]
        assert error['extensions'] == {'code': 'BAD_USER_INPUT'}


class TestFreshness:
    def test_types_and_fields_are_there_at_once(self, graphql, network):
        assert 'Cannot query' in graphql.message('{ custom_objects_item_list { weight } }')
        field = make_field(network['item'], 'weight', 'integer')
        assert graphql('{ custom_objects_item_list { weight } }')
        field.name = 'mass'
        field.save()
        assert graphql('{ custom_objects_item_list { mass } }')
        field.delete()
        assert 'Cannot query' in graphql.message('{ custom_objects_item_list { mass } }')
        network['item'].slug = 'part'
        network['item'].save()
        assert graphql('{ custom_objects_part_list { name } }')

    def test_netbox_is_converted_once(self, graphql, network, monkeypatch):
        graphql('{ custom_objects_item_list { name } }')
        converted = []
        converter = type(host().schema.schema_converter)
        for name in ('from_object', 'from_input_object', 'from_field', 'from_input_field'):
            method = getattr(converter, name)

            def counted(self, found, *args, _method=method, **kwargs):
                converted.append(found)
                return _method(self, found, *args, **kwargs)

            monkeypatch.setattr(converter, name, counted)
        make_field(network['item'], 'weight', 'integer')
        graphql('{ custom_objects_item_list { weight } }')
        # Types that are known are looked up; none of their fields is converted.
        assert not [found for found in converted if hasattr(found, 'python_name')]
        assert len(converted) < 200
        converted.clear()
        graphql('{ custom_objects_item_list { weight } }')
        assert not converted


class TestDefinitions:
    def test_types_and_fields(self, graphql, network):
        query = """{ custom_object_type_list(filters: {name: {exact: "item"}}) {
            slug fields(filters: {type: {exact: "object"}}) { name is_polymorphic }
        } }"""
        assert graphql(query)['custom_object_type_list'] == [
            {
                'slug': 'item',
                'fields': [{'name': name, 'is_polymorphic': name != 'box'} for name in ('box', 'only', 'owned_by')],
            }
        ]
        pk = network['item'].pk
        assert graphql(f'{{ custom_object_type(id: {pk}) {{ name }} }}')['custom_object_type'] == {'name': 'item'}

    def test_constraints(self, graphql, network):
        item = network['item']
        make_constraint(item, 'named', fields=['name', 'box'], condition='name != null', case_insensitive=True)
        make_constraint(item, 'short', expression='size(name) < 99', message='Too long.')
        shown = '{ name fields condition expression case_insensitive message }'
        named = {'name': 'named', 'fields': ['name', 'box'], 'condition': 'name != null', 'expression': '',
                 'case_insensitive': True, 'message': ''}  # fmt: skip
        short = {'name': 'short', 'fields': [], 'condition': '', 'expression': 'size(name) < 99',
                 'case_insensitive': False, 'message': 'Too long.'}  # fmt: skip
        query = f'{{ custom_object_type(id: {item.pk}) {{ constraints {shown} }} }}'
        assert graphql(query)['custom_object_type'] == {'constraints': [named, short]}
        query = """{ custom_object_type_constraint_list(filters: {type: {exact: "check"}}) {
            name custom_object_type { name }
        } }"""
        assert graphql(query)['custom_object_type_constraint_list'] == [
            {'name': 'short', 'custom_object_type': {'name': 'item'}}
        ]


class TestNames:
    def test_of_roots(self):
        types = [TypeDefinition(pk, name, slug) for pk, name, slug in ((1, 'a', 'a-b'), (2, 'b', 'a_b'), (3, 'c', 'x'))]
        types.append(TypeDefinition(4, 'd', 'x_list'))
        assert [found[0] for found in root_names(types).values()] == [
            'custom_objects_a_b', 'custom_objects_a_b_2', 'custom_objects_x', 'custom_objects_x_list_4',
        ]  # fmt: skip

    def test_of_attributes(self):
        assert attribute_name('1st') == 'field_1st'
        assert attribute_name('contacts') == 'field_contacts'
        assert attribute_name('name') == 'name'

    def test_that_netbox_would_not_take(self, graphql, db):
        made = make_type('odd', slug='1st-odd', fields=[('1st', 'text'), ('image_attachments', 'text')])
        make_object(made, **{'1st': 'a', 'image_attachments': 'b'})
        query = (
            '{ custom_objects_1st_odd_list(filters: {field_1st: {exact: "a"}}) { field_1st field_image_attachments } }'
        )
        assert graphql(query)['custom_objects_1st_odd_list'] == [{'field_1st': 'a', 'field_image_attachments': 'b'}]


class TestFaults:
    def test_a_field_that_cannot_be_made(self, graphql, network, monkeypatch, caplog):
        def broken(self, *args, **kwargs):
            raise ZeroDivisionError('broken')

        make_field(network['item'], 'note', 'longtext')
        make_field(network['item'], 'bad', 'email')
        monkeypatch.setattr('netbox_custom_objects.field_types.email.EmailFieldType.get_graphql_annotations', broken)
        for _time in range(2):
            assert graphql('{ custom_objects_item_list { name note } custom_objects_box_list { name } }')
        assert 'Cannot query' in graphql.message('{ custom_objects_item_list { bad } }')
        told = [record for record in caplog.records if 'left out of GraphQL' in record.getMessage()]
        (record,) = told
        assert record.getMessage() == 'item.bad is left out of GraphQL: ZeroDivisionError: broken'
        shown = graphql.client.get(network['item'].get_absolute_url()).content.decode()
        assert 'GraphQL does not have field &quot;bad&quot;: ZeroDivisionError: broken' in shown

    def test_a_type_that_cannot_be_made(self, graphql, network, monkeypatch):
        def broken(model, *args):
            if model._definition.name == 'item':
                raise ZeroDivisionError('broken')
            return root_fields(model, *args)

        monkeypatch.setattr('netbox_custom_objects.graphql.types.island.root_fields', broken)
        assert graphql('{ custom_objects_box_list { name favorite { display } } site_list { name } }')
        assert 'Cannot query' in graphql.message('{ custom_objects_item_list { name } }')


class TestFieldTypesOfOthers:
    def test_are_told_from_their_model_fields(self, db):
        class Plain(TextFieldType):
            pass

        field = make_field(make_type('one'), 'name', 'text')
        definition = field.custom_object_type.get_model()._definition.fields_by_name['name']
        assert Plain().get_graphql_annotations(definition) == {'name': str | None}
        assert Plain().get_graphql_lookups(definition)

    def test_unknown_values_are_text(self):
        class Strange:
            pass

        assert annotation_of(Strange()) is str
        assert lookup_of(dict) is None


class TestExtension:
    def test_names_all_models_that_have_a_type(self):
        ours = {label for label in host().labels() if label.startswith('netbox_custom_objects.')}
        others = {label for label in host().labels() if label.startswith('netbox_branching.')}
        assert set(MODELS) == host().labels() - ours - others - {'contenttypes.contenttype', 'core.objecttype'}
