"""The isolation that all other database tests rely on.

The tests of this module pass in any order; each checks what the one before could have left behind.
"""

import time

import pytest
from django.apps import apps
from django.db import connection, connections, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps
from django.db.utils import OperationalError
from django.test import TestCase

from core.models import ObjectType
from dcim.models import Site

from netbox_custom_objects.constants import APP_LABEL
from tests.support import quick_migrations, quick_object_types
from tests.support.processes import run_python


def assert_untouched():
    assert not Site.objects.exists()
    assert 'leftover' not in connection.introspection.table_names()


def leave_behind(name):
    Site.objects.create(name=name, slug=name)
    with connection.cursor() as cursor:
        cursor.execute('CREATE TABLE leftover (id integer)')


class TestFreshDatabase:
    @pytest.mark.parametrize('attempt', [1, 2, 3])
    def test_forgets_committed_rows_and_tables(self, fresh_database, attempt):
        assert_untouched()
        assert not connection.in_atomic_block
        leave_behind(f'site-{attempt}')

    @pytest.mark.parametrize('attempt', [1, 2])
    def test_starts_sequences_anew(self, fresh_database, attempt):
        leave_behind('first')
        assert Site.objects.get().pk == 1

    def test_forgets_an_open_transaction(self, fresh_database):
        assert_untouched()
        transaction.atomic().__enter__()
        leave_behind('half-done')

    def test_is_not_in_a_transaction_of_an_earlier_test(self, fresh_database):
        assert_untouched()
        assert not connection.in_atomic_block

    def test_is_shared_with_other_processes(self, fresh_database):
        code = 'from dcim.models import Site; Site.objects.create(name="x", slug="x")'
        result = run_python(code, fresh_database.name)
        assert result.returncode == 0, result.stderr
        assert Site.objects.get().slug == 'x'

    def test_waits_for_locks_only_a_few_seconds(self, fresh_database):
        with connection.cursor() as cursor:
            cursor.execute('SHOW lock_timeout')
            assert cursor.fetchone() == ('5s',)

    def test_replaces_quickly(self, fresh_database):
        started = time.monotonic()
        fresh_database.replace()
        assert time.monotonic() - started < 5  # A fraction of a second, unless the machine is very busy.


if apps.is_installed('netbox_branching'):
    from netbox_branching.models import Branch

    class TestBranches:
        @pytest.mark.parametrize('attempt', [1, 2])
        def test_schemas_and_connections_are_gone(self, fresh_database, attempt):
            assert not Branch.objects.exists()
            branch = Branch(name='one')
            branch.save(provision=False)
            branch.provision(user=None)
            connections[branch.connection_name].cursor().execute('SELECT 1')
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'branch_%'")
                assert cursor.fetchone() == (1,)


class TestRolledBack:
    @pytest.mark.parametrize('attempt', [1, 2])
    def test_forgets_everything(self, db, attempt):
        assert_untouched()
        leave_behind('rolled-back')

    def test_refuses_access_without_a_fixture(self):
        with pytest.raises(RuntimeError, match='Database access not allowed'):
            Site.objects.exists()


class TestDjangoTestCase(TestCase):
    """NetBox's own test cases are of this kind."""

    @classmethod
    def setUpTestData(cls):
        assert_untouched()
        cls.site = Site.objects.create(name='class', slug='class')

    def test_adds_a_row(self):
        Site.objects.create(name='test', slug='test')
        self.assertEqual(Site.objects.count(), 2)

    def test_sees_only_rows_of_the_class(self):
        self.assertEqual(Site.objects.get(), self.site)


def test_self_deadlock_fails_instead_of_hanging(fresh_database):
    other = connections.create_connection('default')
    with transaction.atomic(), connection.cursor() as cursor, other.cursor() as waiting:
        cursor.execute('LOCK TABLE dcim_site')
        waiting.execute("SET lock_timeout = '100ms'")
        with pytest.raises(OperationalError, match='lock timeout'):
            waiting.execute('SELECT 1 FROM dcim_site')
    other.close()


class TestQuickMigrations:
    """What tests/support/quick_migrations.py keeps is what Django would compute."""

    @pytest.fixture
    def executor(self, db):
        return MigrationExecutor(connection)

    def test_states_are_the_same(self, executor):
        quick = executor._create_project_state(with_applied_migrations=True)
        full = quick_migrations._create_project_state(executor, with_applied_migrations=True)
        assert isinstance(quick, quick_migrations.NearState)
        assert quick.models.keys() == full.models.keys()
        assert MigrationAutodetector(quick, full)._detect_changes() == {}
        ours = {model.name for key, model in full.models.items() if key[0] == APP_LABEL}
        assert ours
        assert 20 < len(quick.apps.get_models()) < 60
        all_models = StateApps(full.real_apps, full.models)
        for name in ours:
            model, wanted = (found.get_model(APP_LABEL, name) for found in (quick.apps, all_models))
            assert _fields(model) == _fields(wanted)

    def test_a_state_before_our_migrations_has_none_of_our_models(self, executor):
        before = executor._create_project_state()
        assert ('dcim', 'site') in before.models
        assert not [key for key in before.models if key[0] == APP_LABEL]

    def test_other_states_are_computed(self, executor):
        """A migration of NetBox that is not applied is none of those that are known."""
        executor.loader.applied_migrations.pop(('wireless', '0001_squashed_0008'))
        assert not isinstance(executor._create_project_state(), quick_migrations.NearState)

    def test_object_types_are_written_that_differ(self, db, django_assert_num_queries):
        def stored():
            return list(ObjectType.objects.order_by('pk').values_list('app_label', 'model', 'public', 'features'))

        before, dcim = stored(), apps.get_app_config('dcim')
        with django_assert_num_queries(1):
            quick_object_types.update_those_that_differ(dcim)
        ObjectType.objects.filter(app_label='dcim', model='site').update(features=[])
        ObjectType.objects.filter(app_label='dcim', model='rack').update(public=False)
        assert stored() != before
        quick_object_types.update_those_that_differ(dcim)
        assert stored() == before


def _fields(model):
    fields = [field for field in model._meta.get_fields() if field.concrete]
    return [(field.name, type(field), field.db_type(connection), field.null, field.is_relation) for field in fields]
