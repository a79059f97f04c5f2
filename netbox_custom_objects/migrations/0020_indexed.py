"""Fields whose values are indexed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0019_conditional_fields'),
    ]

    operations = [
        migrations.AddField(
            model_name='customobjecttypefield',
            name='indexed',
            field=models.BooleanField(default=False),
        ),
    ]
