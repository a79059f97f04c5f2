"""Fixtures of the database tests."""

import pytest

from netbox_custom_objects.constants import APP_LABEL
from tests.support.branches import Lab


@pytest.fixture
def plugin_settings(settings, monkeypatch):
    """Return a function that changes settings of the plugin until the end of the test."""

    def change(**values):
        for name, value in values.items():
            monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], name, value)

    return change


@pytest.fixture
def lab(fresh_database):
    return Lab()
