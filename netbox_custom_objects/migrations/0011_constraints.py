"""Constraints of types; a change of one changes the revision, like that of any other definition (migration 0002)."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import netbox.models.deletion

from netbox_custom_objects.models.rows.loader import forget_tables

TRIGGER = FUNCTION = 'netbox_custom_objects_bump_revision'


def own_table(apps, schema_editor) -> str:
    """Return the table in the schema that this run changes: main's, or that of the branch being migrated."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute('SELECT current_schema()')
        (schema,) = cursor.fetchone()
    model = apps.get_model('netbox_custom_objects', 'CustomObjectTypeConstraint')
    return f'"{schema}"."{model._meta.db_table}"'


def create_trigger(apps, schema_editor):
    # The function's schema is left to the search path of main, which a branch's ends with.
    schema_editor.execute(
        f'CREATE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON {own_table(apps, schema_editor)} '
        f'FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()'
    )


def drop_trigger(apps, schema_editor):
    forget_tables()
    schema_editor.execute(f'DROP TRIGGER IF EXISTS {TRIGGER} ON {own_table(apps, schema_editor)}')


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0010_spreadsheets'),
    ]

    operations = [
        migrations.CreateModel(
            name='CustomObjectTypeConstraint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ('created', models.DateTimeField(auto_now_add=True, null=True)),
                ('last_updated', models.DateTimeField(auto_now=True, null=True)),
                ('name', models.CharField(max_length=100)),
                ('type', models.CharField(max_length=50)),
                (
                    'field_ids',
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list
                    ),
                ),
                ('case_insensitive', models.BooleanField(default=False)),
                ('nulls_distinct', models.BooleanField(default=True)),
                ('condition', models.TextField(blank=True, max_length=5000)),
                ('expression', models.TextField(blank=True, max_length=5000)),
                ('message', models.CharField(blank=True, max_length=200)),
                (
                    'custom_object_type',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name='constraints',
                        to='netbox_custom_objects.customobjecttype',
                    ),
                ),
            ],
            options={
                'verbose_name': 'constraint',
                'verbose_name_plural': 'constraints',
                'ordering': ('custom_object_type', 'name'),
                'constraints': [
                    models.UniqueConstraint(
                        fields=('custom_object_type', 'name'),
                        name='netbox_custom_objects_customobjecttypeconstraint_unique_name',
                        violation_error_message='This type already has a constraint with this name.',
                    )
                ],
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.RunPython(create_trigger, drop_trigger),
    ]
