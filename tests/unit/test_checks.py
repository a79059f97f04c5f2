"""System checks and the settings that they judge."""

import pytest

from netbox_custom_objects import settings as plugin_settings
from netbox_custom_objects.checks import check_multiobject_display


@pytest.mark.parametrize(('value', 'used'), [(5, 5), (0, 3), (-1, 3), ('4', 3), (None, 3), (True, 3)])
def test_an_unusable_number_of_targets_is_reported_and_not_used(settings, value, used):
    config = {**settings.PLUGINS_CONFIG['netbox_custom_objects'], 'max_multiobject_display': value}
    settings.PLUGINS_CONFIG = {**settings.PLUGINS_CONFIG, 'netbox_custom_objects': config}
    assert plugin_settings.multiobject_display() == used
    assert [warning.id for warning in check_multiobject_display(None)] == (
        [] if value == used else ['netbox_custom_objects.W003']
    )
