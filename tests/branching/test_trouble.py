"""Merges that are refused, fail or are killed leave main as it was, and the branch usable."""

import signal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from core.models import ObjectType
from dcim.models import Site
from netbox_branching.models import Branch

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField, Revision
from netbox_custom_objects.runtime.classes.registry import forget_worlds
from tests.support.beginnings import begins_with
from tests.support.branches import Lab, assert_schema_is_clean, delete, edit, rows
from tests.support.factories import make_field, make_object, make_type
from tests.support.processes import run_module

CRASH_SCRIPT = 'tests.branching.crash_script'
CRASH_POINTS = ('after the table was created', 'after the second object', 'after commit')


def model_of(custom_object_type):
    return apps.get_model('netbox_custom_objects', f'table{custom_object_type.pk}model')


def make_server():
    with Lab().request():
        server = make_type('server', fields=[('title', 'text'), ('amount', 'integer')])
        make_object(server, title='a', amount=1)


@pytest.fixture
@begins_with(make_server)
def server(lab):
    return CustomObjectType.objects.get()


def test_same_field_name_on_both_sides_is_refused_and_can_be_renamed(lab, server, branch, strategy):
    with lab.request(branch):
        make_field(server, 'serial')
    with lab.request(branch):
        edit(model_of(server).objects.get(), serial='from the branch')
    with lab.request():
        make_field(server, 'serial')
        edit(model_of(server).objects.get(), serial='from main')
    assert 'serial' in lab.fresh(branch).can_merge.message
    with pytest.raises(Exception, match='not permitted'):
        lab.merge(branch, strategy)
    assert lab.fresh(branch).status == 'ready'
    with lab.request():
        assert rows(model_of(server), 'title', 'serial') == [('a', 'from main')]
        assert_schema_is_clean()
    with lab.request(branch):
        edit(CustomObjectTypeField.objects.get(name='serial'), name='serial_2')
    # Renamed afterwards, the field still arrives under its first name before it gets the second one, unless the
    # changes are squashed.
    lab.merge(branch, 'squash')
    with lab.request():
        assert rows(model_of(server), 'serial', 'serial_2') == [('from main', 'from the branch')]


def test_renames_on_both_sides_follow_the_field(lab, server, strategies):
    first, second = lab.branch('first'), lab.branch('second')
    with lab.request(first):
        edit(CustomObjectTypeField.objects.get(name='title'), name='label')
        edit(model_of(server).objects.get(), label='from first')
    with lab.request(second):
        edit(CustomObjectTypeField.objects.get(name='title'), name='caption')
        make_object(server, caption='from second')
    for strategy in strategies:
        lab.merge(first, strategy)
        lab.merge(second, strategy)
        with lab.request():
            assert rows(model_of(server), 'caption') == [('from first',), ('from second',)]
        lab.revert(second)
        with lab.request():
            # The host puts back the name that the second branch started from.
            assert rows(model_of(server), 'title') == [('from first',)]


def test_a_name_used_again_never_mixes_values(lab, server, branch, strategy):
    with lab.request(branch):
        delete(CustomObjectTypeField.objects.get(name='title'))
        make_field(server, 'title')
    with lab.request(branch):
        assert rows(model_of(server), 'title') == [(None,)]
        edit(model_of(server).objects.get(), title='new')
    lab.merge(branch, strategy)
    with lab.request():
        assert rows(model_of(server), 'title') == [('new',)]
    lab.revert(branch)
    with lab.request():
        assert rows(model_of(server), 'title') == [('a',)]


def test_type_deleted_in_main_while_the_branch_edits_it(lab, server, branch, strategy):
    with lab.request(branch):
        edit(model_of(server).objects.get(), title='edited')
        make_object(server, title='new')
    with lab.request():
        delete(CustomObjectType.objects.get())
    with pytest.raises(Exception, match=r'.'):
        lab.merge(branch, strategy)
    assert lab.fresh(branch).status == 'ready'
    with lab.request():
        assert not CustomObjectType.objects.exists()
        assert_schema_is_clean()
    with lab.request(branch):
        assert rows(model_of(server), 'title') == [('edited',), ('new',)]


