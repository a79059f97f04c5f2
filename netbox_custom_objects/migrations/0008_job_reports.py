"""What jobs have found, kept apart from their records, which everyone with the right to view jobs reads."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0007_set_aside'),
        ('core', '0021_job_queue_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='JobReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ('data', models.JSONField(default=dict)),
                (
                    'job',
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.job'),
                ),
            ],
            options={
                'ordering': ('pk',),
                'verbose_name': 'job report',
                'verbose_name_plural': 'job reports',
            },
        ),
    ]
