"""Indexed fields: which indexes they have, which filters use them, and how they are built, changed and dropped."""

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection
from django.db.models import F
from django.http import QueryDict
from django_rq import get_queue
from rq import SimpleWorker

from core.models import Job

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.ddl.upkeep import sizes
from netbox_custom_objects.exceptions import ValuesTooLong
from netbox_custom_objects.filtersets.objects import get_filterset_class
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.services.reconcile import plan_for, reconcile
from netbox_custom_objects.services.upkeep.deferred import finish_schema_change
from netbox_custom_objects.services.upkeep.repair import repair
from tests.support.factories import make_field, make_object, make_type

MAIN = Target.for_alias('default')
# Each kind of field with the filters that its indexes answer, and the parts of their names.
FILTERS = {
    'text': {'text': 'abc', 'text__ie': 'abc', 'text__isw': 'abc', 'text__ic': 'abc'},
    'longtext': {'longtext__ic': 'abc'},
    'integer': {'integer': '5', 'integer__gte': '9'},
    'decimal': {'decimal': '5'},
    'boolean': {'boolean': 'true'},
    'date': {'date': '2026-01-31', 'date__lt': '2026-01-31'},
    'datetime': {'datetime__gt': '2026-01-31T00:00:00Z'},
    'url': {'url': 'https://a.example/', 'url__ic': 'example'},
    'email': {'email': 'a@b.example', 'email__isw': 'a@b'},
    'color': {'color': 'ff0000'},
    'duration': {'duration': '01:00:00'},
    'mac_address': {'mac_address': '00:11:22:33:44:55'},
    'ip_address': {'ip_address': '192.0.2.1/24'},
    'ip_prefix': {'ip_prefix': '192.0.2.0/24'},
    'select': {'select': 'a'},
    'multiselect': {'multiselect': 'a'},
    'array': {'array': 'a'},
    'computed': {'computed': '6'},
}
OPTIONS = {
    'select': {'choices': ['a', 'b']},
    'multiselect': {'choices': ['a', 'b']},
    'array': {'element_type': 'text'},
    'computed': {'expression': 'a_integer + 1', 'result_type': 'integer'},
}


@pytest.fixture
def thing(fresh_database, plugin_settings):
    """A type whose table counts as large."""
    plugin_settings(inline_row_limit=2)
    thing = make_type('thing', fields=[('title', 'text'), ('number', 'integer')])
    model = thing.get_model()
    model.objects.bulk_create(model(title=f'title {n}', number=n) for n in range(3))
    return thing


def install_trigrams(schema='public'):
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS {schema}')
        cursor.execute(f'CREATE EXTENSION pg_trgm SCHEMA {schema}')


def change(name='title', **attributes):
    field = CustomObjectTypeField.objects.get(name=name)
    field.snapshot()
    for attribute, value in attributes.items():
        setattr(field, attribute, value)
    field.full_clean()
    field.save()
    return field


def indexes(thing, name='title'):
    """The endings of the names of a field's indexes."""
    pk = CustomObjectTypeField.objects.get(name=name).pk
    table = thing.get_database_table_name()
    found = introspect(MAIN, thing.pk).table(table).indexes
    names = [index.name.removeprefix(f'{table}_f_{pk}_') for index in found]
    return sorted(name for name in names if not name.startswith(table))


def work():
    queue = get_queue('default')
    SimpleWorker([queue], connection=queue.connection).work(burst=True)


def plan_of(queryset):
    with connection.cursor() as cursor:
        cursor.execute('SET enable_seqscan = off')
        try:
            return queryset.explain()
        finally:
            cursor.execute('RESET enable_seqscan')


def test_filters_and_searches_of_every_type_use_the_indexes(fresh_database, monkeypatch):
    install_trigrams()
    thing = make_type('every', fields=[
        {'name': f'a_{name}', 'type': name, 'indexed': True, **OPTIONS.get(name, {})} for name in FILTERS
    ])  # fmt: skip
    model = CustomObjectType.objects.get().get_model()
    ids = dict(CustomObjectTypeField.objects.values_list('type', 'pk'))
    for name, parameters in FILTERS.items():
        for parameter, value in parameters.items():
            data = QueryDict(mutable=True)
            data[f'a_{parameter}'] = value
            found = get_filterset_class(model)(data, model.objects.order_by())
            assert f'_f_{ids[name]}_' in plan_of(found.qs), parameter
    assert plan_for(MAIN, thing.pk)[0].describe() == []
    host = get_filterset_class(model)(QueryDict('a_ip_address=192.0.2.1'), model.objects.order_by())
    assert f'_f_{ids["ip_address"]}_host' in plan_of(host.qs)
    for name in ('text', 'integer', 'date'):
        for sign in ('', '-'):
            plan = plan_of(model.objects.order_by(f'{sign}a_{name}', f'{sign}pk').values('pk')[:5])
            assert f'_f_{ids[name]}_id_idx' in plan, (name, sign)
            assert 'Sort' not in plan, (name, sign)
    # Those of the fields that `?q=` looks at: texts, and numbers as text.
    small = make_type('small', fields=[
        {'name': name, 'type': type_, 'indexed': True}
        for name, type_ in (('name', 'text'), ('note', 'longtext'), ('size', 'integer'))
    ])  # fmt: skip
    model = small.get_model()
    # With few hits, the query that is left reads keys alone.
    monkeypatch.setattr('netbox_custom_objects.filtersets.objects.FEW', -1)
    plan = plan_of(get_filterset_class(model)(QueryDict('q=abcd'), model.objects.order_by()).qs)
    assert plan.count('_trgm') == 3, plan


