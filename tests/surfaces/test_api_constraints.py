"""Endpoint `custom-object-type-constraints/`, and what constraints refuse at the endpoints of objects."""

import html

import pytest

from dcim.models import Site

from netbox_custom_objects.models import CustomObjectTypeConstraint

from ..support.factories import make_choice_set, make_type

CONSTRAINTS = 'custom-object-type-constraints/'


@pytest.fixture
def contract(db):
    return make_type('contract', fields=[
        ('name', 'text'), ('start', 'date'), ('end', 'date'), {'name': 'site', 'type': 'object', 'target': Site},
    ])  # fmt: skip


def test_constraints(rest, contract):
    """Made, shown, renamed fields, changed, refused, deleted."""
    period = rest.post(CONSTRAINTS, {
        'custom_object_type': contract.pk, 'name': 'period', 'type': 'check', 'expression': 'end > start',
        'message': 'The end must be after the start.',
    })  # fmt: skip
    assert (period['fields'], period['expression'], period['condition']) == ([], 'end > start', '')
    name = rest.post(CONSTRAINTS, {
        'custom_object_type': contract.pk, 'name': 'name', 'type': 'unique', 'fields': ['name', 'site'],
        'case_insensitive': True, 'nulls_distinct': False, 'condition': 'end == null',
    })  # fmt: skip
    assert (name['fields'], name['condition'], name['nulls_distinct']) == (['name', 'site'], 'end == null', False)
    field = contract.fields.get(name='end')
    rest.patch(f'custom-object-type-fields/{field.pk}/', {'name': 'until'})
    assert rest.get(f'{CONSTRAINTS}{period["id"]}/')['expression'] == 'until > start'
    assert [found['name'] for found in rest.get(f'{CONSTRAINTS}?type=unique')['results']] == ['name']
    assert rest.get(f'{CONSTRAINTS}?custom_object_type=contract&q=peri')['count'] == 1
    changed = rest.patch(f'{CONSTRAINTS}{period["id"]}/', {'expression': 'until >= start'})
    assert changed['expression'] == 'until >= start'
    assert CustomObjectTypeConstraint.objects.get(name='period').expression.startswith('$')
    errors = rest.patch(f'{CONSTRAINTS}{period["id"]}/', {'expression': 'untill > start'}, expect=400)
    assert errors == {'expression': ['Line 1, column 1: Unknown field “untill”. Did you mean “until”?']}
    for expression, column in (('name == null && name > 3', 22), ('until > start || day(today()) > 3', 22)):
        errors = rest.patch(f'{CONSTRAINTS}{period["id"]}/', {'expression': expression}, expect=400)
        assert errors['expression'][0].startswith(f'Line 1, column {column}: '), errors
        errors = rest.patch(f'{CONSTRAINTS}{name["id"]}/', {'condition': expression}, expect=400)
        assert errors['condition'][0].startswith(f'Line 1, column {column}: '), errors
    assert rest.patch(f'{CONSTRAINTS}{name["id"]}/', {'fields': ['nothing']}, expect=400).keys() == {'fields'}
    assert rest.patch(f'{CONSTRAINTS}{name["id"]}/', {'fields': []}, expect=400).keys() == {'fields'}
    # The same once more, written in another way, is refused; but not what differs in anything.
    period_again = {
        'custom_object_type': contract.pk,
        'name': 'x',
        'type': 'check',
        'expression': '(until)>=start // !',
    }
    errors = rest.post(CONSTRAINTS, period_again, expect=400)
    assert errors == {'expression': ['The type already has this constraint: period.']}
    name_again = {
        'custom_object_type': contract.pk, 'name': 'y', 'type': 'unique', 'fields': ['site', 'name'],
        'case_insensitive': True, 'nulls_distinct': False, 'condition': 'until == null',
    }  # fmt: skip
    errors = rest.post(CONSTRAINTS, name_again, expect=400)
    assert errors == {'fields': ['The type already has this constraint: name.']}
    other = rest.post(CONSTRAINTS, {**name_again, 'case_insensitive': False})
    assert rest.patch(f'{CONSTRAINTS}{other["id"]}/', {'case_insensitive': True}, expect=400).keys() == {'fields'}
    rest.delete(f'{CONSTRAINTS}{other["id"]}/')
    assert 'period' in str(rest.delete(f'custom-object-type-fields/{field.pk}/', expect=400))
    rest.delete(f'{CONSTRAINTS}{period["id"]}/')
    rest.delete(f'{CONSTRAINTS}{name["id"]}/')
    rest.delete(f'custom-object-type-fields/{field.pk}/')


