"""The hourly repair: finds what is out of line, in main and in branches, and mends it without losing a row."""

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connections, transaction

from dcim.models import Site
from netbox.registry import registry
from users.models import ObjectPermission

from netbox_custom_objects.ddl.locks import lock_definitions
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectTypeField
from netbox_custom_objects.services.upkeep.repair import ReconcileTablesJob, repair, sweep
from tests.support.branches import assert_schema_is_clean, close, delete, rows
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


def test_new_branch_knows_what_main_has_retired(lab):
    with lab.request():
        server = make_type('server', fields=[('title', 'text')])
        gone = make_field(server, 'gone'), make_field(server, 'sites', 'multiobject', target=Site)
        rack = make_type('rack', fields=[('title', 'text')])
    with lab.request():
        for field in gone:
            delete(field)
        delete(rack)
    branch = lab.branch()
    assert_schema_is_clean(branch.connection_name)
    assert repair() == {}


def our_content_types():
    return set(ContentType.objects.filter(app_label='netbox_custom_objects').values_list('model', flat=True))


def our_sequences():
    with connections['default'].cursor() as cursor:
        cursor.execute(r"SELECT sequencename FROM pg_sequences WHERE sequencename ~ '^custom_objects_\d'")
        return {name for (name,) in cursor.fetchall()}


def test_deleting_a_branch_takes_along_what_only_its_types_needed(lab):
    with lab.request():
        make_type('kept', fields=[('title', 'text')])
    before = our_content_types(), our_sequences()
    branch = lab.branch()
    with lab.request(branch):
        site = Site.objects.create(name='Oslo', slug='oslo')
        local = make_type('local', fields=[('title', 'text')])
        make_field(local, 'sites', 'multiobject', target=Site)
        make_object(local, title='a', sites=[site])
    assert (our_content_types(), our_sequences()) != before
    close(branch)
    with lab.request():
        lab.fresh(branch).delete()
    assert (our_content_types(), our_sequences()) == before


def test_content_type_that_a_record_refers_to_outlives_the_branch(lab, branch):
    with lab.request(branch):
        local = make_type('local')
    with lab.request():
        permission = ObjectPermission.objects.create(name='local things', actions=['view'])
        content_type = ContentType.objects.get(model=f'table{local.pk}model')
        permission.object_types.add(content_type.pk)
    close(branch)
    with lab.request():
        lab.fresh(branch).delete()
        assert ContentType.objects.filter(pk=content_type.pk).exists()
        permission.delete()
        assert sweep() == [content_type.model]


def test_nothing_is_swept_while_another_transaction_makes_a_type(lab, branch):
    """The content type of a type that is born in a branch is committed before its table is."""
    with lab.request():
        ContentType.objects.create(app_label='netbox_custom_objects', model='table999model')
        with transaction.atomic(using=branch.connection_name):
            lock_definitions(Target.for_alias(branch.connection_name))
            assert sweep() == []
        assert sweep() == ['table999model']
