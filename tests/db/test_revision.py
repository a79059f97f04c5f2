"""The token changes with every change of a definition, however it is written, and costs one query a request."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from dcim.models import Site
from extras.models import CustomFieldChoiceSet

from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.models.revision import read_token
from netbox_custom_objects.runtime.classes.registry import world
from netbox_custom_objects.runtime.context import pinned
from tests.support.factories import make_field, make_object, make_type

MAIN = Target.for_alias('default')


@pytest.fixture
def thing(db):
    return make_type('thing', fields=[('title', 'text'), {'name': 'color', 'type': 'select', 'choices': ['red']}])


def raw(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


CHANGES = {
    'save a type': lambda thing: thing.save(),
    'save a field': lambda thing: thing.fields.first().save(),
    'update types': lambda thing: CustomObjectType.objects.update(description='x'),
    'update fields': lambda thing: thing.fields.update(label='x'),
    'bulk update': lambda thing: CustomObjectTypeField.objects.bulk_update(thing.fields.all(), ['label']),
    'raw sql': lambda thing: raw("UPDATE netbox_custom_objects_customobjecttypefield SET label = 'x'"),
    'targets': lambda thing: thing.fields.first().related_object_types.add(thing.object_type),
    'add a field': lambda thing: make_field(thing, 'more'),
    'delete a field': lambda thing: thing.fields.first().delete(),
    'delete a type': lambda thing: thing.delete(),
    'choice set': lambda thing: CustomFieldChoiceSet.objects.get().save(),
}


@pytest.mark.parametrize('change', CHANGES)
def test_every_way_to_change_a_definition_changes_the_token(thing, change):
    before, known = read_token(MAIN), world()
    CHANGES[change](thing)
    assert read_token(MAIN) > before
    assert world() is not known


def test_objects_do_not_change_it(thing):
    before = read_token(MAIN)
    obj = make_object(thing, title='a')
    obj.delete()
    Site.objects.create(name='a', slug='a')
    assert read_token(MAIN) == before


def test_edited_choices_reach_the_definitions(thing):
    choice_set = CustomFieldChoiceSet.objects.get()
    model = thing.get_model()
    choice_set.extra_choices = [['red', 'Crimson'], ['blue', 'Blue']]
    choice_set.full_clean()
    choice_set.save()
    assert thing.get_model() is not model
    thing.get_model()(color='blue').full_clean()


def test_a_request_reads_the_token_once(thing):
    make_object(thing, title='a')
    world()
    with CaptureQueriesContext(connection) as queries, pinned():
        for _ in range(5):
            model = thing.get_model()
            model.objects.get(title='a')
            model.objects.count()
    assert len([query for query in queries if 'netbox_custom_objects_revision' in query['sql']]) == 1
    assert len(queries) == 1 + 2 * 5


def test_a_request_that_changes_definitions_sees_its_own_changes(thing):
    with pinned():
        assert not hasattr(thing.get_model(), 'more')
        make_field(thing, 'more')
        assert hasattr(thing.get_model(), 'more')
        with transaction.atomic():
            thing.fields.get(name='more').delete()
            assert not hasattr(thing.get_model(), 'more')
            transaction.set_rollback(True)
        assert hasattr(thing.get_model(), 'more')


def test_a_request_keeps_the_classes_it_began_with(thing):
    """What another process changes in the middle of a request does not pull the classes from under it."""
    with pinned():
        model = thing.get_model()
        raw("UPDATE netbox_custom_objects_customobjecttypefield SET label = 'x'")
        assert thing.get_model() is model
    assert thing.get_model() is not model


def test_types_that_did_not_change_keep_their_islands(thing):
    other = make_type('other', fields=[('title', 'text')])
    island = world().island(other.pk)
    thing.fields.get(name='title').delete()
    assert world().island(other.pk) is island
    assert world().island(thing.pk) is not island
