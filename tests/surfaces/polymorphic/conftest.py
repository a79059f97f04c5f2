"""What the tests of polymorphic fields on surfaces share."""

import pytest

from dcim.models import Region, Site

from tests.field_types.polymorphic_kit import node_type
from tests.support.factories import make_object, make_type
from tests.support.kept import KEEPER, keeps, read_again


def make_both():
    """Return the types `node`, and `thing`, whose `ref` and `refs` refer to sites, regions and nodes."""
    node = node_type()
    targets = {'targets': [Site, Region, node], 'is_cloneable': True}
    thing = make_type('thing', fields=[
        {'name': 'title', 'type': 'text', 'primary': True},
        {'name': 'ref', 'type': 'object', **targets}, {'name': 'refs', 'type': 'multiobject', **targets},
    ])  # fmt: skip
    return {'node': node, 'thing': thing}


@pytest.fixture
@keeps(make_both)
def node(db):
    return read_again(KEEPER.value['node'])


@pytest.fixture
@keeps(make_both)
def thing(db):
    return read_again(KEEPER.value['thing'])


@pytest.fixture
def region(db):
    return Region.objects.create(name='Europe', slug='europe')


@pytest.fixture
def a_node(node):
    return make_object(node, title='a node')
