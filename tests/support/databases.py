"""The test database of this process: a clone of the migrated template that can be replaced at any time.

Replacing takes a fraction of a second and undoes everything: committed rows, runtime tables, branch schemas.
"""

from contextlib import suppress
from weakref import WeakSet

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.exceptions import SynchronousOnlyOperation
from django.core.signals import request_finished
from django.db import DatabaseError, connections
from django.db.backends.signals import connection_created
from django_rq import get_connection

from netbox.config import clear_config

from dev import database, services
from netbox_custom_objects.runtime.classes import registry
from netbox_custom_objects.runtime.reading import retired
from tests.support.environment import DATABASE

# Two connections of one thread that wait for each other would wait for ever, as PostgreSQL cannot see it.
LOCK_TIMEOUT = '5s'

# Everything this process may remember about a database. Append what must be forgotten when it is replaced.
FORGET = [
    ContentType.objects.clear_cache,
    clear_config,
    # NetBox and netbox-branching drop what belongs to one request, such as the objects deleted in it.
    lambda: request_finished.send(sender=None),
    # Class generations are told apart by tokens, which begin anew with each clone.
    registry.forget_worlds,
    retired.forget,
]

# What processes of one database share.
FORGET_TOGETHER = [cache.clear, lambda: get_connection('default').flushdb()]

# Django lists the connections of DATABASES only, and the ones of branches are not in there.
_opened = WeakSet()


def _remember(connection, **kwargs):
    _opened.add(connection)


connection_created.connect(_remember)


class TestDatabase:
    """Clones the template, knows whether the clone still equals it, and replaces it if not."""

    __test__ = False  # It is no test case, whatever its name says.

    def __init__(self, name):
        self.name = name
        self.template = None
        self.is_dirty = True
        self.beginnings = {}
        # What the functions of beginnings returned.
        self.made = {}
        self.copies = []

    def replace(self, *beginning):
        """
        Put a new clone in place of the database, and forget what this process knows about the old one.

        Args:
            beginning: functions that bring a new database to where tests begin; called once, and cloned from then on
        """
        self.template = self.template or _make_template()
        self._clone(self._beginning(beginning))
        self.is_dirty = False

    def _beginning(self, makers):
        """Return the name of a database in which functions have been called, each of which is called once."""
        if not makers:
            return self.template
        if makers not in self.beginnings:
            *before, make = makers
            self._clone(self._beginning(tuple(before)))
            self.made[make] = make()
            close_connections()
            name = f'{self.name}_{len(self.beginnings)}'
            database.clone(name, self.name, in_memory=True)
            self.beginnings[makers] = name
        return self.beginnings[makers]

    def each(self, values):
        """
        Yield each value with the database as it is now: what a test did before is done once.

        What the test remembers of the database by itself, such as instances, is not put back.
        """
        close_connections()
        copy = f'{self.name}_copy_{len(self.copies)}'
        database.clone(copy, self.name, in_memory=True)
        self.copies.append(copy)
        try:
            for number, value in enumerate(values):
                if number:
                    self._clone(copy)
                print(f'With {value}:')
                yield value
        finally:
            self.copies.remove(copy)
            database.drop(copy)

    def _clone(self, source):
        close_connections()
        database.clone(self.name, source, in_memory=True, lock_timeout=LOCK_TIMEOUT)
        for forget in FORGET + FORGET_TOGETHER:
            forget()

    def replace_if_dirty(self):
        if self.is_dirty:
            self.replace()

    def mark_dirty(self):
        """Say that something is committed, so that the next test with a database gets a new clone."""
        self.is_dirty = True

    def drop(self):
        if self.template:
            close_connections()
            for name in (self.name, *self.beginnings.values()):
                database.drop(name)
            self.beginnings.clear()


TEST_DATABASE = TestDatabase(DATABASE)


def _make_template():
    services.start()
    return database.ensure_template()


def close_connections():
    """Close the connections of this thread, in branches, too, with the transactions a failed test left open.

    Connections of other threads and processes are cut by the server when it drops the database.
    """
    for connection in list(_opened):
        # It belongs to another thread, which Django tells only if no event loop runs in this one.
        with suppress(DatabaseError, SynchronousOnlyOperation):
            connection.close()
            _opened.discard(connection)
            with suppress(AttributeError):  # It was opened beside Django's own, so Django does not know it.
                del connections[connection.alias]
