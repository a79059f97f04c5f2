"""The contract of every field type in GraphQL: values come out as REST gives them, and are filtered and sorted by."""

import pytest

from tests.field_types.case import NAME, resolve
from tests.field_types.cases import SAMPLED
from tests.field_types.graphql_kit import condition_on, holds, inputs, plain, selection
from tests.surfaces.graphql import GraphQL

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize('case', SAMPLED, ids=str, scope='module')]


@pytest.fixture
def graphql(made, db):
    graphql = GraphQL()
    graphql.client.cookies = made.cookies
    return graphql


def test_values(graphql, kit, case):
    kit.make_samples()
    query = f'{{ custom_objects_thing_list(order: {{id: ASC}}) {{ title {selection(graphql, kit.type.pk, [NAME])} }} }}'
    *found, nothing = graphql(query)['custom_objects_thing_list']
    for row, sample in zip(found, case.samples, strict=True):
        reads = resolve(sample.reads)
        for name, value in row.items():
            if name in reads:
                assert plain(value) == plain(reads[name])
    assert nothing['title'] == 'null'
    assert not any(value for name, value in nothing.items() if name != 'title')


def test_filters(graphql, kit, case):
    """Every sample is found by what was read of it, if the type has such a filter; without filter logic, none is."""
    kit.make_samples()
    names = selection(graphql, kit.type.pk, [NAME])
    rows = graphql(f'{{ custom_objects_thing_list(order: {{id: ASC}}) {{ title {names} }} }}')
    rows = rows['custom_objects_thing_list']
    filters = inputs(graphql, kit.type.pk, 'Filter', [NAME])[NAME]
    assert filters
    query = """query ($filters: Table%dModelFilter) { custom_objects_thing_list(filters: $filters) { title } }"""
    for name, lookup in filters.items():
        for row in rows[:-1]:
            condition = condition_on(row.get(name), lookup)
            if condition is not None:
                found = graphql(query % kit.type.pk, filters={name: condition})['custom_objects_thing_list']
                same = [other['title'] for other in rows if holds(other.get(name), row[name], lookup)]
                assert [other['title'] for other in found] == same, (name, condition)
    kit.edit(filter_logic='disabled')
    assert not inputs(graphql, kit.type.pk, 'Filter', [NAME])[NAME]


def test_order(graphql, kit, case):
    if case.order is None:
        return
    kit.make_samples()
    name = next(iter(inputs(graphql, kit.type.pk, 'Order', [NAME])[NAME]))
    for direction, order in (('ASC', case.order), ('DESC', [*reversed(case.order)])):
        query = f'{{ custom_objects_thing_list(order: {{{name}: {direction}}}) {{ title }} }}'
        found = [row['title'] for row in graphql(query)['custom_objects_thing_list']]
        assert [title for title in found if title != 'null'] == [str(number) for number in order]
