"""Fixtures of the branching tests."""

import pytest
from django.conf import settings

from tests.support.indexing import no_indexing  # noqa: F401


@pytest.fixture
def no_limit(monkeypatch):
    """For tests that make more types than an installation may have by default."""
    monkeypatch.setitem(settings.PLUGINS_CONFIG['netbox_custom_objects'], 'max_custom_object_types', 0)
