"""What rollups make of the objects that refer to an object."""

import django.db.models.deletion
from django.db import migrations, models

FIELD = 'netbox_custom_objects.customobjecttypefield'


def reference() -> models.ForeignKey:
    return models.ForeignKey(
        blank=True,
        db_constraint=False,
        null=True,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name='+',
        to=FIELD,
    )


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0016_enforced_filters'),
    ]

    operations = [
        migrations.AddField(model_name='customobjecttypefield', name='referring_field', field=reference()),
        migrations.AddField(
            model_name='customobjecttypefield',
            name='aggregate',
            field=models.CharField(blank=True, default='', max_length=50),
            preserve_default=False,
        ),
        migrations.AddField(model_name='customobjecttypefield', name='aggregated_field', field=reference()),
        migrations.AddField(
            model_name='customobjecttypefield',
            name='condition',
            field=models.TextField(blank=True, default='', max_length=5000),
            preserve_default=False,
        ),
    ]