def test_without_the_extension_there_are_no_trigrams_and_with_it_a_job_adds_them(thing):
    change(indexed=True)
    assert indexes(thing) == []
    work()
    assert indexes(thing) == ['id_idx', 'upper']
    job = Job.objects.get(name='Finish schema change')
    assert 'Create index for how texts begin' in str(job.log_entries)
    install_trigrams('elsewhere')
    assert set(repair()['default']) == {thing.pk}
    work()
    assert indexes(thing) == ['id_idx', 'trgm', 'upper']
    assert repair() == {}
    change(indexed=False)
    assert indexes(thing) == []


def test_of_a_small_table_they_are_built_and_dropped_at_once(thing, plugin_settings):
    plugin_settings(inline_row_limit=100)
    thing.get_model().objects.update(title=F('id'))
    for attributes, expected in (
        ({'indexed': True}, ['id_idx', 'upper']),
        ({'unique': True}, ['id_idx', 'key', 'upper']),
        ({'unique': False, 'type': 'integer'}, ['id_idx']),
        ({'type': 'text'}, ['id_idx', 'upper']),
        ({'type': 'longtext'}, []),
        ({'type': 'text'}, ['id_idx', 'upper']),
    ):
        field = change(**attributes)
        assert indexes(thing) == expected, attributes
    before = introspect(MAIN, thing.pk).table(thing.get_database_table_name()).indexes
    CustomObjectTypeField.objects.get(pk=field.pk).delete()
    field.save(force_insert=True)
    assert introspect(MAIN, thing.pk).table(thing.get_database_table_name()).indexes == before
    change(indexed=False)
    assert indexes(thing) == []
    assert not Job.objects.filter(name='Finish schema change').exists()


def test_a_computed_field_that_is_calculated_in_another_way_keeps_its_index(thing, plugin_settings):
    plugin_settings(inline_row_limit=100)
    make_field(thing, 'double', 'computed', expression='number * 2', result_type='integer', indexed=True)
    make_field(thing, 'shout', 'computed', expression='upper(title)', result_type='text', indexed=True)
    assert indexes(thing, 'double') == ['id_idx']
    change('double', expression='number * 3')
    assert indexes(thing, 'double') == ['id_idx']
    plugin_settings(inline_row_limit=2)
    change('double', expression='number * 4')
    assert indexes(thing, 'double') == []
    work()
    assert indexes(thing, 'double') == ['id_idx']
    CustomObjectTypeField.objects.get(name='double').delete()
    assert plan_for(MAIN, thing.pk)[0].describe() == []


def test_values_that_no_index_can_hold_are_refused(thing, plugin_settings):
    plugin_settings(inline_row_limit=100)
    obj = make_object(thing, title=''.join(chr(0x4E00 + n) for n in range(3000)))
    with pytest.raises(ValidationError) as error:
        change(indexed=True)
    assert list(error.value.message_dict) == ['indexed']
    assert f'({obj.pk})' in str(error.value)
    # Another client was faster than the check.
    CustomObjectTypeField.objects.filter(name='title').update(indexed=True)
    with pytest.raises(ValuesTooLong):
        reconcile('default', thing.pk)
    plugin_settings(inline_row_limit=2)
    with pytest.raises(ValuesTooLong):
        finish_schema_change('default', thing.pk)
    with connection.cursor() as cursor:
        cursor.execute('SELECT count(*) FROM pg_index WHERE NOT indisvalid')
        assert cursor.fetchone() == (0,)
    obj.delete()
    finish_schema_change('default', thing.pk)
    model = CustomObjectType.objects.get().get_model()
    assert make_object(thing, title=1500 * 'x').title == 1500 * 'x'
    with pytest.raises(ValidationError, match='1500 bytes'):
        model(title=1501 * 'x').full_clean()
    with pytest.raises(OperationalError):
        model.objects.create(title=obj.title)


def test_sort_keys_of_large_tables_are_indexed_by_a_job_and_belong_to_no_definition(thing, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute('ANALYZE')
    assert sizes.missing_sort_indexes(MAIN) == {}
    monkeypatch.setattr(sizes, 'LARGE', 2)
    repair()
    work()
    for key in ('created', 'last_updated'):
        for sign in ('', '-'):
            plan = plan_of(thing.get_model().objects.order_by(f'{sign}{key}', f'{sign}pk').values('pk')[:5])
            assert f'_{key}_id_idx' in plan
            assert 'Sort' not in plan
    assert plan_for(MAIN, thing.pk)[0].describe() == []
    Job.objects.all().delete()
    repair()
    assert not Job.objects.filter(name='Finish schema change').exists()
    thing.delete()
    assert repair() == {}
