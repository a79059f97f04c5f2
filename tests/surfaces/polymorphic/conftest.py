"""What the tests of polymorphic fields on surfaces share."""

import pytest

from dcim.models import Region, Site

from tests.field_types.polymorphic_kit import node_type
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import Rest, superuser


@pytest.fixture
def node(db):
    return node_type()


@pytest.fixture
def thing(node):
    """`ref` and `refs` refer to sites, regions and nodes."""
    found = make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
    for name, kind in (('ref', 'object'), ('refs', 'multiobject')):
        make_field(found, name, kind, targets=[Site, Region, node], is_cloneable=True)
    return found


@pytest.fixture
def rest(db):
    return Rest(superuser())


@pytest.fixture
def region(db):
    return Region.objects.create(name='Europe', slug='europe')


@pytest.fixture
def a_node(node):
    return make_object(node, title='a node')
