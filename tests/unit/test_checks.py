"""System checks and the settings that they judge."""

import pytest
from django.db import connection

from users.models import User

from netbox_custom_objects import settings as plugin_settings
from netbox_custom_objects.checks import (
    check_definitions,
    check_display_expressions,
    check_multiobject_display,
    check_permissions,
)
from tests.support.factories import make_type


@pytest.mark.parametrize(('value', 'used'), [(5, 5), (0, 3), (-1, 3), ('4', 3), (None, 3), (True, 3)])
def test_an_unusable_number_of_targets_is_reported_and_not_used(settings, value, used):
    config = {**settings.PLUGINS_CONFIG['netbox_custom_objects'], 'max_multiobject_display': value}
    settings.PLUGINS_CONFIG = {**settings.PLUGINS_CONFIG, 'netbox_custom_objects': config}
    assert plugin_settings.multiobject_display() == used
    assert [warning.id for warning in check_multiobject_display(None)] == (
        [] if value == used else ['netbox_custom_objects.W003']
    )


@pytest.mark.parametrize('check', [check_definitions, check_display_expressions, check_permissions])
def test_before_migrations_a_check_leaves_the_transaction_usable(db, check):
    make_type('thing', display_expression='{{ id }}')
    with connection.cursor() as cursor:
        cursor.execute('ALTER TABLE netbox_custom_objects_customobjecttype RENAME COLUMN display_expression TO former')
        cursor.execute('ALTER TABLE users_objectpermission RENAME COLUMN constraints TO former')
    assert check(None, databases=['default']) == []
    assert User.objects.count() == 0
