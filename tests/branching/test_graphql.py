"""GraphQL in branches: the schema and the objects of the branch that a header or a cookie names."""

from dcim.models import Site

from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.graphql import GraphQL


def test_schema_and_objects_of_a_branch(lab, strategy):
    with lab.request():
        item = make_type('item', fields=[{'name': 'name', 'type': 'text', 'primary': True}])
        make_object(item, name='One')
    branch = lab.branch()
    with lab.request(branch):
        make_field(item, 'note', 'text')
        private = make_type('private', fields=[('name', 'text')])
        make_field(private, 'item', 'object', target=item, related_name='privates')
        make_field(private, 'about', 'multiobject', targets=[item, Site])
        made = make_object(item, name='Two', note='new')
        make_object(private, name='P', item=made, about=[])
    in_main = GraphQL(lab.user)
    in_branch = GraphQL(lab.user, **{'X-NetBox-Branch': branch.schema_id})
    by_cookie = GraphQL(lab.user)
    by_cookie.client.cookies['active_branch'] = branch.schema_id
    items = '{ custom_objects_item_list { name note privates { name } } }'
    shown = [
        {'name': 'One', 'note': None, 'privates': []},
        {'name': 'Two', 'note': 'new', 'privates': [{'name': 'P'}]},
    ]
    for client in (in_branch, by_cookie):
        assert client(items)['custom_objects_item_list'] == shown
        assert client('{ custom_objects_private_list { item { name } } }')
    assert 'Cannot query' in in_main.message(items)
    assert not {'custom_objects_private', 'privates'} & in_main.names()
    assert in_main('{ custom_objects_item_list { name } }') == {'custom_objects_item_list': [{'name': 'One'}]}
    lab.merge(branch, strategy)
    assert in_main(items)['custom_objects_item_list'] == shown
    lab.revert(branch)
    assert 'Cannot query' in in_main.message(items)
    assert in_main('{ custom_objects_item_list { name } }') == {'custom_objects_item_list': [{'name': 'One'}]}
