"""
The definition tables as the vendor plugin left them at 0.7.1, so that its installations count this as applied.

What our design adds comes in 0002. Never change the tables here.
"""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import taggit.managers
from django.db import migrations, models

import netbox.models.deletion
import utilities.json

import netbox_custom_objects.models.types


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ('netbox_custom_objects', '0001_initial'),
        ('netbox_custom_objects', '0002_customobjecttype_cache_timestamp'),
        ('netbox_custom_objects', '0003_ensure_fk_constraints'),
        ('netbox_custom_objects', '0004_customobjecttype_group_name'),
        ('netbox_custom_objects', '0005_customobjecttypefield_context'),
        ('netbox_custom_objects', '0006_customobjecttypefield_related_name_and_more'),
        ('netbox_custom_objects', '0007_portable_schema'),
        ('netbox_custom_objects', '0008_backfill_schema_ids'),
        ('netbox_custom_objects', '0009_alter_customobjecttype_version'),
        ('netbox_custom_objects', '0010_backfill_base_columns'),
        ('netbox_custom_objects', '0011_non_deferrable_fk_constraints'),
        ('netbox_custom_objects', '0012_fix_fk_and_on_delete_behavior'),
        ('netbox_custom_objects', '0013_polymorphic_object_fields'),
        ('netbox_custom_objects', '0014_fix_mixed_case_field_names'),
        ('netbox_custom_objects', '0015_customobjecttype_config_context_enabled'),
        ('netbox_custom_objects', '0016_widen_integer_columns'),
        ('netbox_custom_objects', '0017_customobjecttype_display_expression'),
        ('netbox_custom_objects', '0018_alter_customobjecttypefield_schema_id'),
    ]

    dependencies = [
        ('core', '0018_concrete_objecttype'),
        ('extras', '0134_owner'),
    ]

    operations = [
        migrations.CreateModel(
            name='CustomObjectObjectType',
            fields=[],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('core.objecttype',),
        ),
        migrations.CreateModel(
            name='CustomObjectType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ('created', models.DateTimeField(auto_now_add=True, null=True)),
                ('last_updated', models.DateTimeField(auto_now=True, null=True)),
                (
                    'custom_field_data',
                    models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder),
                ),
                (
                    'name',
                    models.CharField(
                        max_length=100,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                '^[a-z0-9]+(_[a-z0-9]+)*$',
                                'Only lower-case letters, digits and single underscores are allowed.',
                            )
                        ],
                    ),
                ),
                ('slug', models.SlugField(max_length=100, unique=True)),
                ('verbose_name', models.CharField(blank=True, max_length=100)),
                ('verbose_name_plural', models.CharField(blank=True, max_length=100)),
                ('description', models.CharField(blank=True, max_length=200)),
                ('comments', models.TextField(blank=True)),
                (
                    'version',
                    models.CharField(
                        blank=True, max_length=50, validators=[netbox_custom_objects.models.types.validate_version]
                    ),
                ),
                ('group_name', models.CharField(blank=True, db_index=True, max_length=100)),
                ('display_expression', models.CharField(blank=True, max_length=500)),
                ('config_context_enabled', models.BooleanField(default=False)),
                ('schema_document', models.JSONField(blank=True, editable=False, null=True)),
                ('next_schema_id', models.PositiveIntegerField(default=0, editable=False)),
                ('cache_timestamp', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    'object_type',
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name='custom_object_types',
                        to='core.objecttype',
                    ),
                ),
                ('tags', taggit.managers.TaggableManager(through='extras.TaggedItem', to='extras.Tag')),
            ],
            options={
                'verbose_name': 'custom object type',
                'verbose_name_plural': 'custom object types',
                'ordering': ('name',),
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name='CustomObjectTypeField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ('created', models.DateTimeField(auto_now_add=True, null=True)),
                ('last_updated', models.DateTimeField(auto_now=True, null=True)),
                (
                    'name',
                    models.CharField(
                        max_length=50,
                        validators=[
                            django.core.validators.RegexValidator(
                                '^[a-z0-9]+(_[a-z0-9]+)*$',
                                'Only lower-case letters, digits and single underscores are allowed.',
                            )
                        ],
                    ),
                ),
                ('label', models.CharField(blank=True, max_length=50)),
                ('type', models.CharField(default='text', max_length=50)),
                ('primary', models.BooleanField(default=False)),
                ('context', models.BooleanField(default=False)),
                ('required', models.BooleanField(default=False)),
                ('unique', models.BooleanField(default=False)),
                ('default', models.JSONField(blank=True, null=True)),
                ('validation_regex', models.CharField(blank=True, max_length=500)),
                ('validation_minimum', models.BigIntegerField(blank=True, null=True)),
                ('validation_maximum', models.BigIntegerField(blank=True, null=True)),
                ('is_polymorphic', models.BooleanField(default=False)),
                ('related_object_filter', models.JSONField(blank=True, null=True)),
                (
                    'related_name',
                    models.CharField(
                        blank=True,
                        max_length=100,
                        validators=[
                            django.core.validators.RegexValidator(
                                '^(?!.*__)[a-z0-9_]+$', 'Only lower-case letters, digits and single underscores.'
                            )
                        ],
                    ),
                ),
                ('on_delete_behavior', models.CharField(blank=True, default='set_null', max_length=50)),
                ('group_name', models.CharField(blank=True, max_length=50)),
                ('description', models.CharField(blank=True, max_length=200)),
                ('search_weight', models.PositiveSmallIntegerField(default=500)),
                ('filter_logic', models.CharField(default='loose', max_length=50)),
                ('ui_visible', models.CharField(default='always', max_length=50)),
                ('ui_editable', models.CharField(default='yes', max_length=50)),
                ('weight', models.PositiveSmallIntegerField(default=100)),
                ('is_cloneable', models.BooleanField(default=False)),
                ('comments', models.TextField(blank=True)),
                ('schema_id', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('deprecated', models.BooleanField(default=False)),
                (
                    'deprecated_since',
                    models.CharField(
                        blank=True, max_length=50, validators=[netbox_custom_objects.models.types.validate_version]
                    ),
                ),
                (
                    'scheduled_removal',
                    models.CharField(
                        blank=True, max_length=50, validators=[netbox_custom_objects.models.types.validate_version]
                    ),
                ),
                (
                    'choice_set',
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name='choices_for_object_type',
                        to='extras.customfieldchoiceset',
                    ),
                ),
                (
                    'custom_object_type',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name='fields',
                        to='netbox_custom_objects.customobjecttype',
                    ),
                ),
                (
                    'related_object_type',
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='core.objecttype'
                    ),
                ),
                (
                    'related_object_types',
                    models.ManyToManyField(
                        blank=True, related_name='polymorphic_custom_object_type_fields', to='core.objecttype'
                    ),
                ),
            ],
            options={
                'verbose_name': 'custom object type field',
                'verbose_name_plural': 'custom object type fields',
                'ordering': ('group_name', 'weight', 'name'),
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.AddConstraint(
            model_name='customobjecttype',
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower('name'),
                name='netbox_custom_objects_customobjecttype_name',
                violation_error_message='A custom object type with this name already exists.',
            ),
        ),
        migrations.AddConstraint(
            model_name='customobjecttypefield',
            constraint=models.UniqueConstraint(
                fields=('name', 'custom_object_type'),
                name='netbox_custom_objects_customobjecttypefield_unique_name',
                violation_error_message='This type already has a field with this name.',
            ),
        ),
        migrations.AddConstraint(
            model_name='customobjecttypefield',
            constraint=models.UniqueConstraint(
                condition=models.Q(('related_name', ''), _negated=True),
                fields=('related_object_type', 'related_name'),
                name='netbox_custom_objects_customobjecttypefield_unique_related_name',
                violation_error_message='Another field uses this related name on the same object type.',
            ),
        ),
        migrations.AddConstraint(
            model_name='customobjecttypefield',
            constraint=models.UniqueConstraint(
                condition=models.Q(('schema_id__isnull', False)),
                fields=('schema_id', 'custom_object_type'),
                name='netbox_custom_objects_customobjecttypefield_unique_schema_id',
            ),
        ),
    ]
