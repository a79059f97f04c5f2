"""Fixtures of the database tests."""

import pytest

from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.models import revision
from tests.support.beginnings import begins_with
from tests.support.indexing import no_indexing  # noqa: F401
from tests.support.vendor_database import adopt_vendor, install_vendor


@pytest.fixture
def plugin_settings(settings, monkeypatch):
    """Return a function that changes settings of the plugin until the end of the test."""

    def change(**values):
        for name, value in values.items():
            monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], name, value)

    return change


@pytest.fixture
@begins_with(install_vendor)
def vendor(fresh_database, monkeypatch):
    """The name of a database with an installation of the vendor plugin."""
    monkeypatch.setattr(revision, '_installed', False)
    return fresh_database.name


@pytest.fixture
@begins_with(adopt_vendor)
def adopted(fresh_database, monkeypatch):
    """The name of a database with an installation of the vendor plugin that was taken over."""
    monkeypatch.setattr(revision, '_installed', True)
    return fresh_database.name
