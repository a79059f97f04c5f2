"""Fixtures of the database tests."""

import pytest

from netbox_custom_objects.constants import APP_LABEL
from tests.support.branches import Lab
from tests.support.vendor_database import adopted_database, use_copy


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


@pytest.fixture(scope='session')
def adoption(django_db_setup):
    """An installation of the vendor plugin that was taken over; copied for each test by `adopted`."""
    with adopted_database() as found:
        yield found


@pytest.fixture
def adopted(fresh_database, adoption):
    return use_copy(fresh_database, adoption.database)
