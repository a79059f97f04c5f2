"""Where a new object takes the default of a field from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0017_rollups'),
    ]

    operations = [
        migrations.AddField(
            model_name='customobjecttypefield',
            name='default_from',
            field=models.CharField(blank=True, default='', max_length=120),
            preserve_default=False,
        ),
    ]
