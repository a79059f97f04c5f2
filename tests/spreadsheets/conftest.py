"""What the tests of spreadsheets share."""

import pytest

from tests.surfaces.rest import superuser
from tests.surfaces.ui import Browser


@pytest.fixture
def browser(db):
    return Browser(superuser())
