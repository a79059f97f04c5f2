"""Digits and decimal places of decimal fields, and units of numbers."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0011_constraints'),
    ]

    operations = [
        migrations.AddField(
            model_name='customobjecttypefield',
            name='decimal_digits',
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(38),
                ],
            ),
        ),
        migrations.AddField(
            model_name='customobjecttypefield',
            name='decimal_places',
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, validators=[django.core.validators.MaxValueValidator(38)]
            ),
        ),
        migrations.AddField(
            model_name='customobjecttypefield',
            name='unit',
            field=models.CharField(blank=True, default='', max_length=30),
            preserve_default=False,
        ),
    ]
