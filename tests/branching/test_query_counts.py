"""What a replayed object costs: counted statements, which no busy machine can change."""

from contextlib import ExitStack

import pytest
from django.db import connections

from tenancy.models import Tenant

from tests.support.branches import STRATEGIES, close
from tests.support.factories import make_field, make_object, make_type

FEW, MANY = 2, 6
# Beyond a tenant's, a custom object's change is checked for what its fields refer to, and cleared from two caches.
MERGE_SURPLUS = 6
FIELD_SURPLUS = 4


@pytest.fixture
def statements():
    """Return what tells which statements a call runs, over main's connection and those of some branches."""

    def run(call, *branches):
        seen = []

        def note(execute, sql, params, many, context):
            seen.append(str(sql))
            return execute(sql, params, many, context)

        with ExitStack() as stack:
            for alias in ('default', *(branch.connection_name for branch in branches)):
                stack.enter_context(connections[alias].execute_wrapper(note))
            call()
        return seen

    return run


def fill_with_tenants(number, count):
    for index in range(count):
        name = f'tenant {number} {index}'
        tenant = Tenant(name=name, slug=name.replace(' ', '-'))
        tenant.full_clean()
        tenant.save()


def fill_with_objects(number, count):
    kind = make_type(f'kind_{number}', fields=[('name', 'text'), ('amount', 'integer'), ('since', 'date')])
    for index in range(count):
        make_object(kind, name=f'{index}', amount=index)


def fill_with_fields(number, count):
    kinds = [make_type(f'wide_{number}_{index}') for index in range(2)]
    for index in range(count):
        make_field(
            kinds[0],
            f'field_{index}',
            'multiobject' if index % 2 else 'text',
            **({'target': kinds[1]} if index % 2 else {}),
        )


class Fill:
    """Two branches that hold few and many of something, merged and reverted while statements are counted."""

    def __init__(self, lab, statements, fill):
        self.lab, self.statements, self.branches = lab, statements, []
        for number, count in enumerate((FEW, MANY)):
            branch = lab.branch(f'{fill.__name__} {number}')
            with lab.request(branch):
                fill(number, count)
            close(branch)
            self.branches.append(branch)

    def per_object(self, strategy):
        """Return (merged, reverted): how many statements one object more costs."""
        few, many = (self._count(branch, strategy) for branch in self.branches)
        return tuple((large - small) / (MANY - FEW) for small, large in zip(few, many, strict=True))

    def _count(self, branch, strategy):
        merged = self.statements(lambda: self.lab.merge(branch, strategy), branch)
        reverted = self.statements(lambda: self.lab.revert(branch), branch)
        close(branch)
        return len(merged), len(reverted)


def test_what_is_replayed_costs_hardly_more_than_a_tenant(lab, statements):
    """What a field is validated against is in memory, and the table of a type is made once for all of them."""
    tenants, objects, fields = (
        Fill(lab, statements, fill) for fill in (fill_with_tenants, fill_with_objects, fill_with_fields)
    )
    # The first fills caches.
    tenants.per_object(STRATEGIES[0])
    for strategy in STRATEGIES:
        merged_tenant, reverted_tenant = tenants.per_object(strategy)
        merged, reverted = objects.per_object(strategy)
        assert merged <= merged_tenant + MERGE_SURPLUS, strategy
        assert reverted <= reverted_tenant, strategy
        merged, _ = fields.per_object(strategy)
        assert merged <= merged_tenant + FIELD_SURPLUS, (strategy, merged, merged_tenant)
