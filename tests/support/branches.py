"""Works in main and in branches as separate requests do, and merges, synchronises and reverts."""

import uuid
from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.core.signals import request_finished
from django.db import connections
from django.test import RequestFactory

from netbox.context_managers import event_tracking
from netbox_branching.models import Branch
from netbox_branching.utilities import activate_branch, deactivate_branch

from netbox_custom_objects.ddl.introspect import introspect_all
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.field_types import compile_type
from netbox_custom_objects.models.rows.loader import load_definitions
from netbox_custom_objects.runtime.context import pinned
from tests.support import spare

STRATEGIES = ('iterative', 'squash')


class Lab:
    """One user, main, and any number of branches. Needs the `fresh_database` fixture."""

    def __init__(self):
        users = get_user_model().objects
        self.user = users.filter(username='engineer').first() or users.create_superuser('engineer')

    @contextmanager
    def request(self, branch=None):
        """Do as one request does: in main, or in a branch."""
        request = RequestFactory().get('/')
        request.id = uuid.uuid4()
        request.user = self.user
        active = activate_branch(branch) if branch else deactivate_branch()
        with pinned(), active, event_tracking(request):
            yield request
        # NetBox forgets which deletions it has logged when a request ends.
        request_finished.send(sender=None)

    def branch(self, name='branch'):
        """Create and provision a branch."""
        branch = Branch(name=name)
        branch.save(provision=False)
        with spare.taken(branch):
            branch.provision(user=self.user)
        return self.fresh(branch)

    def fresh(self, branch):
        """Return a new instance: branches cache what they know of themselves."""
        return Branch.objects.get(pk=branch.pk)

    def merge(self, branch, strategy='iterative', commit=True):
        branch = self.fresh(branch)
        branch.merge_strategy = strategy
        branch.save()
        branch.merge(user=self.user, commit=commit)
        request_finished.send(sender=None)
        assert self.fresh(branch).status == 'merged'

    def revert(self, branch):
        self.fresh(branch).revert(user=self.user)
        request_finished.send(sender=None)
        assert self.fresh(branch).status == 'ready'

    def sync(self, branch):
        self.fresh(branch).sync(user=self.user)
        request_finished.send(sender=None)


def make_spare():
    """What tests begin with that ask for `spare`, while main is empty."""
    branch = Lab().branch()
    close(branch)
    spare.keep_as_spare(branch)


def make_branch():
    """What tests begin with that ask for `branch`: main is empty, and provisioning it costs a second."""
    close(Lab().branch())


def edit(instance, **values):
    """Change an object as a form does: remember its state, set, validate, save."""
    instance.snapshot()
    for name, value in values.items():
        setattr(instance, name, value)
    instance.full_clean()
    instance.save()
    return instance


def delete(instance):
    instance.snapshot()
    instance.delete()


def assert_schema_is_clean(alias='default'):
    """What the catalog holds is what the definitions ask for, retired things aside; and no link hangs in the air."""
    target = Target.for_alias(alias)
    definitions, found = load_definitions(alias), introspect_all(target)
    for type_id, definition in definitions.items():
        actual = found[type_id]
        for table in compile_type(definition).tables:
            existing = actual.table(table.name)
            assert existing is not None, table.name
            assert not existing.retired, table.name
            assert set(existing.live_columns) == set(table.columns), table.name
            assert set(table.indexes) <= set(existing.indexes), table.name
            assert set(table.checks) == set(existing.checks), table.name
    for type_id, schema in found.items():
        if type_id not in definitions:
            assert all(table.retired for table in schema.tables), type_id


def rows(model, *fields, alias=None):
    """Return the rows of a model as a sorted list of tuples of attributes."""
    objects = model.objects.using(alias) if alias else model.objects
    return sorted(objects.values_list(*fields))


def close(branch):
    connections[branch.connection_name].close()
