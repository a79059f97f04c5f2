"""What the tests of field types share."""

import pytest

from tests.field_types.polymorphic_kit import node_type


@pytest.fixture
def node(db):
    """The custom object type `node`, a target of polymorphic references."""
    return node_type()
