"""Uploaded spreadsheets, which wait for their type to be made."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import netbox_custom_objects.models.spreadsheets


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0009_applied_files'),
        ('core', '0021_job_queue_name'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Spreadsheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ('upload', models.UUIDField(db_index=True)),
                ('file_name', models.CharField(max_length=255)),
                ('title', models.CharField(max_length=255)),
                ('headers', models.JSONField(default=list)),
                ('row_count', models.PositiveIntegerField(default=0)),
                ('plan', models.JSONField(default=dict)),
                ('found', netbox_custom_objects.models.spreadsheets.PackedField(null=True)),
                ('outcome', models.JSONField(default=dict)),
                ('created', models.DateTimeField(auto_now_add=True)),
                (
                    'job',
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.job'
                    ),
                ),
                (
                    'owner',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                'ordering': ('pk',),
                'verbose_name': 'spreadsheet',
                'verbose_name_plural': 'spreadsheets',
            },
        ),
        migrations.CreateModel(
            name='SpreadsheetRows',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ('rows', netbox_custom_objects.models.spreadsheets.PackedField()),
                (
                    'spreadsheet',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name='+',
                        to='netbox_custom_objects.spreadsheet',
                    ),
                ),
            ],
            options={
                'ordering': ('pk',),
                'verbose_name': 'rows of a spreadsheet',
                'verbose_name_plural': 'rows of spreadsheets',
            },
        ),
    ]
