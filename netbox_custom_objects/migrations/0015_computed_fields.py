"""How the values of computed fields are calculated, and what they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0014_autonumber'),
    ]

    operations = [
        migrations.AddField(
            model_name='customobjecttypefield',
            name='expression',
            field=models.TextField(blank=True, default='', max_length=5000),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='customobjecttypefield',
            name='result_type',
            field=models.CharField(blank=True, default='', max_length=50),
            preserve_default=False,
        ),
    ]
