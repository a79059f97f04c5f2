"""Hypothesis strategies: random field, type and schema definitions that could come from rows."""

from hypothesis import strategies as st

from netbox_custom_objects.choices import ArrayElementTypeChoices
from netbox_custom_objects.ddl.spec import Column, Index, Schema, Table
from netbox_custom_objects.definitions import (
    ChoiceSetRef,
    FieldDefinition,
    TargetRef,
    TypeDefinition,
    canonical_json,
    model_name,
    payload_key,
)
from netbox_custom_objects.field_types import FIELD_TYPES

TYPE_IDS = range(1, 7)
DEFAULTS = {'text': 'x', 'integer': 5, 'boolean': False, 'json': {'a': [1]}, 'decimal': 1.5, 'date': '2026-01-31'}

COMPUTED = [
    {'result_type': 'integer', 'expression': '1 + 2'},
    {'result_type': 'text', 'expression': "lower('A')"},
    {'result_type': 'decimal', 'expression': '1 / 3.0', 'decimal_places': 4},
]

# A few dozen: two sides often use the same name, and drawing one of a regular expression takes ten times as long.
names = st.sampled_from([
    *'abcdefgh0123456789', 'ab', 'a_b', 'a_b_c', 'b_a', 'a1', '1a', '0_0', '00', 'f', 'f_1', 'f_2', 'f_11', 'f_100',
    'title', 'title_2', 'web', 'web_title', 'a_id', 'zzzzzz', 'zzzzzz_999999', 'abcdef_abcdef_abcdef', '12_1_2',
])  # fmt: skip


@st.composite
def fields(draw, field_id: int, type_id: int):
    """One field of a type, of any kind that needs no field of another type."""
    kind = draw(st.sampled_from(sorted(name for name, found in FIELD_TYPES.items() if not found.is_rollup)))
    field_type = FIELD_TYPES[kind]
    attributes = {
        'name': draw(names),
        'weight': draw(st.integers(0, 3)),
        'required': draw(st.booleans()),
        'unique': field_type.unique_allowed and draw(st.booleans()),
    }
    if field_type.is_reference:
        custom = st.sampled_from(TYPE_IDS).map(lambda pk: TargetRef('netbox_custom_objects', model_name(pk)))
        attributes['targets'] = (draw(st.one_of(st.just(TargetRef('dcim', 'site')), custom)),)
    elif field_type.needs_choice_set:
        attributes['choice_set'] = ChoiceSetRef(draw(st.integers(1, 3)), 'v')
    elif field_type.has_elements:
        attributes['element_type'] = draw(st.sampled_from(ArrayElementTypeChoices.values()))
    elif field_type.is_computed:
        attributes |= draw(st.sampled_from(COMPUTED))
    elif field_type.digits_allowed and draw(st.booleans()):
        attributes['decimal_digits'] = draw(st.integers(8, 38))
        attributes['decimal_places'] = draw(st.integers(0, 8))
    elif kind in DEFAULTS and draw(st.booleans()):
        attributes['default_json'] = canonical_json(DEFAULTS[kind])
    return FieldDefinition(
        field_id, type_id, type=kind, payload_key=payload_key(attributes['name'], field_id), **attributes
    )


@st.composite
def types(draw, type_id: int = 5, max_fields: int = 5):
    """One type; its fields have ids of their own and distinct names."""
    ids = draw(st.sets(st.integers(type_id * 100, type_id * 100 + 99), max_size=max_fields))
    made = [draw(fields(pk, type_id)) for pk in sorted(ids)]
    by_name = {field.name: field for field in made}
    return TypeDefinition(type_id, f'type_{type_id}', f'type-{type_id}').with_fields(by_name.values())


@st.composite
def worlds(draw):
    """{type id: definition} of a few types that may refer to one another, and at types that do not exist."""
    ids = draw(st.sets(st.sampled_from(TYPE_IDS)))
    return {pk: draw(types(pk, max_fields=3)) for pk in sorted(ids)}


_retired = st.sampled_from(['', '', '2025-01-01T00:00:00+00:00'])
_columns = st.builds(Column, st.just(''), st.sampled_from(['bigint', 'text', 'jsonb']), retired=_retired)


@st.composite
def tables(draw, name: str, retired: bool):
    """A table as it might be found: some columns and indexes in use, some retired."""
    numbers = sorted(draw(st.sets(st.integers(1, 5))))
    found = [draw(_columns) for _ in numbers]
    columns = [
        Column(f'f_{number}', column.type, retired=column.retired if retired else '')
        for number, column in zip(numbers, found)
    ]
    indexed = draw(st.sets(st.sampled_from([column.name for column in columns]))) if columns else set()
    indexes = [Index(f'{name}_{column}', (column,), draw(st.booleans())) for column in sorted(indexed)]
    return Table(name, (Column('id', 'bigint'), *columns), tuple(indexes), retired=draw(_retired) if retired else '')


@st.composite
def schemas(draw, retired: bool):
    """The tables of a type; `retired` says whether some may be out of use, as in a database but in no definition."""
    return Schema.of(
        draw(tables(name, retired)) for name in sorted(draw(st.sets(st.sampled_from(['t', 't_f_1', 't_f_2']))))
    )
