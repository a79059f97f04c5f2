"""What rules of a type become in PostgreSQL, without a database."""

from dataclasses import replace

import pytest

from netbox_custom_objects.ddl.spec import Check, Index
from netbox_custom_objects.definitions import (
    ChoiceSetRef,
    ConstraintDefinition,
    FieldDefinition,
    TargetRef,
    TypeDefinition,
)
from netbox_custom_objects.expressions.typed import InvalidExpression
from netbox_custom_objects.expressions.typed.kinds import OPAQUE
from netbox_custom_objects.field_types import FIELD_TYPES, compile_type, field_type_of
from netbox_custom_objects.field_types.constraints import compile_constraint, scope_of, scope_of_fields

SITE = (TargetRef('dcim', 'site'),)
KINDS = {
    'text': 'text', 'longtext': 'text', 'url': 'text', 'email': 'text', 'color': 'text', 'select': 'text',
    'integer': 'integer', 'decimal': 'decimal', 'boolean': 'boolean', 'date': 'date', 'datetime': 'datetime',
    'duration': 'duration', 'multiselect': 'list', 'array': 'list', 'object': 'reference', 'ip_address': 'opaque',
    'ip_prefix': 'opaque', 'mac_address': 'opaque', 'json': 'opaque', 'autonumber': 'text',
}  # fmt: skip


def field(pk, name, type='text', **attributes):
    needs = {
        'object': {'targets': SITE}, 'multiobject': {'targets': SITE}, 'array': {'element_type': 'decimal'},
        'select': {'choice_set': ChoiceSetRef(1, '')}, 'multiselect': {'choice_set': ChoiceSetRef(1, '')},
        'computed': {'result_type': 'integer', 'expression': '1 + 2'},
    }  # fmt: skip
    return FieldDefinition(pk, 5, name, type, f'{name}__{pk}', **(needs.get(type, {}) | attributes))


FIELDS = (
    field(7, 'name'), field(8, 'count', 'integer'), field(9, 'site', 'object'), field(10, 'sites', 'multiobject'),
    field(11, 'place', 'object', is_polymorphic=True, targets=(*SITE, TargetRef('dcim', 'rack'))),
    field(12, 'web', 'url'), field(13, 'point', 'coordinates'), field(14, 'until', 'datetime'),
)  # fmt: skip
TYPE = TypeDefinition(5, 'thing', 'thing', fields=FIELDS)


def unique(*field_ids, **attributes):
    return ConstraintDefinition(3, 5, 'rule', 'unique', field_ids, **attributes)


def checked(expression):
    return ConstraintDefinition(4, 5, 'rule', 'check', expression=expression)


@pytest.mark.parametrize(('rule', 'body'), [
    (unique(7, 8), '("f_7", "f_8")'),
    (unique(9, 11), '("f_9", "f_11_type", "f_11_object")'),
    (unique(12), '("f_12")'),
    (unique(13), '("f_13_lat", "f_13_lon")'),
    (unique(8, nulls_distinct=False), '("f_8") NULLS NOT DISTINCT'),
    (unique(7, 8, case_insensitive=True), '((LOWER("f_7" COLLATE "und-x-icu") COLLATE "C"), "f_8")'),
    (unique(7, condition='$9 == null'), '("f_7") WHERE ("f_9" IS NULL)'),
    (unique(7, condition='$11_object != null'), '("f_7") WHERE ("f_11_object" IS NOT NULL)'),
    (checked('$8 > 5'), '("f_8" > (5)::numeric)'),
    (checked("$7 == 'it\\'s 5%' && $13_lat < 1.5"),
     """(("f_7" = ('it''s 5%')::text) AND ("f_13_lat" < (1.5)::numeric))"""),
    (checked("$14 < datetime('2026-01-31T12:00:00Z')"),
     """("f_14" < ('2026-01-31 12:00:00+00:00'::timestamptz)::timestamp with time zone)"""),
])  # fmt: skip
def test_bodies(rule, body):
    assert compile_constraint(rule, TYPE).body == body


def test_names_say_what_is_enforced_by_ids_alone():
    rule = checked('$8 > 5')
    found = compile_constraint(rule, TYPE)
    assert isinstance(found, Check)
    assert found.name.startswith('custom_objects_5_constraint_4_')
    others = replace(TYPE, name='other', fields=[replace(field, name=f'x{field.id}') for field in FIELDS])
    assert compile_constraint(replace(rule, name='other', message='no', expression='$8  > 5 // why'), others) == found
    assert compile_constraint(replace(rule, expression='$8 > 6'), TYPE) != found
    assert compile_constraint(replace(rule, id=5), TYPE) != found


def test_rules_are_part_of_the_table():
    rules = (unique(7, 8), checked('$8 > 5'), checked('$99 > 5'), unique(10), unique(99))
    table = compile_type(replace(TYPE, constraints=rules)).tables[0]
    assert [type(part) for part in (*table.indexes, *table.checks) if '_constraint_' in part.name] == [Index, Check]


@pytest.mark.parametrize(('rule', 'reason'), [
    (checked('$8'), 'must be true or false'),
    (checked('$7 > 5'), 'between text and an integer'),
    (checked('$99 > 5'), 'has been deleted'),
    (checked('$14 < now()'), '“now” cannot be used here'),
    (unique(7, condition='date($14) < today()'), '“today” cannot be used here'),
])  # fmt: skip
def test_what_cannot_be_compiled(rule, reason):
    with pytest.raises(InvalidExpression, match=reason):
        compile_constraint(rule, TYPE)


@pytest.mark.parametrize('type', [*FIELD_TYPES])
def test_kinds_of_field_types(type):
    """Every field type says what its values are to rules, or that they are not stored with the object."""
    found = field(7, 'title', type)
    terms = field_type_of(found).get_terms(found)
    if type in ('multiobject', 'computed', 'rollup'):
        assert terms == ()
        reasons = {'computed': 'computed itself', 'rollup': 'depends on who reads it'}
        reason = reasons.get(type, 'not stored with the object')
        assert reason in str(scope_of_fields((found,)).refused['title'])
    elif type == 'coordinates':
        assert [(term.key, term.name, term.kind.name) for term in terms] == [
            ('7_lat', 'title_latitude', 'decimal'), ('7_lon', 'title_longitude', 'decimal')
        ]  # fmt: skip
    else:
        (term,) = terms
        assert (term.key, term.name, term.kind.name) == ('7', 'title', KINDS[type])
    columns = {column.name for column in field_type_of(found).get_columns(found)}
    assert {f'f_{term.key}' for term in terms} <= columns


def test_a_polymorphic_reference_can_be_compared_with_null():
    assert scope_of(TYPE).by_name['place'].kind == OPAQUE
