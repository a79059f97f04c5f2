"""What the tests of pages share."""

import django_rq
import pytest

from tests.support.clients import browser, rest, user  # noqa: F401
from tests.support.factories import make_every_kind, make_sites
from tests.support.kept import keeps, kept_again


@pytest.fixture
def queue():
    """The queue of background jobs, which holds those of the test only."""
    found = django_rq.get_queue('default')
    found.empty()
    yield found
    found.empty()


@pytest.fixture
def sites(db):
    return make_sites()


@pytest.fixture
@keeps(make_every_kind)
def every_kind(db):
    """A type with a field of each kind, `every-kind`."""
    return kept_again()


@pytest.fixture
def values(sites):
    """A value for each field of `every_kind`."""
    return {
        'title': 'First', 'notes': 'a *long* text', 'amount': 7, 'price': '1.50', 'active': True,
        'bought': '2024-05-01', 'seen': '2024-05-01T10:00:00Z', 'web': 'https://example.com/a',
        'web_title': 'Example', 'extra': {'a': [1]}, 'color': 'red', 'colors': ['red', 'blue'],
        'place': sites[0], 'places': sites[:2],
    }  # fmt: skip
