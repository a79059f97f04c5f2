"""What hangs on a deleted object without a change record, such as bookmarks, is kept for its restoration."""

from django.db import migrations, models


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
    ]
