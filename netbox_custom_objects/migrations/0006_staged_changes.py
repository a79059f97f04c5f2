"""Changes of fields that are carried out step by step, by a job."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

UNFINISHED = (
    'pending',
    'filling',
    'checking',
    'switching',
    'finishing',
    'undoing',
    'cancelling',
    'blocked',
    'switched',
)


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0005_adopt_installation'),
        ('core', '0021_job_queue_name'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StagedChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ('alias', models.CharField(max_length=100)),
                ('type_id', models.BigIntegerField()),
                ('field_id', models.BigIntegerField()),
                ('field_name', models.CharField(max_length=50)),
                ('wanted', models.JSONField()),
                ('former', models.JSONField()),
                ('fill', models.JSONField(null=True)),
                ('stage', models.CharField(default='pending', max_length=20)),
                ('position', models.BigIntegerField(default=0)),
                ('rows_done', models.BigIntegerField(default=0)),
                ('rows_total', models.BigIntegerField(default=0)),
                ('offender_count', models.BigIntegerField(default=0)),
                ('offenders', models.JSONField(default=list)),
                ('error', models.TextField(blank=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('updated', models.DateTimeField(auto_now=True)),
                (
                    'job',
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.job'
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
                'ordering': ('-pk',),
                'verbose_name': 'staged change',
                'verbose_name_plural': 'staged changes',
            },
        ),
        migrations.AddConstraint(
            model_name='stagedchange',
            constraint=models.UniqueConstraint(
                condition=models.Q(stage__in=UNFINISHED),
                fields=('alias', 'field_id'),
                name='netbox_custom_objects_stagedchange_one_per_field',
            ),
        ),
    ]
