"""Our migrations of constraints and of what fields can have run backwards, and forwards again; objects stay."""

from django.core.management import call_command
from django.db import connection

from netbox_custom_objects.models import CustomObjectTypeConstraint, CustomObjectTypeField
from netbox_custom_objects.models.attachments import SetAside
from tests.support.branches import assert_schema_is_clean
from tests.support.factories import make_constraint, make_object, make_type

APP = 'netbox_custom_objects'


def test_backwards_and_forwards(fresh_database):
    thing = make_type('thing', fields=[('name', 'text'), {'name': 'price', 'type': 'decimal', 'decimal_digits': 20}])
    make_constraint(thing, 'name', fields=['name'])
    made = make_object(thing, name='a', price='1.25')
    for object_id in (None, made.pk):
        row = {'schema': 'public', 'type_id': thing.pk, 'table': 'extras_bookmark', 'row': {}}
        SetAside.objects.create(object_id=object_id, **row)
    call_command('migrate', APP, '0010', verbosity=0)
    with connection.cursor() as cursor:
        assert CustomObjectTypeConstraint._meta.db_table not in connection.introspection.table_names(cursor)
        columns = connection.introspection.get_table_description(cursor, CustomObjectTypeField._meta.db_table)
    assert not {'expression', 'default_from', 'decimal_digits'} & {column.name for column in columns}
    call_command('migrate', APP, verbosity=0)
    assert not CustomObjectTypeConstraint.objects.exists()
    # What was kept of a single object would come back with its whole type otherwise.
    assert SetAside.objects.count() == 1
    assert type(made).objects.get().name == 'a'
    call_command('upgrade_custom_objects', verbosity=0)
    assert_schema_is_clean()
    make_constraint(thing, 'name', fields=['name'])
