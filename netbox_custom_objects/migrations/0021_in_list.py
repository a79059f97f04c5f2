"""Whether lists show a field to users who have not chosen their columns."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0020_indexed'),
    ]

    operations = [
        migrations.AddField(
            model_name='customobjecttypefield',
            name='in_list',
            field=models.BooleanField(blank=True, null=True),
        ),
    ]
