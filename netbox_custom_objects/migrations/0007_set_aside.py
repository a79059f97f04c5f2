"""Where journal entries, tags and the like of deleted types wait until their type is restored or purged."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0006_staged_changes'),
    ]

    operations = [
        migrations.CreateModel(
            name='SetAside',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ('schema', models.CharField(max_length=63)),
                ('type_id', models.BigIntegerField()),
                ('table', models.CharField(max_length=63)),
                ('row', models.JSONField()),
            ],
            options={
                'indexes': [models.Index(fields=['schema', 'type_id'], name='nco_setaside_of_type')],
            },
        ),
    ]
