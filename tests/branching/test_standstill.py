"""Main's tables stay as they are while a branch is made of them, and the branch holds what they held."""

import threading
import time
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from netbox_branching.choices import BranchStatusChoices
from netbox_branching.models import Branch, branches
from netbox_branching.signals import pre_provision

from netbox_custom_objects.branching import standstill
from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.exceptions import BranchBeingMade, BranchIncomplete, SchemaChangeRefused
from netbox_custom_objects.models import CustomObjectTypeField
from tests.support.branches import delete, edit
from tests.support.factories import make_field, make_object, make_type
from tests.support.numbered import make_numbered
from tests.support.processes import Worker
from tests.support.sessions import SHORT_WAITS

ROWS = 50


@pytest.fixture
def field(lab):
    """A text field of numbers."""
    with lab.request():
        return make_numbered(ROWS)


@pytest.fixture
def short_waits(settings, monkeypatch):
    for name, value in SHORT_WAITS.items():
        monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], name, value)


def stored():
    return CustomObjectTypeField.objects.get(name='value')


def values(alias='default'):
    model = stored().custom_object_type.get_model()
    return sorted(str(value).strip() for value in model.objects.using(alias).values_list('value', flat=True))


NUMBERS = sorted(map(str, range(1, ROWS + 1)))


def in_thread(call):
    """Run a function as another process would; return its result, or the error that it raised."""
    results = []

    def run():
        try:
            results.append(call())
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return results[0]


