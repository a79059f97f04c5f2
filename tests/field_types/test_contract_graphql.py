"""The contract of every field type in GraphQL: values come out as REST gives them, and are filtered and sorted by."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

import pytest

from tests.field_types.case import NAME, resolve
from tests.field_types.cases import SAMPLED
from tests.surfaces.graphql import GraphQL

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize('case', SAMPLED, ids=str, scope='module')]

KINDS = """query ($name: String!) { __type(name: $name) { kind possibleTypes { name }
    fields { name type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
    inputFields { name type { name kind } } } }"""


@pytest.fixture
def graphql(made, db):
    graphql = GraphQL()
    graphql.client.cookies = made.cookies
    return graphql


def selection(graphql, kit) -> str:
    """Return what is selected of the attributes of the field, as far as one must say it."""
    parts = []
    for found in graphql(KINDS, name=f'Table{kit.type.pk}ModelType')['__type']['fields']:
        if not found['name'].startswith(NAME):
            continue
        named = found['type']
        while named.get('ofType'):
            named = named['ofType']
        parts.append(f'{found["name"]} {below(graphql, named)}')
    assert parts
    return ' '.join(parts)


def below(graphql, named) -> str:
    if named['kind'] == 'OBJECT':
        return '{ value label }' if named['name'] == 'CustomObjectChoiceType' else '{ id }'
    if named['kind'] == 'UNION':
        types = graphql(KINDS, name=named['name'])['__type']['possibleTypes']
        members = (
            f'... on {found["name"]} {{ id }}' for found in types if found['name'] != 'CustomObjectRelatedObjectType'
        )
        return f'{{ {" ".join(members)} }}'
    return ''


def plain(value):
    """Return a value in one notation, whether REST or GraphQL has given it."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict) and 'id' in value:
        return str(value['id'])
    if isinstance(value, dict) and 'label' in value:
        return value['value'], value['label']
    if isinstance(value, (dict, bool)):
        return value
    if isinstance(value, str) and 'T' in value:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return value


def test_values(graphql, kit, case):
    kit.make_samples()
    query = f'{{ custom_objects_thing_list(order: {{id: ASC}}) {{ title {selection(graphql, kit)} }} }}'
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
    names = selection(graphql, kit)
    rows = graphql(f'{{ custom_objects_thing_list(order: {{id: ASC}}) {{ title {names} }} }}')
    rows = rows['custom_objects_thing_list']
    inputs = graphql(KINDS, name=f'Table{kit.type.pk}ModelFilter')['__type']['inputFields']
    filters = {found['name']: found['type']['name'] for found in inputs if found['name'].startswith(NAME)}
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
    inputs = graphql(KINDS, name=f'Table{kit.type.pk}ModelFilter')['__type']['inputFields']
    assert not [found['name'] for found in inputs if found['name'].startswith(NAME)]


def holds(value, wanted, lookup) -> bool:
    """Whether a value is found by what is wanted: lists are, if they hold all of its items."""
    if lookup.endswith('ArrayLookup'):
        return value is not None and all(item in value for item in wanted)
    return value == wanted


def condition_on(value, lookup):
    """Return what finds objects with a value, None if nothing is known of the lookup."""
    if value is None or lookup == 'JSONFilter':
        return None
    if lookup.endswith('ArrayLookup'):
        items = [item['value'] if isinstance(item, dict) else item for item in value]
        return {'contains': items} if items else None
    if lookup.endswith('Lookup'):
        return {'exact': value['value'] if isinstance(value, dict) else value}
    if lookup.endswith('Filter') and isinstance(value, dict) and 'id' in value:
        return {'id': {'exact': value['id']}}
    return None


def test_order(graphql, kit, case):
    if case.order is None:
        return
    kit.make_samples()
    name = next(
        (found['name'] for found in graphql(KINDS, name=f'Table{kit.type.pk}ModelOrder')['__type']['inputFields']
         if found['name'].startswith(NAME)), None,
    )  # fmt: skip
    assert name
    for direction, order in (('ASC', case.order), ('DESC', [*reversed(case.order)])):
        query = f'{{ custom_objects_thing_list(order: {{{name}: {direction}}}) {{ title }} }}'
        found = [row['title'] for row in graphql(query)['custom_objects_thing_list']]
        assert [title for title in found if title != 'null'] == [str(number) for number in order]
