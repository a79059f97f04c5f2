"""What a replayed object costs: counted statements, which no busy machine can change."""

from contextlib import ExitStack

import pytest
from django.db import connections

from tenancy.models import Tenant

from tests.support.branches import close
from tests.support.factories import make_field, make_object, make_type

FEW, MANY = 2, 8
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


def per_object(lab, statements, fill, strategy):
    """Return (merged, reverted): how many statements one object more costs."""
    counts = []
    for number, count in enumerate((FEW, FEW, MANY)):
        branch = lab.branch(f'branch {fill.__name__} {number}')
        with lab.request(branch):
            fill(number, count)
        merged = len(statements(lambda branch=branch: lab.merge(branch, strategy), branch))
        reverted = len(statements(lambda branch=branch: lab.revert(branch), branch))
        counts.append((merged, reverted))
        close(branch)
    # The first fills caches.
    _, few, many = counts
    return tuple((large - small) / (MANY - FEW) for small, large in zip(few, many, strict=True))


def test_replayed_object_costs_hardly_more_than_a_tenant(lab, statements, strategy):
    merged_tenant, reverted_tenant = per_object(lab, statements, fill_with_tenants, strategy)
    merged, reverted = per_object(lab, statements, fill_with_objects, strategy)
    assert merged <= merged_tenant + MERGE_SURPLUS
    assert reverted <= reverted_tenant


def test_replayed_field_costs_hardly_more_than_a_tenant(lab, statements, strategy):
    """What a field is validated against is in memory, and the table of a type is made once for all of them."""
    merged_tenant, _ = per_object(lab, statements, fill_with_tenants, strategy)
    merged, _ = per_object(lab, statements, fill_with_fields, strategy)
    assert merged <= merged_tenant + FIELD_SURPLUS, (merged, merged_tenant)
