"""Maximum lengths of texts, and suggestions of values that are used."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0012_digits_and_units'),
    ]

    operations = [
        migrations.AddField(
            model_name='customobjecttypefield',
            name='max_length',
            field=models.PositiveIntegerField(
                blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]
            ),
        ),
        migrations.AddField(
            model_name='customobjecttypefield',
            name='suggest_values',
            field=models.BooleanField(default=False),
        ),
    ]
