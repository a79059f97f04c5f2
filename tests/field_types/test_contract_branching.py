"""The contract of every field type in branches: one type with all of them, in one branch for each strategy."""

import pytest

from netbox_custom_objects.models import CustomObjectType
from tests.field_types.case import NAME, resolve
from tests.field_types.everything import Everything
from tests.field_types.graphql_kit import belongs, condition_on, inputs, lists, plain, selection
from tests.field_types.graphql_kit import holds as holds_value
from tests.support.beginnings import begins_with
from tests.support.branches import Lab, assert_schema_is_clean
from tests.surfaces.graphql import GraphQL


def make_everything():
    with Lab().request():
        made = Everything()
        for title in ('edited', 'cleared', 'deleted', 'untouched'):
            made.write(title, 0)
        made.write('filled', None)


@pytest.fixture
@begins_with(make_everything)
def everything(lab):
    return Everything(CustomObjectType.objects.get(name='everything'))


def test_values_are_merged_and_reverted(lab, everything, branch, strategies):
    in_branch = GraphQL(lab.user, **{'X-NetBox-Branch': branch.schema_id})
    before = {'edited': 0, 'cleared': 0, 'deleted': 0, 'untouched': 0, 'filled': None}
    after = {'edited': 1, 'cleared': None, 'untouched': 0, 'filled': 0, 'created': 1, 'created and edited': 0}
    with lab.request(branch):
        everything.write('created', 1)
        everything.write('created and edited', 1)
    with lab.request(branch):
        everything.write('edited', 1)
        everything.write('cleared', None)
        everything.write('filled', 0)
        everything.write('created and edited', 0)
        everything.model.objects.get(title='deleted').delete()
        holds(everything, after)
    shows(in_branch, everything, after)
    in_main = GraphQL(lab.user)
    with lab.request():
        holds(everything, before)
    shows(in_main, everything, before)
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            holds(everything, after)
            assert_schema_is_clean()
        shows(in_main, everything, after)
        lab.revert(branch)
        with lab.request():
            holds(everything, before)
            assert_schema_is_clean()
        shows(in_main, everything, before)
        lab.merge(branch, strategy)
        with lab.request():
            holds(everything, after)


def test_fields_added_in_a_branch_arrive_with_their_values(lab, branch, strategies):
    with lab.request(branch):
        everything = Everything()
        everything.write('one', 0)
        everything.write('one', 1)
        everything.write('empty', None)
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            holds(everything, {'one': 1, 'empty': None})
            assert_schema_is_clean()
        lab.revert(branch)
        with lab.request():
            assert not everything.model.objects.exists()


def shows(graphql, everything, wanted):
    """Assert that GraphQL gives what `holds` asserts, by one query, and that it filters and sorts by each field."""
    type_id, names = everything.type.pk, [*everything.cases]
    root = 'custom_objects_everything_list'
    rows = graphql(f'{{ {root} {{ title {selection(graphql, type_id, names)} }} }}')[root]
    rows = {row['title']: row for row in rows}
    assert rows.keys() == wanted.keys()
    for name, case in everything.cases.items():
        # What belongs to a value, such as a title, is not written here.
        reads = [
            {
                key.replace(NAME, name, 1): plain(value)
                for key, value in resolve(sample.reads).items()
                if key not in sample.extra
            }
            for sample in case.samples
        ]
        for title, row in rows.items():
            for key, value in row.items():
                if not belongs(key, name):
                    continue
                if wanted[title] is None:
                    assert not value, (title, key)
                elif key in reads[wanted[title]]:
                    assert plain(value) == reads[wanted[title]][key], (title, key)
    filters = {}
    for found in inputs(graphql, type_id, 'Filter', names).values():
        for name, lookup in found.items():
            if condition := condition_on(rows['untouched'].get(name), lookup):
                filters[name] = {name: condition}
    variables = {'filters': f'Table{type_id}ModelFilter', 'order': f'[Table{type_id}ModelOrder!]'}
    asked = {name: {'filters': value} for name, value in filters.items()}
    for name, titles in lists(graphql, root, variables, asked):
        lookup = 'ArrayLookup' if 'contains' in filters[name][name] else ''
        value = rows['untouched'][name]
        assert set(titles) == {title for title, row in rows.items() if holds_value(row[name], value, lookup)}, name
    orders = inputs(graphql, type_id, 'Order', names)
    sorted_by = {name: next(iter(orders[name])) for name, case in everything.cases.items() if case.order is not None}
    asked = {name: {'order': [{key: 'ASC'}]} for name, key in sorted_by.items()}
    for name, titles in lists(graphql, root, variables, asked):
        order = [wanted[title] for title in titles]
        assert order == sorted(order, key=[*everything.cases[name].order, None].index), name


def holds(everything, wanted):
    """Assert which objects there are, and the number of the sample that each of them holds."""
    assert set(everything.model.objects.values_list('title', flat=True)) == set(wanted)
    for title, sample in wanted.items():
        assert everything.read(title) == everything.holding(sample), title
