"""A laboratory on a database of its own for each branching test."""

import pytest
from django.conf import settings

from tests.support.branches import STRATEGIES, Lab


@pytest.fixture
def lab(fresh_database):
    return Lab()


@pytest.fixture(params=STRATEGIES)
def strategy(request):
    return request.param


@pytest.fixture
def no_limit(monkeypatch):
    """For tests that make more types than an installation may have by default."""
    monkeypatch.setitem(settings.PLUGINS_CONFIG['netbox_custom_objects'], 'max_custom_object_types', 0)
