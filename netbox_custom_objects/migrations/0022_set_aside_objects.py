"""What hangs on a deleted object without a change record, such as bookmarks, is kept for its restoration."""

from django.db import migrations, models


def forget_objects(apps, schema_editor):
    """Drop what would be taken for rows that went with a whole type, and be given back without its object."""
    set_aside = apps.get_model('netbox_custom_objects', 'SetAside').objects.using(schema_editor.connection.alias)
    set_aside.filter(object_id__isnull=False).delete()


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0021_in_list'),
    ]

    operations = [
        migrations.AddField(
            model_name='setaside',
            name='object_id',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        # Only main has the table.
        migrations.RunPython(migrations.RunPython.noop, forget_objects, hints={'model_name': 'setaside'}),
    ]
