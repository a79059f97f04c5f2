"""
An installation of the vendor plugin becomes ours in place (contract, chapter 12; docs/operations/take-over.md).

Each type has a transaction of its own, so that this can be killed and run again. Any other installation is left alone,
and so is a branch of it.
"""

from django.db import migrations

from netbox_custom_objects.evolution.adoption.takeover import adopt_installation
from netbox_custom_objects.evolution.adoption.undo import give_back


def adopt(apps, schema_editor):
    adopt_installation(schema_editor.connection.alias)


def undo(apps, schema_editor):
    give_back(schema_editor.connection.alias, only_marked=True)


class Migration(migrations.Migration):
    atomic = False
    # For migrate_custom_objects: types that an interrupted run took over are given back when this is unapplied.
    undoes_half = True

    dependencies = [
        ('netbox_custom_objects', '0004_type_deprecation'),
    ]

    operations = [
        migrations.RunPython(adopt, undo),
    ]
