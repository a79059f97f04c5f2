"""Staged changes in tests: tables that hold values of any kind, and what a change leaves in the catalog."""

from django.contrib.auth import get_user_model
from django.db import connections

from netbox_custom_objects.ddl.staging.leftovers import find_leftovers
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectTypeField, StagedChange
from netbox_custom_objects.services.staged import start
from netbox_custom_objects.services.staged.run import run
from tests.support.factories import make_type


def make_filled(values, type='text', name='thing', **attributes):
    """Create a type with one field, `value`, and an object for each value; return its field."""
    made = make_type(name, fields=[{'name': 'value', 'type': type, **attributes}])
    model = made.get_model()
    model.objects.bulk_create([model(value=value) for value in values], batch_size=10000)
    return made.fields.get()


def fresh(field):
    """Return the field as it is stored now."""
    return CustomObjectTypeField.objects.using(field._state.db).get(pk=field.pk)


def values_of(field):
    """Return the values of all objects, in order of their ids."""
    model = fresh(field).custom_object_type.get_model()
    return list(model.objects.order_by('pk').values_list('value', flat=True))


def somebody():
    return get_user_model().objects.get_or_create(username='somebody', is_superuser=True)[0]


def begin(field, fill=None, **wanted):
    """Start a change, and leave it to the test to carry it on."""
    return start.start(fresh(field), wanted, somebody(), fill=fill)


def carried_out(field, fill=None, **wanted):
    """Start a change and carry it on as far as it goes."""
    return run(begin(field, fill, **wanted).pk)


def ask(change, action):
    """Ask for an action, and carry the change on."""
    return run(start.ask(change, action, somebody()).pk)


def stage_of(change):
    return StagedChange.objects.get(pk=change.pk).stage


def columns_of(field):
    """Return {column of a field, working or retired ones too: comment}."""
    target = Target.for_alias(field._state.db)
    with connections[field._state.db].cursor() as cursor:
        cursor.execute(
            'SELECT attname, col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = to_regclass(%s)'
            " AND attname LIKE 'f\\_%%' AND NOT attisdropped",
            [f'"{target.schema}".{field.custom_object_type.get_database_table_name()}'],
        )
        return dict(cursor.fetchall())


def leftovers(alias='default'):
    return find_leftovers(Target.for_alias(alias))
