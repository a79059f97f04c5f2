"""Templates of numbers that count up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0013_lengths_and_suggestions'),
    ]

    operations = [
        migrations.AddField(
            model_name='customobjecttypefield',
            name='number_template',
            field=models.CharField(blank=True, default='', max_length=100),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='customobjecttypefield',
            name='restart_yearly',
            field=models.BooleanField(default=False),
        ),
    ]
