"""What the tests of documents share."""

import pytest

from tests.surfaces.rest import Rest, superuser


@pytest.fixture
def rest(db):
    return Rest(superuser())