def test_an_invalid_value_fails_the_merge_whole(lab, server, branch, strategy):
    with lab.request(branch):
        make_field(server, 'extra')
        make_object(server, title='a', amount=2)
        assert rows(model_of(server), 'title') == [('a',), ('a',)]
    with lab.request():
        edit(CustomObjectTypeField.objects.get(name='amount'), validation_maximum=1)
    with pytest.raises(ValidationError, match='amount'):
        lab.merge(branch, strategy)
    with lab.request():
        assert rows(model_of(server), 'title') == [('a',)]
        assert not CustomObjectTypeField.objects.filter(name='extra').exists()
        assert_schema_is_clean()


def test_deleting_a_branch_with_a_private_type_leaves_nothing_that_hurts(lab, server, branch):
    with lab.request(branch):
        private = make_type('private', fields=[('title', 'text'), {'name': 'site', 'type': 'object', 'target': Site}])
        site = Site.objects.create(name='Here', slug='here')
        make_object(private, title='x', site=site)
    schema = branch.schema_name
    assert Revision.objects.filter(schema=schema).exists()
    with lab.request():
        lab.fresh(branch).delete()
    assert not Revision.objects.filter(schema=schema).exists()
    with lab.request():
        # Nothing refers to it any more: as if the type had never been.
        with pytest.raises(LookupError, match=f'table{private.pk}model'):
            model_of(private)
        assert not ObjectType.objects.filter(model=f'table{private.pk}model').exists()
        Site.objects.create(name='There', slug='there').delete()
        assert_schema_is_clean()
    lab.branch('another')


def test_exempting_the_definitions_exempts_the_objects(lab, server, settings):
    settings.PLUGINS_CONFIG['netbox_branching']['exempt_models'] = ['netbox_custom_objects.customobjecttype']
    try:
        branch = lab.branch()
        with lab.request(branch):
            make_object(server, title='written in a branch')
        with lab.request():
            assert rows(model_of(server), 'title') == [('a',), ('written in a branch',)]
    finally:
        settings.PLUGINS_CONFIG['netbox_branching']['exempt_models'] = []


def test_script_in_a_branch_with_both_transactions_open(lab, server, branch, strategy):
    with lab.request(branch), transaction.atomic(), transaction.atomic(using=branch.connection_name):
        vendor = make_type('vendor', fields=[('title', 'text')])
        make_object(vendor, title='acme')
        make_field(server, 'vendor', 'object', target=vendor)
        edit(model_of(server).objects.get(), vendor=model_of(vendor).objects.get())
    lab.merge(branch, strategy)
    with lab.request():
        assert model_of(server).objects.get().vendor.title == 'acme'


@pytest.mark.slow
@pytest.mark.parametrize('point', CRASH_POINTS)
def test_killed_merge_can_be_merged_again(lab, fresh_database, server, branch, strategy, point):
    with lab.request(branch):
        vendor = make_type('vendor', fields=[('title', 'text')])
        make_field(server, 'vendor', 'object', target=vendor)
        for title in ('first', 'second', 'third'):
            make_object(vendor, title=title)
        edit(model_of(server).objects.get(), vendor=model_of(vendor).objects.get(title='third'))
    connection.close()
    result = run_module(CRASH_SCRIPT, branch.name, strategy, point, database=fresh_database.name)
    assert result.returncode == -signal.SIGKILL, result.stderr
    forget_worlds()
    if point == 'after commit':
        assert lab.fresh(branch).status == 'merged'
    else:
        with lab.request():
            assert not CustomObjectType.objects.filter(name='vendor').exists()
            assert rows(model_of(server), 'title') == [('a',)]
            assert_schema_is_clean()
        assert lab.fresh(branch).status == 'merging'
        # What netbox-branching's recovery job does once the queue no longer knows the job.
        Branch.objects.filter(pk=branch.pk).update(status='ready')
        lab.merge(branch, strategy)
    with lab.request():
        assert rows(model_of(vendor), 'title') == [('first',), ('second',), ('third',)]
        assert model_of(server).objects.get().vendor.title == 'third'
        assert_schema_is_clean()
    lab.revert(branch)
    with lab.request():
        assert not CustomObjectType.objects.filter(name='vendor').exists()
        assert_schema_is_clean()