@contextmanager
def before_copying(monkeypatch, call):
    """Call when netbox-branching has opened its snapshot and made its tables, and has yet to copy rows."""
    copy, results = branches.parallel_copy_tables, []

    def held(**kwargs):
        results.append(call())
        copy(**kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(branches, 'parallel_copy_tables', held)
        yield results


@pytest.mark.parametrize(
    'change',
    [
        pytest.param(lambda: edit(stored(), type='integer'), id='conversion'),
        pytest.param(lambda: make_field(stored().custom_object_type, 'another'), id='new column'),
    ],
)
def test_a_table_is_not_changed_while_it_is_copied(lab, field, short_waits, monkeypatch, change):
    with before_copying(monkeypatch, lambda: in_thread(change)) as results:
        branch = lab.branch()
    assert isinstance(results[0], BranchBeingMade), results
    assert branch.status == BranchStatusChoices.READY
    assert values(branch.connection_name) == values() == NUMBERS
    change()


def test_rest_says_so(lab, field, short_waits, monkeypatch):
    client = Client()
    client.force_login(lab.user)
    url = f'/api/plugins/custom-objects/custom-object-type-fields/{field.pk}/'

    def change():
        return client.patch(url, {'type': 'integer'}, content_type='application/json')

    with before_copying(monkeypatch, lambda: in_thread(change)) as results:
        lab.branch()
    assert results[0].status_code == 409
    assert 'branch is being provisioned' in results[0].json()['detail']
    assert change().status_code == 200


def test_what_changes_no_table_goes_on(lab, field, short_waits, monkeypatch):
    def change():
        edit(stored(), label='Another label')
        make_type('another', fields=[('title', 'text')])
        delete(make_field(make_type('third'), 'gone'))

    with before_copying(monkeypatch, lambda: in_thread(change)) as results:
        lab.branch()
    assert results == [None]


def test_a_short_copying_is_waited_for(lab, field, monkeypatch):
    threads = []

    def change():
        threads.append(threading.Thread(target=lambda: (edit(stored(), type='integer'), connections.close_all())))
        threads[0].start()
        time.sleep(1)

    with before_copying(monkeypatch, change):
        branch = lab.branch()
    threads[0].join()
    assert stored().type == 'integer'
    assert values() == values(branch.connection_name) == NUMBERS
    assert CustomObjectTypeField.objects.using(branch.connection_name).get().type == 'text'


def test_a_branch_waits_for_a_conversion_that_has_begun(lab, field):
    converting = threading.Event()

    def convert():
        with transaction.atomic():
            edit(stored(), type='integer')
            converting.set()
            time.sleep(1)
        connections.close_all()

    thread = threading.Thread(target=convert)
    thread.start()
    converting.wait()
    branch = lab.branch()
    thread.join()
    assert CustomObjectTypeField.objects.using(branch.connection_name).get().type == 'integer'
    assert values(branch.connection_name) == NUMBERS


def test_a_branch_does_not_wait_for_ever(lab, field, monkeypatch):
    monkeypatch.setattr(standstill, 'PATIENCE', 0.5)
    branch = Branch(name='branch')
    branch.save(provision=False)
    other = connections.create_connection('default')
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(f'LOCK TABLE {field.custom_object_type.get_database_table_name()} IN ACCESS EXCLUSIVE MODE')
    try:
        with pytest.raises(SchemaChangeRefused, match='have been running in main'):
            branch.provision(user=lab.user)
    finally:
        other.close()
    assert lab.fresh(branch).status == BranchStatusChoices.FAILED
    assert values(lab.branch('second').connection_name) == NUMBERS


def test_a_branch_fails_if_main_cannot_be_held(lab, field, monkeypatch):
    def fail(*args):
        raise OperationalError('out of shared memory')

    monkeypatch.setattr(standstill.TablesAtRest, 'acquire', fail)
    branch = Branch(name='branch')
    branch.save(provision=False)
    with pytest.raises(OperationalError, match='shared memory'):
        branch.provision(user=lab.user)
    assert lab.fresh(branch).status == BranchStatusChoices.FAILED


def test_main_goes_on_after_a_failure(lab, field, short_waits, monkeypatch):
    def fail(**kwargs):
        raise ValueError('failed')

    branch = Branch(name='branch')
    branch.save(provision=False)
    with monkeypatch.context() as patched:
        patched.setattr(branches, 'parallel_build_indexes', fail)
        with pytest.raises(ValueError, match='failed'):
            branch.provision(user=lab.user)
    assert in_thread(lambda: edit(stored(), type='integer').type) == 'integer'


def test_main_goes_on_after_another_receiver_fails(lab, field, short_waits):
    """It is called after ours, and before netbox-branching does anything that would tell of the failure."""

    def fail(branch, **kwargs):
        Branch.objects.filter(pk=branch.pk).exists()
        raise ValueError('not today')

    branch = Branch(name='branch')
    branch.save(provision=False)
    pre_provision.connect(fail)
    try:
        with pytest.raises(ValueError, match='not today'):
            branch.provision(user=lab.user)
        assert in_thread(lambda: edit(stored(), type='integer').type) == 'integer'
    finally:
        pre_provision.disconnect(fail)
    assert values(lab.branch('second').connection_name) == NUMBERS


def lose_rows(monkeypatch, condition, also=lambda: None):
    replicate = Branch._replicate_triggers

    def lossy(self, schema, main_schema, tables):
        with connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM {schema}.{stored().custom_object_type.get_database_table_name()} {condition}')
        also()
        replicate(self, schema, main_schema, tables)

    monkeypatch.setattr(Branch, '_replicate_triggers', lossy)


@pytest.mark.parametrize('condition', ['', 'WHERE id = 17'])
def test_a_branch_that_lacks_rows_is_given_up(lab, field, short_waits, monkeypatch, condition):
    lose_rows(monkeypatch, condition)
    branch = Branch(name='branch')
    branch.save(provision=False)
    with pytest.raises(BranchIncomplete, match=f'of {ROWS} rows'):
        branch.provision(user=lab.user)
    assert lab.fresh(branch).status == BranchStatusChoices.FAILED
    with connection.cursor() as cursor:
        cursor.execute('SELECT count(*) FROM pg_namespace WHERE nspname = %s', [branch.schema_name])
        assert cursor.fetchone() == (0,)
    edit(stored(), type='integer')


def test_rows_that_were_written_or_deleted_meanwhile_are_not_missed(lab, field, monkeypatch):
    def write():
        model = stored().custom_object_type.get_model()
        make_object(stored().custom_object_type, value='new')
        model.objects.filter(pk__in=[1, 2]).delete()

    with before_copying(monkeypatch, lambda: in_thread(write)) as results:
        branch = lab.branch()
    assert results == [None]
    assert values(branch.connection_name) == NUMBERS
    assert len(values()) == ROWS - 1


STUCK = """
    import time
    from django.contrib.auth import get_user_model
    from netbox_branching.models import Branch, branches

    def hold(**kwargs):
        say('here')
        time.sleep(60)

    branches.parallel_copy_tables = hold
    Branch.objects.get().provision(user=get_user_model().objects.first())
"""


@pytest.mark.slow
def test_a_killed_process_holds_nothing(lab, field, short_waits, fresh_database):
    Branch(name='branch').save(provision=False)
    with Worker(fresh_database.name) as worker:
        worker.send(STUCK)
        assert worker.read() == 'here'
        with pytest.raises(BranchBeingMade):
            edit(stored(), type='integer')
        worker.kill()
    time.sleep(0.2)
    assert edit(stored(), type='integer').type == 'integer'


def test_other_statements_about_branches_may_hold_lists():
    watch = standstill.Standstill(Branch(pk=5))
    statement = f'UPDATE "{Branch._meta.db_table}" SET "applied_migrations" = %s, "status" = %s WHERE "id" = %s'
    assert not watch._marks_as(BranchStatusChoices.FAILED, statement, ([], BranchStatusChoices.READY, 5))
    assert watch._marks_as(BranchStatusChoices.FAILED, statement, ([], BranchStatusChoices.FAILED, 5))
