"""
What several tests share: made once, in a transaction around theirs, and rolled back after the last.

Each test runs in a savepoint of its own, as pytest-django's `db` begins one where a transaction is open. Tests must
not modify shared instances: give each test freshly loaded objects.
"""

from contextlib import contextmanager, suppress

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django.plugin import blocking_manager_key

from tests.support.factories import make_every_kind
from tests.support.needs import commits

# Fixtures that keep something, and what makes it.
SHARED = {'kept_every_kind': make_every_kind}


def read_again(obj):
    """Return the row of an instance as it is stored."""
    return type(obj).objects.get(pk=obj.pk)


@contextmanager
def kept(request, django_db_blocker):
    """Hold a transaction open for a fixture of a module, which all tests of the module must use."""
    if any(commits(item) for item in request.session.items if item.module is request.node.getparent(pytest.Module).obj):
        raise pytest.UsageError('Tests that commit cannot share what others keep in a transaction: move them away.')
    with django_db_blocker.unblock(), rolled_back():
        yield


@contextmanager
def rolled_back():
    atomic = transaction.atomic()
    # As Django's TestCase has it: a block within may be the outermost one of the program.
    atomic._from_testcase = True
    with atomic:
        try:
            yield
        finally:
            transaction.set_rollback(True)


class Keeper:
    """
    Keeps one thing from one test to the next, as long as each asks for it: by a fixture that SHARED names, or by the
    mark `kept(make, *arguments)`. `value` is what was made.
    """

    def __init__(self):
        self.value, self._wanted, self._transaction = None, None, None

    def prepare(self, item):
        """Make what the test shares with others, and roll back what it does not; called before any of its fixtures."""
        wanted = self._wanted_by(item)
        if wanted is not None and commits(item):
            raise pytest.UsageError('What is kept is in a transaction: a test that commits cannot use it.')
        if wanted == self._wanted and not connection.closed_in_transaction:
            return
        with item.config.stash[blocking_manager_key].unblock():
            self._let_go()
            if wanted is not None:
                self._transaction = rolled_back()
                self._transaction.__enter__()
                make, *arguments = wanted
                self._wanted, self.value = wanted, make(*arguments)

    @staticmethod
    def _wanted_by(item):
        if mark := item.get_closest_marker('kept'):
            return mark.args
        return next(((make,) for name, make in SHARED.items() if name in item.fixturenames), None)

    def _let_go(self):
        if self._transaction is not None:
            # A test may have closed the connection, which has rolled everything back.
            with suppress(DatabaseError):
                self._transaction.__exit__(None, None, None)
        self._wanted = self.value = self._transaction = None


KEEPER = Keeper()
