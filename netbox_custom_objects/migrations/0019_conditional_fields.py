"""When an object needs a value of a field, when forms ask for it, and when it can be changed."""

from django.db import migrations, models


def condition(name):
    return migrations.AddField(
        model_name='customobjecttypefield',
        name=name,
        field=models.TextField(blank=True, default='', max_length=5000),
        preserve_default=False,
    )


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0018_default_from'),
    ]

    operations = [condition('required_if'), condition('visible_if'), condition('editable_if')]