def test_objects(rest, contract):
    rest.post('contract/', {'name': 'a', 'start': '2026-02-01', 'end': '2026-01-01'})
    data = {'custom_object_type': contract.pk, 'name': 'period', 'type': 'check', 'expression': 'end > start'}
    wrong = rest.get('contract/')['results'][0]
    for path in (CONSTRAINTS, f'{CONSTRAINTS}?dry_run=true'):
        errors = rest.post(path, data, expect=400)
        assert errors.keys() == {'expression'}
        assert f'do not meet the constraint "period": {wrong["display"]}' in html.unescape(str(errors))
    rest.patch(f'contract/{wrong["id"]}/', {'end': '2026-03-01'})
    dry = rest.post(f'{CONSTRAINTS}?dry_run=true', data, expect=200)
    assert [step['operation'] for step in dry['plan']] == ['AddCheck']
    assert [(found['ignored_because'], found['display_url']) for found in dry['results']] == [('', None)]
    made = rest.post(CONSTRAINTS, data)
    assert made['display_url'].endswith(f'/plugins/custom-objects/custom-object-type-constraints/{made["id"]}/')
    errors = rest.post(CONSTRAINTS, {**data, 'name': 'x', 'expression': 'owner == null'}, expect=400)
    assert errors == {'expression': [
        'Line 1, column 1: “owner” is not a field of the type, and cannot be read. Give the type a field for it.'
    ]}  # fmt: skip
    rest.post(CONSTRAINTS, {
        'custom_object_type': contract.pk, 'name': 'name', 'type': 'unique', 'fields': ['name'], 'message': 'Taken.',
        'case_insensitive': True,
    })  # fmt: skip
    late = {name: ['The constraint "period" is not met: end > start'] for name in ('start', 'end')}
    assert rest.patch(f'contract/{wrong["id"]}/', {'end': '2026-01-01'}, expect=400) == late
    assert rest.post('contract/', {'name': 'A', 'start': '2026-02-01', 'end': '2026-01-01'}, expect=400) == {
        **late, 'name': ['Taken.']
    }  # fmt: skip
    # Of two that are new, only the database sees that they are the same.
    errors = rest.post('contract/', [{'name': 'b'}, {'name': 'B'}], expect=400)['errors']
    assert errors == [{'index': 1, 'errors': {'name': ['Taken.']}}]
    assert rest.get('contract/')['count'] == 1


def test_texts_that_are_no_choices(rest):
    """Refused where they are written; an expression stays when its choices change."""
    choices = make_choice_set('status', ['active', 'retired'])
    many = {'name': 'uses', 'type': 'multiselect', 'choice_set': choices}
    asset = make_type(
        'asset', fields=[('serial', 'text'), {'name': 'status', 'type': 'select', 'choice_set': choices}, many]
    )
    wrong = 'Line 1, column {}: “{}” is not a choice of “{}”. Did you mean “{}”?'
    for path, expression, error in (
        (CONSTRAINTS, "status != 'activ' || serial != null", (11, 'activ', 'status', 'active')),
        (CONSTRAINTS, "status in ['active', 'retird']", (22, 'retird', 'status', 'retired')),
        (CONSTRAINTS, "!('activ' in uses)", (3, 'activ', 'uses', 'active')),
    ):
        data = {'custom_object_type': asset.pk, 'name': 'x', 'type': 'check', 'expression': expression}
        assert rest.post(path, data, expect=400) == {'expression': [wrong.format(*error)]}
    serial = f'custom-object-type-fields/{asset.fields.get(name="serial").pk}/'
    for name in ('required_if', 'visible_if'):
        errors = rest.patch(serial, {name: "status == 'activ'"}, expect=400)
        assert errors == {name: [wrong.format(11, 'activ', 'status', 'active')]}
    computed = {
        'custom_object_type': asset.pk, 'name': 'is_used', 'type': 'computed', 'result_type': 'boolean',
        'expression': "status == 'activ'",
    }  # fmt: skip
    assert rest.post('custom-object-type-fields/', computed, expect=400).keys() == {'expression'}
    made = rest.post(CONSTRAINTS, {**data, 'expression': "status != 'retired' || serial == null"})
    rest.patch(serial, {'required_if': "status == 'active'"})
    choices.extra_choices = [['in-use', 'In use']]
    choices.save()
    rest.patch(serial, {'description': 'x'})
    rest.patch(f'{CONSTRAINTS}{made["id"]}/', {'message': 'Retired assets have no serial.'})
