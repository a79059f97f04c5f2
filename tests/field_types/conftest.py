"""What the tests of field types share."""

from copy import deepcopy

import pytest
from django.test import Client

from tests.field_types.kit import Kit
from tests.field_types.polymorphic_kit import node_type
from tests.support.kept import kept
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser


@pytest.fixture
def node(db):
    """The custom object type `node`, a target of polymorphic references."""
    return node_type()


@pytest.fixture(scope='module')
def made(case, request, django_db_setup, django_db_blocker):
    """The kit of a case and a user, for all tests of a module; see `kit`, `bare`, `rest` and `browser`."""
    with kept(request, django_db_blocker):
        kit = Kit(case)
        kit.add()
        client = Client()
        client.force_login(superuser())
        kit.cookies = client.cookies
        yield kit


@pytest.fixture
def kit(made, db):
    """The type `thing` with the field of the case."""
    return made.again()


@pytest.fixture
def bare(made, db):
    """The type `bare`, to which a test adds the field itself."""
    return Kit(made.case, 'bare', made.needs)


@pytest.fixture
def rest(made, db):
    return signed_in(Rest(), made)


@pytest.fixture
def browser(made, db):
    return signed_in(Browser(), made)


def signed_in(session, made):
    session.client.cookies = deepcopy(made.cookies)
    return session
