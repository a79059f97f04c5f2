"""Several processes, one truth: what one of them changes, the others see with their next request, for one query."""

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from netbox_custom_objects.runtime.classes.registry import world
from netbox_custom_objects.runtime.context import pinned
from tests.support.factories import make_field, make_object, make_type
from tests.support.processes import Worker

READS_TOKEN = 'FROM "public"."netbox_custom_objects_revision"'


def a_request(custom_object_type):
    """Do what a request does with a type; return (names of its fields, all queries, those that read the token)."""
    with CaptureQueriesContext(connection) as queries, pinned():
        model = custom_object_type.get_model()
        for _ in range(3):
            assert custom_object_type.get_model() is model
            world().find_slug('thing')
        names = [field.name for field in model._definition.fields]
    statements = [query['sql'] for query in queries]
    return names, len(statements), len([sql for sql in statements if READS_TOKEN in sql])


@pytest.mark.slow
def test_processes_follow_each_other(fresh_database):
    thing = make_type('thing', fields=[('title', 'text')])
    obj = make_object(thing, title='a')
    assert a_request(thing)[0] == ['title']
    assert a_request(thing) == (['title'], 1, 1), 'where nothing changed, a request costs one query'
    with Worker(fresh_database.name) as worker:
        follow_changes_of_fields(thing, worker)
        follow_changes_of_types(worker)
        be_followed(thing, worker)
    assert thing.get_model().objects.get(pk=obj.pk).label == 'a'


def follow_changes_of_fields(thing, worker):
    steps = [
        ("make_field(CustomObjectType.objects.get(), 'serial', default='x')", ['serial', 'title']),
        (
            "field = CustomObjectTypeField.objects.get(name='serial'); field.name = 'number'; field.save()",
            ['number', 'title'],
        ),
        ("CustomObjectTypeField.objects.filter(name='number').update(weight=200)", ['title', 'number']),
        ("CustomObjectTypeField.objects.get(name='number').delete()", ['title']),
    ]
    for code, expected in steps:
        worker.run(code)
        names, _, tokens = a_request(thing)
        assert (names, tokens) == (expected, 1)
        assert a_request(thing) == (expected, 1, 1)


def follow_changes_of_types(worker):
    worker.run("make_object(make_type('other', fields=[('name', 'text')]), name='there')")
    with pinned():
        other = world().find_slug('other')
        assert apps.get_model('netbox_custom_objects', other.model_name).objects.get().name == 'there'
        assert other.model_name in {model._meta.model_name for model in apps.get_models()}
    worker.run("CustomObjectType.objects.get(name='other').delete()")
    with pinned():
        assert world().find_slug('other') is None


def be_followed(thing, worker):
    """The same the other way round, by a process that holds on to classes and objects of before."""
    worker.run("""
        thing = CustomObjectType.objects.get()
        held_class = thing.get_model()
        held = make_object(thing, title='held')
    """)
    make_field(thing, 'serial', default='x')
    title = thing.fields.get(name='title')
    title.name = 'label'
    title.save()
    answer = worker.run("""
        held.title = 'saved by an object from before the rename'
        held.save()
        current = thing.get_model().objects.get(pk=held.pk)
        created = thing.get_model().objects.create(label='new')
        result = [current.label, current.serial, created.serial, current == held, held_class == thing.get_model()]
    """)
    assert answer == ['saved by an object from before the rename', 'x', 'x', True, True]
    assert thing.get_model().objects.count() == 3
