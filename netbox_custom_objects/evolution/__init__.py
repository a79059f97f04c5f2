"""
How tables follow when NetBox, the plugin or a user's wishes change under the data that they hold.

May import services and everything above it. `register` is called once, from ready(), and must never query.
"""

from django.apps import apps
from django.db.models.signals import post_migrate, pre_migrate

from ..constants import APP_LABEL
from ..field_types.base_columns import base_columns_of, use_base_columns
from ..runtime.classes.ghost import ghost
from .adoption.gate import before_migrate
from .heal import after_migrate


def register() -> None:
    """Read the model base's columns, and look after tables whenever migrations have run."""
    use_base_columns(base_columns_of(ghost(0)))
    post_migrate.connect(after_migrate, sender=apps.get_app_config(APP_LABEL))
    pre_migrate.connect(before_migrate, sender=apps.get_app_config(APP_LABEL))
