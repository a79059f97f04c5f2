"""Fixtures of an administrator and of what sends requests as that user; a conftest or a module imports them."""

import pytest

from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser


@pytest.fixture
def user(db):
    return superuser()


@pytest.fixture
def rest(user):
    return Rest(user)


@pytest.fixture
def browser(user):
    return Browser(user)
