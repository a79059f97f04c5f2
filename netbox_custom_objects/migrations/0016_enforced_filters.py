"""Whether the related object filter of a reference is enforced, or only limits what selectors offer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0015_computed_fields'),
    ]

    operations = [
        migrations.AddField(
            model_name='customobjecttypefield',
            name='related_object_filter_enforced',
            field=models.BooleanField(default=False),
        ),
    ]
