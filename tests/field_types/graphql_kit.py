"""What GraphQL's schema says of a field, and how values, filters and orders of it are compared with what REST gives."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation

KINDS = """query ($name: String!) { __type(name: $name) { kind possibleTypes { name }
    fields { name type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
    inputFields { name type { name kind } } } }"""


# As many lists as one query may name.
ALIASES = 10


def belongs(name: str, field: str) -> bool:
    """Whether something in the schema is about a field."""
    return name == field or name.startswith(f'{field}_')


def selection(graphql, type_id: int, fields: Iterable[str]) -> str:
    """Return what is selected of the attributes of some fields, as far as one must say it."""
    parts = []
    for found in graphql(KINDS, name=f'Table{type_id}ModelType')['__type']['fields']:
        if not any(belongs(found['name'], field) for field in fields):
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


def inputs(graphql, type_id: int, kind: str, fields: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return {field: {input: name of its type}} of the filters or the order (`kind`) of a type."""
    found = graphql(KINDS, name=f'Table{type_id}Model{kind}')['__type']['inputFields']
    return {
        field: {one['name']: one['type']['name'] for one in found if belongs(one['name'], field)} for field in fields
    }


def lists(graphql, root: str, variables: dict[str, str], wanted: dict[str, dict]) -> Iterator[tuple[str, list[str]]]:
    """
    Yield the titles of several lists, by as few queries as NetBox allows.

    Args:
        root: the field of the query
        variables: {argument: name of its type}
        wanted: {name of the list: {argument: value}}
    """
    names = [*wanted]
    for start in range(0, len(names), ALIASES):
        some = names[start : start + ALIASES]
        values = {f'{name}_{argument}': value for name in some for argument, value in wanted[name].items()}
        declared = ', '.join(f'${key}: {variables[key.rpartition("_")[2]]}' for key in values)
        parts = (
            f'{name}: {root}({", ".join(f"{argument}: ${name}_{argument}" for argument in wanted[name])}) {{ title }}'
            for name in some
        )
        answer = graphql(f'query ({declared}) {{ {" ".join(parts)} }}', **values)
        for name in some:
            yield name, [row['title'] for row in answer[name]]
