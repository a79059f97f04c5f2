"""Database fixtures: ordinary tests (`db`) roll back, `fresh_database` tests may commit whatever they like.

Both use a clone of the migrated template, see tests/support/databases.py and docs/development.md.
"""

import gc
from contextlib import closing

import pytest
from django.conf import settings

from netbox_branching.models import Branch

from netbox_custom_objects.services.attention import unindexed
from tests.support.beginnings import beginning_of, begins_with
from tests.support.branches import STRATEGIES, Lab, make_branch, make_spare
from tests.support.databases import TEST_DATABASE, close_connections
from tests.support.kept import KEEPER
from tests.support.menus import leave_netbox_out
from tests.support.needs import commits, has_own_transaction, needs_database
from tests.support.quick_login import install as make_login_quick
from tests.support.quick_migrations import install as make_migrations_quick


def pytest_configure():
    """Tests that roll back never commit, so their jobs are queued at once, as in NetBox's own test configuration."""
    settings.RQ = {'COMMIT_MODE': 'auto'}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what needs no database as fast, before pytest applies `-m`."""
    for item in items:
        if not needs_database(item) and not item.get_closest_marker('slow'):
            item.add_marker('fast')


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Replace what an earlier test committed, before any fixture or class setup opens a transaction."""
    if not needs_database(item):
        return
    if 'fresh_database' not in item.fixturenames:
        TEST_DATABASE.replace_if_dirty()
    KEEPER.prepare(item)
    if commits(item):
        TEST_DATABASE.mark_dirty()


@pytest.fixture(scope='session')
def django_db_setup(django_test_environment):
    """Takes the place of pytest-django's fixture, which would run all migrations in every process.

    The database itself is made by `pytest_runtest_setup` or by `fresh_database`, when first needed.
    """
    yield
    TEST_DATABASE.drop()


@pytest.fixture
def fresh_database(request, django_db_setup, django_db_blocker):
    """A new database for one test that commits, changes tables, provisions branches, or starts or kills processes.

    It holds what `begins_with` says of the test and its fixtures, see tests/support/beginnings.py. Other processes
    reach it through the environment, see dev.paths.netbox_environment().
    """
    if has_own_transaction(request.node):
        raise pytest.UsageError('fresh_database cannot be combined with db, django_db or a Django test case.')
    with django_db_blocker.unblock():
        TEST_DATABASE.replace(*beginning_of(request.node))
        TEST_DATABASE.mark_dirty()
        yield TEST_DATABASE
        close_connections()


@pytest.fixture
@begins_with(make_spare)
def spare(fresh_database):
    """The first branch that the test provisions gets a schema that was made before, see tests/support/spare.py."""


@pytest.fixture
def lab(fresh_database, spare):
    """A user, main, and any number of branches."""
    return Lab()


@pytest.fixture
@begins_with(make_branch)
def branch(lab):
    """A branch provisioned before anything else happened; `lab.branch()` provisions one now, which takes a second."""
    return Branch.objects.get()


@pytest.fixture(params=STRATEGIES)
def strategy(request):
    return request.param


@pytest.fixture
def strategies(fresh_database):
    """Both strategies, for a loop: what the test did before it is done once, and holds at the begin of each turn."""
    with closing(fresh_database.each(STRATEGIES)) as turns:
        yield turns


def pytest_collection_finish():
    """
    Do once what makes tests shorter.

    What is loaded by now stays: the garbage collector need not look at it again and again.
    """
    leave_netbox_out()
    make_migrations_quick()
    make_login_quick()
    # Requests that are sampled make a query more: those of tests are not, unless a test asks for it.
    unindexed.SAMPLED = 10**9
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
