"""Rows of types and fields: written by one statement, and read by two that are compiled once."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from dcim.models import Region, Site

from netbox_custom_objects.models.rows.convert import field_definition
from netbox_custom_objects.models.rows.loader import load_definitions, load_with_documents
from tests.support.factories import make_every_kind, make_field, make_type


def writes(queries, table):
    """Return what is done to a table, such as `INSERT INTO`."""
    return [
        query['sql'].split(' "')[0]
        for query in queries
        if query['sql'].startswith((f'INSERT INTO "{table}"', f'UPDATE "{table}"'))
    ]


def test_new_rows_are_inserted_at_once(db):
    """They are given their ids beforehand, and Django tries to update a row that has one."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        thing = make_type('thing')
    assert writes(queries, 'netbox_custom_objects_customobjecttype') == ['INSERT INTO']
    with CaptureQueriesContext(connection) as queries:
        make_field(thing, 'title')
    assert writes(queries, 'netbox_custom_objects_customobjecttypefield') == ['INSERT INTO']


def test_what_is_loaded_is_what_the_rows_say(db):
    other = make_type('other', fields=[('title', 'text')])
    kind = make_every_kind()
    make_field(kind, 'count', 'integer', default=7, validation_minimum=1, validation_maximum=2**40, weight=5)
    make_field(kind, 'data', 'json', default={'a': [1, None]})
    make_field(kind, 'near', 'object', target=Site, related_object_filter={'status': ['active']})
    make_field(kind, 'any', 'object', targets=[Site, Region, other])
    renamed = make_field(kind, 'former')
    renamed.name = 'latter'
    renamed.save()
    loaded = load_definitions('default', kind.pk)
    assert list(loaded) == [kind.pk]
    expected = {field.pk: field_definition(field) for field in type(renamed).objects.filter(custom_object_type=kind.pk)}
    assert {field.id: field for field in loaded[kind.pk].fields} == expected
    assert {field.former_names for field in loaded[kind.pk].fields} == {(), ('former',)}
    everything, documents = load_with_documents('default')
    assert everything == load_definitions('default') == {**load_definitions('default', other.pk), **loaded}
    assert set(documents) == {kind.pk, other.pk}
    assert load_definitions('default', 0) == {}
