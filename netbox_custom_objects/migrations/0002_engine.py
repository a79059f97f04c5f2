"""
What our design adds to the definition tables: payload keys, former names, schema id counters and revision tokens.

Tokens are written by statement triggers (decision 6). The function and the token table live in the main schema; the
triggers stand on the tables of every schema, and branching copies them into each new branch.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

FUNCTION = 'netbox_custom_objects_bump_revision'
TRIGGER = 'netbox_custom_objects_bump_revision'
REVISION = 'netbox_custom_objects_revision'
SEQUENCE = 'netbox_custom_objects_revision_token_seq'
MAIN_ALIAS = 'default'


def own_schema(connection) -> str:
    """The schema that this run changes: main's, or that of the branch being migrated."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT current_schema()')
        return cursor.fetchone()[0]


def create_function(apps, schema_editor):
    if schema_editor.connection.alias != MAIN_ALIAS:
        return
    main = own_schema(schema_editor.connection)
    schema_editor.execute(f'CREATE SEQUENCE IF NOT EXISTS "{main}"."{SEQUENCE}"')
    schema_editor.execute(f'''
        CREATE OR REPLACE FUNCTION "{main}"."{FUNCTION}"() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            INSERT INTO "{main}"."{REVISION}" (schema, token)
            VALUES (TG_TABLE_SCHEMA, nextval('"{main}"."{SEQUENCE}"'))
            ON CONFLICT (schema) DO UPDATE SET token = excluded.token;
            RETURN NULL;
        END
        $body$
    ''')


def drop_function(apps, schema_editor):
    if schema_editor.connection.alias == MAIN_ALIAS:
        main = own_schema(schema_editor.connection)
        schema_editor.execute(f'DROP FUNCTION IF EXISTS "{main}"."{FUNCTION}"()')
        schema_editor.execute(f'DROP SEQUENCE IF EXISTS "{main}"."{SEQUENCE}"')


def definition_tables(apps) -> list[str]:
    field = apps.get_model('netbox_custom_objects', 'CustomObjectTypeField')
    return [
        apps.get_model('netbox_custom_objects', 'CustomObjectType')._meta.db_table,
        field._meta.db_table,
        field.related_object_types.through._meta.db_table,
    ]


def create_triggers(apps, schema_editor):
    schema = own_schema(schema_editor.connection)
    # The function's schema is left to the search path of main, which a branch's ends with.
    for table in definition_tables(apps):
        schema_editor.execute(f'DROP TRIGGER IF EXISTS {TRIGGER} ON "{schema}"."{table}"')
        schema_editor.execute(
            f'CREATE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON "{schema}"."{table}" '
            f'FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()'
        )


def drop_triggers(apps, schema_editor):
    schema = own_schema(schema_editor.connection)
    for table in definition_tables(apps):
        schema_editor.execute(f'DROP TRIGGER IF EXISTS {TRIGGER} ON "{schema}"."{table}"')


class Migration(migrations.Migration):
    dependencies = [
        ('netbox_custom_objects', '0001_squashed_0018_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('schema', models.CharField(max_length=63, primary_key=True, serialize=False)),
                ('token', models.BigIntegerField()),
            ],
            options={'db_table': REVISION},
        ),
        migrations.CreateModel(
            name='SchemaIdCounter',
            fields=[
                ('type_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('value', models.IntegerField()),
            ],
        ),
        migrations.AddField(
            model_name='customobjecttypefield',
            name='payload_key',
            field=models.CharField(blank=True, db_index=True, default='', editable=False, max_length=80),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='customobjecttypefield',
            name='former_names',
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=50), blank=True, default=list, editable=False
            ),
        ),
        migrations.RunPython(create_function, drop_function),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
