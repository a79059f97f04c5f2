"""Laws of the pure half (architecture, chapter 6): whatever the definitions are, a plan leads there and back."""

from hypothesis import given
from hypothesis import strategies as st

from netbox_custom_objects.ddl.diff import diff
from netbox_custom_objects.ddl.plan import simulate
from netbox_custom_objects.ddl.spec import Schema
from netbox_custom_objects.definitions import fingerprint
from netbox_custom_objects.field_types import compile_type
from netbox_custom_objects.runtime.classes.world import World, components
from tests.support.strategies import schemas, types, worlds

NOW = '2026-01-01T00:00:00+00:00'


def live_columns(schema: Schema):
    """What readers and writers of a schema can see."""
    return {table.name: set(table.live_columns) for table in schema.tables if not table.retired}


def live_indexes(schema: Schema):
    """The indexes that cover columns in use: others are kept only in case their columns come back."""
    return {
        table.name: {index for index in table.indexes if any(not table.column(name).retired for name in index.columns)}
        for table in schema.tables
        if not table.retired
    }


def live(schema: Schema):
    return live_columns(schema), live_indexes(schema)


both = st.one_of(
    st.tuples(schemas(retired=True), schemas(retired=False)),
    st.tuples(types().map(compile_type), types().map(compile_type)),
)


@given(both)
def test_simulating_a_difference_leads_to_what_is_desired(pair):
    actual, desired = pair
    assert live(simulate(diff(actual, desired, now=NOW), actual)) == live(desired)


@given(both)
def test_nothing_is_lost_on_the_way(pair):
    """Every table and column that was there still is, retired or not (decision 3); what is calculated can be again."""
    actual, desired = pair
    after = simulate(diff(actual, desired, now=NOW), actual)
    for table in actual.tables:
        kept = {column.name for column in table.columns if not column.generated}
        assert kept <= {column.name for column in after.table(table.name).columns}


@given(both)
def test_a_second_difference_is_empty(pair):
    actual, desired = pair
    after = simulate(diff(actual, desired, now=NOW), actual)
    assert not diff(after, desired, now=NOW)


@given(schemas(retired=False))
def test_a_schema_does_not_differ_from_itself(schema):
    assert not diff(schema, schema, now=NOW)


@given(both)
def test_the_inverse_of_a_plan_leads_back(pair):
    actual, desired = pair
    plan = diff(actual, desired, now=NOW)
    assert live(simulate(plan.inverse(), simulate(plan, actual))) == live(actual)


@given(both)
def test_a_plan_says_what_it_does(pair):
    plan = diff(*pair, now=NOW)
    assert all(sentence.endswith('.') for sentence in plan.describe())
    assert plan.destructive == any('Retire' in sentence for sentence in plan.describe())


@given(types())
def test_compiling_is_deterministic(definition):
    again = definition.with_fields(reversed(definition.fields))
    assert compile_type(again) == compile_type(definition)
    assert fingerprint(again) == fingerprint(definition)
    names = [column.name for table in compile_type(definition).tables for column in table.columns]
    assert all(
        name in ('id', 'created', 'last_updated', 'owner_id', 'source_id', 'target_id') or 'f_' in name
        for name in names
    )


@given(worlds())
def test_components_partition_the_types(definitions):
    found = list(components(definitions))
    ids = [definition.id for component in found for definition in component]
    assert sorted(ids) == sorted(definitions)
    home = {definition.id: index for index, component in enumerate(found) for definition in component}
    for definition in definitions.values():
        for target in definition.referenced_type_ids & set(definitions):
            assert home[target] == home[definition.id]
    for component in found:
        assert is_connected(component)


def is_connected(component) -> bool:
    edges = {definition.id: definition.referenced_type_ids for definition in component}
    reached, waiting = set(), [component[0].id]
    while waiting:
        pk = waiting.pop()
        if pk not in reached:
            reached.add(pk)
            waiting += [other for other in edges if other in edges[pk] or pk in edges[other]]
    return reached == set(edges)


@given(worlds(), worlds())
def test_worlds_share_the_islands_that_they_agree_on(one, two):
    first, second = World(one), World(two)
    for type_id in one:
        same = first.island(type_id).definitions == (second.island(type_id) and second.island(type_id).definitions)
        assert (first.island(type_id) is second.island(type_id)) == same
        assert first.model(type_id)._definition == one[type_id]
    assert World(dict(one)).islands == first.islands
