"""Fixtures of the branching tests."""

import pytest
from django.conf import settings

from netbox.search import deferred


@pytest.fixture(autouse=True)
def no_indexing(monkeypatch):
    """
    Leave the search index alone, as a request does where a worker writes it; no failure of it would be seen here.

    tests/surfaces/test_search.py looks at the index of branches.
    """
    monkeypatch.setattr(deferred, '_flush', lambda batch, using: None)


@pytest.fixture
def no_limit(monkeypatch):
    """For tests that make more types than an installation may have by default."""
    monkeypatch.setitem(settings.PLUGINS_CONFIG['netbox_custom_objects'], 'max_custom_object_types', 0)
