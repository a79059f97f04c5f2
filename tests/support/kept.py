"""
What several tests share: made once, in a transaction around theirs, and rolled back after the last.

Each test runs in a savepoint of its own, as pytest-django's `db` begins one where a transaction is open. Tests must
not modify shared instances: give each test freshly loaded objects.
"""

from contextlib import contextmanager, suppress

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django.plugin import blocking_manager_key

from tests.support.needs import commits


def read_again(obj):
    """Return the row of an instance as it is stored; of a list, tuple or dict the same, of its values."""
    if isinstance(obj, dict):
        return {key: read_again(value) for key, value in obj.items()}
    if isinstance(obj, list | tuple):
        return type(obj)(map(read_again, obj))
    return type(obj).objects.get(pk=obj.pk)


def keeps(make, *arguments):
    """
    Decorate the function of a fixture: what `make(*arguments)` returns is kept, as the mark `kept` says, for all tests
    that follow each other and ask for the fixture, which returns `kept_again()`.
    """

    def decorate(function):
        function.keeps = (make, *arguments)
        return function

    return decorate


def kept_again():
    """Return what is kept, freshly read."""
    return read_again(KEEPER.value)


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
    Keeps one thing from one test to the next, as long as each asks for it: by a fixture that `keeps` decorates, or by
    the mark `kept(make, *arguments)`. `value` is what was made.
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
        mark = item.get_closest_marker('kept')
        info = getattr(item, '_fixtureinfo', None)  # cases of Django have none
        fixtures = info.name2fixturedefs.values() if info else ()
        found = [mark.args if mark else None, *(getattr(known[-1].func, 'keeps', None) for known in fixtures)]
        found = [wanted for wanted in found if wanted is not None]
        if any(wanted != found[0] for wanted in found):
            raise pytest.UsageError('Only one thing can be kept at a time.')
        return found[0] if found else None

    def _let_go(self):
        if self._transaction is not None:
            # A test may have closed the connection, which has rolled everything back.
            with suppress(DatabaseError):
                self._transaction.__exit__(None, None, None)
        self._wanted = self.value = self._transaction = None


KEEPER = Keeper()
