"""New branches: they hold what main holds, whoever copies a table, and a failure leaves nothing behind."""

from contextlib import contextmanager
from threading import Thread

import psycopg
import pytest
from django.db import OperationalError, connection, connections

from dcim.models import Site
from netbox_branching.choices import BranchStatusChoices
from netbox_branching.models import Branch
from netbox_branching.signals import pre_provision

from dev import postgres
from netbox_custom_objects.branching import provisioning
from netbox_custom_objects.ddl import replicas
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectType
from tests.support.branches import assert_schema_is_clean, close, delete, edit, rows
from tests.support.factories import make_field, make_object, make_type

COLUMNS_SQL = r"""
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum), obj_description(c.oid, 'pg_class')
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND c.relname ~ '^custom_objects_\d+(_f_\d+)?$'
    ORDER BY c.relname, a.attnum
"""
INDEXES_SQL = r"""
    SELECT tablename, indexname, replace(indexdef, schemaname || '.', '')
    FROM pg_indexes WHERE schemaname = %s AND tablename ~ '^custom_objects_\d+(_f_\d+)?$' ORDER BY 1, 2
"""


def catalog(schema):
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS_SQL, [schema])
        columns = cursor.fetchall()
        cursor.execute(INDEXES_SQL, [schema])
        return columns, cursor.fetchall()


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
    branch = lab.branch()
    with lab.request(branch):
        assert rows(server.get_model(), 'id', 'title', 'code', 'peers__title', 'site') == expected
        assert_schema_is_clean(branch.connection_name)
        edit(make_object(server, title='c', code='3'), title='d')
    lab.merge(branch)
    with lab.request():
        assert [row[1] for row in rows(server.get_model(), 'id', 'title')] == ['a', 'b', 'd']


def test_small_tables_are_as_netbox_branching_would_have_copied_them(lab, monkeypatch):
    fill(lab)
    ours = lab.branch('ours')
    monkeypatch.setattr(replicas, 'SMALL', -1)
    theirs = lab.branch('theirs')
    columns, indexes = catalog(ours.schema_name)
    assert (columns, indexes) == catalog(theirs.schema_name)
    assert {row[0] for row in columns} >= {'custom_objects_1', 'custom_objects_1_f_3', 'custom_objects_2'}


def test_large_and_small_types_share_a_branch(lab, monkeypatch):
    server = fill(lab)
    with connection.cursor() as cursor:
        cursor.execute('ANALYZE')
    monkeypatch.setattr(replicas, 'SMALL', 0)
    assert len(replicas.small_types(Target.for_alias('default'))) == 2, 'the empty type, and the deleted one'
    branch = lab.branch()
    with lab.request(branch):
        assert {row[0] for row in rows(server.get_model(), 'title')} == {'a', 'b'}
        assert_schema_is_clean(branch.connection_name)


def test_a_type_costs_no_statement(lab):
    counts = []
    for _round in range(2):
        seen = []
        with lab.request():
            for number in range(5):
                make_type(f'kind_{_round}_{number}', fields=[('name', 'text')])
        with noting(seen):
            close(lab.branch(f'branch {_round}'))
        counts.append(len(seen))
    assert counts[1] <= counts[0]


def test_branch_of_a_request_has_all_tables(lab):
    """A request never takes a type for a ghost, so netbox-branching copies all tables there."""
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


def test_branch_is_complete_even_if_no_snapshot_was_seen(lab, monkeypatch, caplog):
    """As with a release of netbox-branching that opens it by another statement."""
    monkeypatch.setattr(provisioning, 'EXPORT_SQL', 'SELECT something_else()')
    server = fill(lab)
    branch = lab.branch()
    with lab.request(branch):
        assert {row[0] for row in rows(server.get_model(), 'title')} == {'a', 'b'}
        assert_schema_is_clean(branch.connection_name)
    assert 'has opened no snapshot' in caplog.text


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
def noting(seen):
    def note(execute, sql, params, many, context):
        seen.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield


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
