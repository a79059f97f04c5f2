"""The type of the items of array fields."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0002_engine'),
    ]

    operations = [
        migrations.AddField(
            model_name='customobjecttypefield',
            name='element_type',
            field=models.CharField(blank=True, default='', max_length=50),
            preserve_default=False,
        ),
    ]
