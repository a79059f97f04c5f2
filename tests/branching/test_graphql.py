"""GraphQL in branches: the schema and the objects of the branch that a header or a cookie names."""

import pytest

from dcim.models import Site
from netbox_branching.utilities import deactivate_branch

from netbox_custom_objects.graphql import view
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


@pytest.mark.parametrize('is_composed', [False, True])
def test_a_branch_that_is_deleted_meanwhile(lab, is_composed, monkeypatch):
    """Between the middleware, which knows the branch, and the schema; or between that and the objects."""
    with lab.request():
        item = make_type('item', fields=[('name', 'text')])
    branch = lab.branch()
    with lab.request(branch):
        make_field(item, 'note', 'text')

    def schema_for(user, schema_for=view.schema_for):
        found = schema_for(user) if is_composed else None
        with deactivate_branch():
            lab.fresh(branch).delete()
        return found or schema_for(user)

    monkeypatch.setattr(view, 'schema_for', schema_for)
    client = GraphQL(lab.user, **{'X-NetBox-Branch': branch.schema_id}).client
    query = {'query': '{ custom_objects_item_list { note } }'}
    for message, status in (('The branch has been deleted.', 404), ('Invalid branch identifier', 400)):
        answer = client.post('/graphql/', query, content_type='application/json')
        assert (answer.status_code, answer.content.decode()) == (status, message)
