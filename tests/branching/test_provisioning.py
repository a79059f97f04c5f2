"""New branches: they hold what main holds, and a failure leaves nothing behind."""

from contextlib import contextmanager
from threading import Thread

import psycopg
import pytest
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext

from dcim.models import Site
from netbox_branching.choices import BranchStatusChoices
from netbox_branching.models import Branch
from netbox_branching.signals import pre_provision

from dev import postgres
from netbox_custom_objects.models import CustomObjectType
from tests.support.branches import assert_schema_is_clean, close, delete, edit, rows
from tests.support.factories import make_field, make_object, make_type


@pytest.fixture
def spare():
    """Nothing: here branches are made as NetBox makes them."""


def fill(lab):
    """Make types with all that a table may have: links, unique values, deleted and converted fields, no rows."""
    with lab.request():
        server = make_type('server', fields=[('title', 'text'), {'name': 'code', 'type': 'text', 'unique': True}])
        make_field(server, 'peers', 'multiobject', target=server)
        make_field(server, 'site', 'object', target=Site)
        old_links = make_field(server, 'old_links', 'multiobject', target=server)
        old_text = make_field(server, 'old_text')
        first = make_object(server, title='a', code='1', old_text='gone')
        make_object(server, title='b', code='2', peers=[first], old_links=[first])
        delete(old_links)
        delete(old_text)
        make_type('empty', fields=[('title', 'text')])
        delete(make_type('gone', fields=[('title', 'text')]))
    return server


def test_branch_holds_what_main_holds(lab):
    server = fill(lab)
    with lab.request():
        expected = rows(server.get_model(), 'id', 'title', 'code', 'peers__title', 'site')
    with CaptureQueriesContext(connection) as made:
        branch = lab.branch()
    assert sum('SELECT schema, token' in query['sql'] for query in made) <= 2
    with lab.request(branch):
        assert rows(server.get_model(), 'id', 'title', 'code', 'peers__title', 'site') == expected
        assert_schema_is_clean(branch.connection_name)
        edit(make_object(server, title='c', code='3'), title='d')
    lab.merge(branch)
    with lab.request():
        assert [row[1] for row in rows(server.get_model(), 'id', 'title')] == ['a', 'b', 'd']


def test_branch_of_a_request_has_all_tables(lab):
    server = fill(lab)
    with lab.request():
        branch = lab.branch()
        assert server.get_model().objects.count() == 2
    with lab.request(branch):
        assert {row[0] for row in rows(server.get_model(), 'title')} == {'a', 'b'}


def test_rows_are_those_of_the_snapshot(lab):
    """What is written after netbox-branching has opened its snapshot is in none of the tables."""
    server = fill(lab)

    def write():
        make_object(CustomObjectType.objects.get(pk=server.pk), title='late', code='9')
        Site.objects.create(name='Late', slug='late')
        connections.close_all()

    with after_snapshot(write):
        branch = lab.branch()
    with lab.request(branch):
        assert {row[0] for row in rows(server.get_model(), 'title')} == {'a', 'b'}
        assert not Site.objects.filter(slug='late').exists()
    with lab.request():
        assert server.get_model().objects.filter(title='late').exists()


def test_type_made_while_the_branch_begins_is_complete_there(lab):
    made = []

    def make():
        made.append(make_type('late', fields=[('title', 'text')]))
        connections.close_all()

    def receiver(**kwargs):
        in_thread(make)

    pre_provision.connect(receiver)
    try:
        branch = lab.branch()
    finally:
        pre_provision.disconnect(receiver)
    with lab.request(branch):
        make_object(CustomObjectType.objects.get(pk=made[0].pk), title='x')
        assert_schema_is_clean(branch.connection_name)


def test_failure_leaves_a_failed_branch_and_no_schema(lab):
    """Another session holds a table of NetBox's for longer than a statement may wait."""
    server = fill(lab)
    branch = Branch(name='branch')
    branch.save(provision=False)
    with psycopg.connect(
        host=str(postgres.socket_directory()), port=postgres.PORT, user=postgres.ROLE,
        dbname=connection.settings_dict['NAME'],
    ) as other:  # fmt: skip
        other.execute(f'LOCK TABLE {Site._meta.db_table} IN ACCESS EXCLUSIVE MODE')
        with pytest.raises(OperationalError, match='lock'):
            branch.provision(user=lab.user)
        other.rollback()
    assert lab.fresh(branch).status == BranchStatusChoices.FAILED
    with connection.cursor() as cursor:
        cursor.execute('SELECT count(*) FROM pg_namespace WHERE nspname = %s', [branch.schema_name])
        assert cursor.fetchone() == (0,)
    with lab.request(second := lab.branch('second')):
        assert {row[0] for row in rows(server.get_model(), 'title')} == {'a', 'b'}
    close(second)


@contextmanager
def after_snapshot(call):
    """Call in another thread, as another process would, as soon as netbox-branching has opened its snapshot."""
    pending = [call]

    def watch(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql == 'SELECT pg_export_snapshot()' and pending:
            in_thread(pending.pop())
        return result

    def receiver(**kwargs):
        connection.execute_wrappers.append(watch)

    pre_provision.connect(receiver)
    try:
        yield
    finally:
        pre_provision.disconnect(receiver)
        connection.execute_wrappers.remove(watch)
    assert not pending


def in_thread(call):
    thread = Thread(target=call)
    thread.start()
    thread.join()
