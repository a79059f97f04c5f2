"""The search index: writing it takes a fifth of the time of a type that is saved, and a connection to Redis."""

import pytest

from netbox.search import deferred


@pytest.fixture(autouse=True)
def no_indexing(monkeypatch):
    """
    Leave the search index alone, as a request does where a worker writes it; no failure of it would be seen here.

    For the conftest of tests that commit; tests/surfaces/test_search.py looks at the index, in main and in branches.
    """
    monkeypatch.setattr(deferred, '_flush', lambda batch, using: None)
