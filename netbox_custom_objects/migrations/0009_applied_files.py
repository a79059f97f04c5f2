"""Which files of data sources were applied as documents."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0008_job_reports'),
        ('core', '0021_job_queue_name'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AppliedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ('hash', models.CharField(max_length=64)),
                ('applied', models.DateTimeField(default=django.utils.timezone.now)),
                ('schema', models.CharField(max_length=100)),
                (
                    'data_file',
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.datafile'
                    ),
                ),
                (
                    'user',
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name='+',
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                'ordering': ('data_file',),
                'verbose_name': 'applied file',
                'verbose_name_plural': 'applied files',
            },
        ),
    ]
