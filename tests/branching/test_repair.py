"""The hourly repair: finds what is out of line, in main and in branches, and mends it without losing a row."""

from django.apps import apps
from django.db import connections

from netbox.registry import registry

from netbox_custom_objects.models import CustomObjectTypeField
from netbox_custom_objects.services.repair import ReconcileTablesJob, repair
from tests.support.branches import assert_schema_is_clean, rows
from tests.support.factories import make_field, make_object, make_type


def model_of(custom_object_type):
    return apps.get_model('netbox_custom_objects', f'table{custom_object_type.pk}model')


def test_job_is_queued_by_every_worker():
    assert registry['system_jobs'][ReconcileTablesJob] == {'interval': 60}


def test_nothing_to_do_costs_few_queries(lab, django_assert_max_num_queries):
    with lab.request():
        for number in range(10):
            make_type(f'type_{number}', fields=[('title', 'text'), {'name': 'code', 'type': 'text', 'unique': True}])
    with django_assert_max_num_queries(6):
        assert repair() == {}


def test_lost_column_and_index_come_back_in_main_and_branch(lab):
    with lab.request():
        server = make_type('server', fields=[('title', 'text'), {'name': 'code', 'type': 'text', 'unique': True}])
        make_object(server, title='a', code='1')
    branch = lab.branch()
    with lab.request(branch):
        make_field(server, 'local')
    code, local = (
        CustomObjectTypeField(pk=pk)
        for pk in (
            CustomObjectTypeField.objects.get(name='code').pk,
            CustomObjectTypeField.objects.using(branch.connection_name).get(name='local').pk,
        )
    )
    with connections['default'].cursor() as cursor:
        cursor.execute(f'DROP INDEX custom_objects_{server.pk}_f_{code.pk}_key')
    with connections[branch.connection_name].cursor() as cursor:
        cursor.execute(f'ALTER TABLE {branch.schema_name}.custom_objects_{server.pk} DROP COLUMN f_{local.pk}')
    assert {alias: list(plans) for alias, plans in repair().items()} == {
        'default': [server.pk],
        branch.connection_name: [server.pk],
    }
    assert_schema_is_clean()
    assert_schema_is_clean(branch.connection_name)
    assert repair() == {}
    with lab.request(branch):
        assert rows(model_of(server), 'title', 'local') == [('a', None)]
