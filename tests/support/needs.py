"""What a collected test needs: told from its fixtures, marks and class, as pytest-django does.

Ordinary tests run in a transaction that is rolled back; committing tests leave something behind.
"""

from django.test import SimpleTestCase, TestCase, TransactionTestCase

ROLLED_BACK = {'db'}
COMMITTING = {'transactional_db', 'live_server', 'fresh_database'}


def needs_database(item):
    """Tell whether the test uses the database at all."""
    fixtures = _fixtures(item)
    return bool(
        fixtures & (ROLLED_BACK | COMMITTING | {'django_db_setup'})
        or item.get_closest_marker('django_db')
        or (_is_case(item, SimpleTestCase) and item.cls.databases)
    )


def commits(item):
    """Tell whether the test may leave committed changes behind."""
    mark = item.get_closest_marker('django_db')
    return bool(
        _fixtures(item) & COMMITTING
        or (mark and (mark.kwargs.get('transaction') or any(mark.args[:1])))
        or (_is_case(item, TransactionTestCase) and not _is_case(item, TestCase))
    )


def has_own_transaction(item):
    """Tell whether pytest-django or Django wraps the test, which `fresh_database` cannot be combined with."""
    return bool(
        _fixtures(item) & {'db', 'transactional_db', 'live_server'}
        or item.get_closest_marker('django_db')
        or _is_case(item, TransactionTestCase)
    )


def _fixtures(item):
    return set(getattr(item, 'fixturenames', ()))


def _is_case(item, base):
    return isinstance(getattr(item, 'cls', None), type) and issubclass(item.cls, base)
