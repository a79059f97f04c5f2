"""Deleting fields and types: what is logged, in which order, what is kept, and what stands in the way."""

import pytest
from django.db import connection
from django.db.models import ProtectedError, RestrictedError

from core.models import ObjectChange
from dcim.models import Site
from extras.models import Tag

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.factories import make_every_kind, make_field, make_object, make_type
from tests.support.request import changes_of, request

MAIN = Target.for_alias('default')

pytestmark = pytest.mark.django_db


def count_rows(custom_object_type_id):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM custom_objects_{custom_object_type_id}')
        return cursor.fetchone()[0]


def delete(instance):
    with request() as made:
        instance.snapshot()
        instance.delete()
    return made


def test_a_type_is_logged_rows_first_then_fields_then_itself():
    thing = make_type('thing', fields=[('title', 'text'), ('more', 'text')])
    pk, model = thing.pk, thing.get_model()
    rows = [make_object(thing, title=str(number)).pk for number in range(3)]
    fields = set(thing.fields.values_list('pk', flat=True))
    changes = changes_of(delete(thing))
    name = model._meta.model_name
    assert sorted(changes[:3]) == [('delete', name, row) for row in rows]
    assert {(action, kind) for action, kind, _ in changes[3:5]} == {('delete', 'customobjecttypefield')}
    assert {object_id for _, _, object_id in changes[3:5]} == fields
    assert changes[5:] == [('delete', 'customobjecttype', pk)]
    data = ObjectChange.objects.filter(changed_object_type__model=name, action='delete').earliest('pk').prechange_data
    assert [key for key in data if key.startswith('title__')], 'values are logged under their payload keys'


def test_the_tables_of_a_deleted_type_are_retired():
    thing = make_every_kind()
    pk = thing.pk
    make_object(thing, title='a', places=[Site.objects.create(name='S', slug='s')])
    delete(thing)
    assert all(table.retired for table in introspect(MAIN, pk).tables)
    assert len(introspect(MAIN, pk).tables) == 2
    assert count_rows(pk) == 0
    assert not CustomObjectTypeField.objects.exists()


def test_a_large_type_goes_in_one_step_and_keeps_its_rows(plugin_settings):
    plugin_settings(type_delete_log_limit=2)
    thing = make_type('thing', fields=[('title', 'text')])
    pk = thing.pk
    for number in range(3):
        make_object(thing, title=str(number))
    made = delete(thing)
    assert [kind for _, kind, _ in changes_of(made)] == ['customobjecttypefield', 'customobjecttype']
    record = ObjectChange.objects.get(request_id=made.id, changed_object_type__model='customobjecttype')
    assert '3 objects' in record.message
    assert introspect(MAIN, pk).tables[0].retired
    assert count_rows(pk) == 3


def test_rows_come_back_with_their_type(plugin_settings):
    """Undo of a deletion creates the rows of type and fields again; the table is restored with what it holds."""
    plugin_settings(type_delete_log_limit=0)
    thing = make_type('thing', fields=[('title', 'text')])
    field = thing.fields.get()
    make_object(thing, title='kept')
    pk, field_pk = thing.pk, field.pk
    thing.delete()
    thing.pk, thing._state.adding = pk, True
    thing.save()
    field.pk, field.custom_object_type, field._state.adding = field_pk, thing, True
    field.save()
    assert thing.get_model().objects.get().title == 'kept'
    assert make_object(thing, title='new').pk == 2


def test_deleting_a_queryset_logs_and_retires_as_well():
    for name in ('one', 'two'):
        make_object(make_type(name, fields=[('title', 'text')]), title='a')
    pks = list(CustomObjectType.objects.values_list('pk', flat=True))
    with request() as made:
        CustomObjectType.objects.all().delete()
    kinds = [kind for _, kind, _ in changes_of(made)]
    assert kinds[2] == kinds[5] == 'customobjecttype'
    assert all(introspect(MAIN, pk).tables[0].retired for pk in pks)


def test_a_type_that_others_point_at_is_kept():
    target = make_type('target', fields=[('title', 'text')])
    make_object(target, title='a')
    make_type('other', fields=[{'name': 'ref', 'type': 'object', 'target': target}])
    with pytest.raises(ProtectedError, match=r'other\.ref'):
        target.delete()
    assert target.get_model().objects.count() == 1
    assert target.fields.count() == 1


def test_types_in_a_circle_go_when_their_references_are_gone():
    one, two = make_type('one'), make_type('two')
    make_field(one, 'two', 'object', target=two)
    make_field(two, 'one', 'object', target=one)
    with pytest.raises(ProtectedError):
        one.delete()
    CustomObjectTypeField.objects.filter(name='two').delete()
    two.delete()
    one.delete()
    assert not CustomObjectType.objects.exists()


def test_a_type_that_points_at_itself_goes_with_its_rows():
    node = make_type('node', fields=[('title', 'text')])
    make_field(node, 'parent', 'object', target=node, on_delete_behavior='protect')
    make_field(node, 'peers', 'multiobject', target=node)
    parent = make_object(node, title='parent')
    make_object(node, title='child', parent=parent, peers=[parent])
    with pytest.raises((ProtectedError, RestrictedError)):
        parent.delete()
    pk = node.pk
    delete(node)
    assert count_rows(pk) == 0


def test_what_hangs_on_an_object_goes_with_it():
    thing = make_type('thing', fields=[('title', 'text')])
    obj = make_object(thing, title='a')
    tag = Tag.objects.create(name='t', slug='t')
    obj.tags.add(tag)
    delete(obj)
    assert tag.extras_taggeditem_items.count() == 0


def test_deleting_a_field_logs_the_field_alone():
    thing = make_type('thing', fields=[('title', 'text')])
    make_object(thing, title='a')
    field = thing.fields.get()
    pk = field.pk
    assert changes_of(delete(field)) == [('delete', 'customobjecttypefield', pk)]
