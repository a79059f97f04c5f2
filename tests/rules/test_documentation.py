"""What docs/rules.md says of expressions is so."""

import re
from types import SimpleNamespace

import pytest

from dev.paths import ROOT
from netbox_custom_objects.definitions import (
    CONDITIONS,
    ConstraintDefinition,
    FieldDefinition,
    TargetRef,
    TypeDefinition,
)
from netbox_custom_objects.expressions.typed import (
    InvalidExpression,
    Scope,
    Term,
    check,
    evaluate,
    kinds,
    parse,
    stored_form,
)
from netbox_custom_objects.expressions.typed.functions import FUNCTIONS
from netbox_custom_objects.expressions.typed.kinds import NULL, list_of, reference_to
from netbox_custom_objects.field_types.constraints import checked_condition, compile_constraint, scope_of
from netbox_custom_objects.field_types.rollup import check_condition
from netbox_custom_objects.runtime.classes.conditions import Conditions

TEXT = (ROOT / 'docs' / 'rules.md').read_text()
KINDS = {'multiselect': list_of(kinds.TEXT), 'object': reference_to('dcim.device')}
CELL = re.compile(r'(?<!\\)\|')


def rows(heading, level='##'):
    """Return the cells of the table below a heading, as a reader sees them."""
    part = TEXT.split(f'{level} {heading} ')[1].split(f'\n{level} ')[0]
    return rows_of('|', part)


def rows_of(head, text=TEXT):
    """Return the cells of the first table whose head begins so."""
    table = re.search(rf'^{re.escape(head)}.*\n\|[-|]+\n((?:\|.*\n)+)', text, re.MULTILINE)[1]
    lines = [CELL.split(line.strip('|')) for line in table.splitlines()]
    return [[cell.strip().replace('\\|', '|').strip('`') for cell in line] for line in lines]


def test_examples(db):
    fields = rows('The language')
    terms = [
        Term(str(number), name, KINDS.get(type_, kinds.Kind(type_)), name)
        for number, (name, type_, _value) in enumerate(fields)
    ]
    scope = Scope(terms)
    row = {term.key: value_of(cell) for term, (_name, _type, cell) in zip(terms, fields)}
    examples = rows('Operators and functions') + rows('Null')
    assert len(examples) > 50
    found = evaluate([check(parse(source), scope) for source, _value in examples], [row], 'default')[0]
    for (source, cell), value in zip(examples, found):
        assert value == value_of(cell), source
    said = ' '.join(source for source, _value in examples) + TEXT
    assert not {name for name in FUNCTIONS if f'{name}(' not in said}


def value_of(cell):
    """Return the value of a constant."""
    if cell.startswith('['):
        return re.findall(r"'(.*?)'", cell)
    node = parse(cell)
    if node.op == 'null':
        return None
    typed = check(node, Scope([]))
    return -typed.args[0].value if typed.op == 'negative' else typed.value


def test_the_error():
    shown = re.search(r'```text\n(Line.*)\n```', TEXT)[1]
    with pytest.raises(InvalidExpression) as caught:
        check(parse('nmae == null'), Scope([Term('1', 'name', kinds.TEXT, 'name')]))
    assert str(caught.value) == shown


def test_constraints():
    """Each example can be enforced by a type that has its fields."""
    names = {
        'device': 'object', 'virtual_machine': 'object', 'site': 'object', 'remote_address': 'ip_address',
        'name': 'text', 'asset_tag': 'text', 'owner_name': 'text', 'start': 'date', 'end': 'date',
    }  # fmt: skip
    target = (TargetRef('dcim', 'site'),)
    fields = [
        FieldDefinition(pk, 5, name, type_, f'{name}__{pk}', targets=target if type_ == 'object' else ())
        for pk, (name, type_) in enumerate(names.items(), 1)
    ]
    definition = TypeDefinition(5, 'thing', 'thing', fields=tuple(fields))
    ids = {field.name: field.id for field in fields}
    examples = rows_of('| Rule |')
    assert len(examples) == 5
    for pk, (_rule, type_, says) in enumerate(examples, 1):
        parts = re.findall(r'[a-z_]+(?: == null)?', says)
        if type_ == 'check':
            rule = ConstraintDefinition(pk, 5, '', 'check', expression=stored_form(says, scope_of(definition)))
        else:
            condition = parts[parts.index('condition') + 1] if 'condition' in parts else ''
            found = tuple(ids[part] for part in parts if part in ids)
            stored = stored_form(condition, scope_of(definition)) if condition else ''
            rule = ConstraintDefinition(pk, 5, '', 'unique', found, 'case_insensitive' in parts, condition=stored)
            assert found
        assert compile_constraint(rule, definition).body


def test_conditions_of_rollups():
    kind_of = {'cancelled': 'boolean', 'paid': 'boolean', 'due': 'date', 'delivered': 'date', 'kind': 'text'}
    fields = [FieldDefinition(pk, 6, name, kind_of[name], f'{name}__{pk}') for pk, name in enumerate(kind_of, 1)]
    examples = rows_of('| Rollup of an invoice')
    assert len(examples) == 3
    for _rollup, condition in examples:
        assert check_condition(parse(condition), fields).kind == kinds.BOOLEAN


def test_conditions(db):
    """Each example holds together, and the table shows what true, false and null lead to."""
    types = {'slots': 'integer', 'end': 'date', 'active': 'boolean'}
    names = ('status', 'role', 'asset_tag', *types)
    fields = [FieldDefinition(pk, 5, name, types.get(name, 'text'), name) for pk, name in enumerate(names, 1)]
    definition = TypeDefinition(5, 'thing', 'thing', fields=tuple(fields))
    scope = scope_of(definition)
    examples = rows_of('| What is wanted |')
    assert {attribute for _text, attribute, _source in examples} == set(CONDITIONS)
    for _text, _attribute, source in examples:
        assert checked_condition(stored_form(source, scope), scope)
    table = {line[0]: line[1:] for line in rows_of('| Attribute | true |')}
    assert table.keys() == set(CONDITIONS)
    for name, cells in table.items():
        field = FieldDefinition(9, 5, 'field', 'text', 'field', required=name == 'visible_if', **{name: '$6'})
        conditions = Conditions(name='conditions', definition=definition.with_fields([*fields, field]))
        for active, cell in zip((True, False, None), cells, strict=True):
            thing = SimpleNamespace(active=active)
            state = conditions.states([(thing, thing)], 'default')[0][9]
            assert state.is_visible == ('hide' not in cell)
            assert state.is_editable == ('refused' not in cell)
            assert state.is_required == (name != 'editable_if' and active is True)
            if name != 'editable_if':
                assert ('no value is required' in cell) == (not state.is_required)


def test_null_has_no_kind_of_its_own():
    """The table of values names every kind but those that no field has."""
    named = {line[0] for line in rows('Values')}
    assert named >= {kind.name for kind in kinds.SCALARS if kind != NULL} | {'list', 'object'}
