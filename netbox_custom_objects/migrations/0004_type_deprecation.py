"""Types can be deprecated, as fields can."""

from django.db import migrations, models

import netbox_custom_objects.models.types


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0003_element_type'),
    ]

    operations = [
        migrations.AddField(
            model_name='customobjecttype',
            name='deprecated',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='customobjecttype',
            name='deprecated_since',
            field=models.CharField(
                blank=True,
                default='',
                max_length=50,
                validators=[netbox_custom_objects.models.types.validate_version],
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='customobjecttype',
            name='scheduled_removal',
            field=models.CharField(
                blank=True,
                default='',
                max_length=50,
                validators=[netbox_custom_objects.models.types.validate_version],
            ),
            preserve_default=False,
        ),
    ]
